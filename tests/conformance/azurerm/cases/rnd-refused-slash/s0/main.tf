resource "azurerm_kubernetes_cluster" "t" {
  name = "aks1"
  location = "eastus"
  resource_group_name = "rg1"
  ai_toolchain_operator_enabled = true
  automatic_upgrade_channel = "https://a/b"
  azure_policy_enabled = true
  cost_analysis_enabled = true
  custom_ca_trust_certificates_base64 = ["https://a/b", "ok"]
  disk_encryption_set_id = "https://a/b"
  dns_prefix = "https://a/b"
  image_cleaner_interval_hours = 0
  private_cluster_public_fqdn_enabled = true
  private_dns_zone_id = "https://a/b"
  role_based_access_control_enabled = true
  tags = { "https://a/b" = "v", "k" = "https://a/b" }
  workload_identity_enabled = true
  auto_scaler_profile {
    daemonset_eviction_for_empty_nodes_enabled = false
    daemonset_eviction_for_occupied_nodes_enabled = true
    empty_bulk_delete_max = "https://a/b"
    expander = "https://a/b"
    new_pod_scale_up_delay = "https://a/b"
    scale_down_delay_after_add = "https://a/b"
    scale_down_delay_after_delete = "https://a/b"
    scale_down_delay_after_failure = "https://a/b"
    scale_down_unneeded = "https://a/b"
    scale_down_unready = "https://a/b"
    scale_down_utilization_threshold = "https://a/b"
    scan_interval = "https://a/b"
    skip_nodes_with_local_storage = true
    skip_nodes_with_system_pods = true
  }
  azure_active_directory_role_based_access_control {
    admin_group_object_ids = ["https://a/b", "ok"]
    azure_rbac_enabled = true
  }
  default_node_pool {
    auto_scaling_enabled = true
    fips_enabled = true
    gpu_driver = "https://a/b"
    host_group_id = "https://a/b"
    kubelet_disk_type = "https://a/b"
    min_count = 99999999
    node_public_ip_enabled = true
    only_critical_addons_enabled = false
    orchestrator_version = "https://a/b"
    os_disk_type = "https://a/b"
    os_sku = "https://a/b"
    tags = { "https://a/b" = "v", "k" = "https://a/b" }
    type = "https://a/b"
    node_network_profile {
      application_security_group_ids = ["https://a/b", "ok"]
      allowed_host_ports {
        port_start = 0
      }
      allowed_host_ports {
        port_end = 1.5
        port_start = -1
      }
    }
    upgrade_settings {
      drain_timeout_in_minutes = 0
      max_surge = "https://a/b"
      node_soak_duration_in_minutes = 0
    }
  }
  http_proxy_config {
    no_proxy = ["https://a/b", "ok"]
    trusted_ca = "https://a/b"
  }
  ingress_application_gateway {
    gateway_id = "https://a/b"
  }
  key_vault_secrets_provider {
    secret_rotation_enabled = false
    secret_rotation_interval = "https://a/b"
  }
  linux_profile {
    admin_username = "https://a/b"
    ssh_key {
      key_data = "https://a/b"
    }
  }
  maintenance_window {
    allowed {
      day = "https://a/b"
      hours = [0, 12, 1]
    }
  }
  microsoft_defender {
    log_analytics_workspace_id = "https://a/b"
  }
  network_profile {
    dns_service_ip = "https://a/b"
    ip_versions = ["https://a/b", "ok"]
    load_balancer_sku = "https://a/b"
    network_plugin = "https://a/b"
    outbound_type = "https://a/b"
    service_cidrs = ["https://a/b", "ok"]
    advanced_networking {
      observability_enabled = false
    }
    load_balancer_profile {
      backend_pool_type = "https://a/b"
      outbound_ip_address_ids = ["https://a/b", "ok"]
      outbound_ports_allocated = 0
    }
    nat_gateway_profile {
      idle_timeout_in_minutes = -1
      managed_outbound_ip_count = 0
    }
  }
  oms_agent {
    log_analytics_workspace_id = "https://a/b"
    msi_auth_for_monitoring_enabled = true
  }
  service_mesh_profile {
    external_ingress_gateway_enabled = true
    mode = "https://a/b"
    revisions = ["https://a/b", "ok"]
  }
  upgrade_override {
    effective_until = "https://a/b"
    force_upgrade_enabled = true
  }
  web_app_routing {
    default_nginx_controller = "https://a/b"
    dns_zone_ids = ["https://a/b", "ok"]
  }
  workload_autoscaler_profile {
    keda_enabled = true
  }
}

resource "azurerm_kubernetes_cluster" "t" {
  name = "aks1"
  location = "eastus"
  resource_group_name = "rg1"
  dns_prefix = "aks1"
  auto_scaler_profile {
    daemonset_eviction_for_occupied_nodes_enabled = true
    ignore_daemonsets_utilization_enabled = false
    max_graceful_termination_sec = "600"
    max_unready_nodes = 0
    scale_down_delay_after_delete = "10s"
    scale_down_utilization_threshold = "0.7"
    scan_interval = "10s"
    skip_nodes_with_system_pods = false
  }
  default_node_pool {
    auto_scaling_enabled = true
    kubelet_disk_type = "Temporary"
    only_critical_addons_enabled = false
    os_disk_type = "Ephemeral"
    pod_subnet_id = "/subscriptions/11111111-2222-5333-8ead-555555555555/resourceGroups/rg1/providers/Microsoft.Network/virtualNetworks/v/subnets/p1"
    tags = { "B" = "", "a" = "" }
    temporary_name_for_rotation = "tmp2"
    vm_size = "Standard_D4s_v3"
    zones = ["2", "3"]
    name = "default"
    min_count = 1
    max_count = 3
    kubelet_config {
      container_log_max_line = 2
      cpu_cfs_quota_enabled = true
    }
    node_network_profile {
      application_security_group_ids = ["/subscriptions/11111111-2222-5333-8ead-555555555555/resourceGroups/rg1/providers/Microsoft.Network/applicationSecurityGroups/asg2"]
      node_public_ip_tags = { "RoutingPreference" = "Internet" }
    }
    upgrade_settings {
      max_surge = "10%"
    }
  }
  key_vault_secrets_provider {
    secret_rotation_enabled = true
    secret_rotation_interval = "2m"
  }
  identity {
    type = "SystemAssigned"
  }
}
import {
  to = azurerm_kubernetes_cluster.t
  id = "/subscriptions/11111111-2222-5333-8ead-555555555555/resourceGroups/rg1/providers/Microsoft.ContainerService/managedClusters/aks1"
}

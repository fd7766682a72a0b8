resource "azurerm_kubernetes_cluster" "t" {
  name = "aks1"
  location = "eastus"
  resource_group_name = "rg1"
  kubernetes_version = "1.32.7"
  dns_prefix = "aks1"
  default_node_pool {
    auto_scaling_enabled = false
    gpu_driver = "Install"
    host_encryption_enabled = false
    kubelet_disk_type = "OS"
    max_pods = 250
    node_count = 1
    node_public_ip_enabled = true
    orchestrator_version = "1.31.11"
    os_disk_size_gb = 30
    tags = {  }
    temporary_name_for_rotation = "tmp"
    type = "VirtualMachineScaleSets"
    ultra_ssd_enabled = true
    vm_size = "Standard_B2s"
    name = "default"
    linux_os_config {

    }
    upgrade_settings {
      max_surge = "2"
      node_soak_duration_in_minutes = 5
    }
  }
  maintenance_window_auto_upgrade {
    day_of_week = "Wednesday"
    duration = 5
    frequency = "Daily"
    interval = 3
    start_date = "2026-12-01T00:00:00Z"
    utc_offset = "+02:00"
  }
  service_mesh_profile {
    external_ingress_gateway_enabled = false
    mode = "Istio"
    revisions = ["asm-1-23"]
    certificate_authority {
      cert_chain_object_name = "cert_chain_object_name1"
      cert_object_name = "cert_object_name1"
      key_object_name = "key_object_name2"
      key_vault_id = "/subscriptions/11111111-2222-5333-8ead-555555555555/resourceGroups/rg1/providers/Microsoft.KeyVault/vaults/kv2"
      root_cert_object_name = "root_cert_object_name1"
    }
  }
  service_principal {
    client_id = "aaaaaaaa-1111-4111-8111-111111111111"
    client_secret = "other"
  }
}

resource "azurerm_kubernetes_cluster" "t" {
  name = "aks1"
  location = "eastus"
  resource_group_name = "rg1"
  image_cleaner_interval_hours = 24
  run_command_enabled = true
  dns_prefix = "aks1"
  api_server_access_profile {
    authorized_ip_ranges = ["5.6.7.8", "192.168.1.0/24", "10.0.0.0/8"]
    subnet_id = "/subscriptions/11111111-2222-5333-8ead-555555555555/resourceGroups/rg1/providers/Microsoft.Network/virtualNetworks/v/subnets/s2"
  }
  default_node_pool {
    gpu_driver = "Install"
    kubelet_disk_type = "Temporary"
    max_pods = 250
    node_count = 5
    pod_subnet_id = "/subscriptions/11111111-2222-5333-8ead-555555555555/resourceGroups/rg1/providers/Microsoft.Network/virtualNetworks/v/subnets/p2"
    scale_down_mode = "Deallocate"
    tags = { "a" = "y" }
    temporary_name_for_rotation = "tmp2"
    ultra_ssd_enabled = true
    name = "default"
    vm_size = "Standard_D2s_v3"
    kubelet_config {
      cpu_cfs_quota_period = "100ms"
      image_gc_low_threshold = 0
    }
    node_network_profile {
      application_security_group_ids = ["/subscriptions/11111111-2222-5333-8ead-555555555555/resourceGroups/rg1/providers/Microsoft.Network/applicationSecurityGroups/asg1"]
      node_public_ip_tags = { "RoutingPreference" = "Internet" }
    }
    upgrade_settings {
      max_surge = "10%"
    }
  }
  identity {
    type = "SystemAssigned"
  }
}

resource "azurerm_kubernetes_cluster_node_pool" "p" {
  name = "np1"
  kubernetes_cluster_id = "/subscriptions/11111111-2222-5333-8ead-555555555555/resourceGroups/rg1/providers/Microsoft.ContainerService/managedClusters/aks1"
  auto_scaling_enabled = false
  eviction_policy = "/subscriptions//resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/"
  gpu_driver = "/subscriptions//resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/"
  kubelet_disk_type = "/subscriptions//resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/"
  node_labels = { "/subscriptions//resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/" = "v", "k" = "/subscriptions//resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/" }
  node_public_ip_enabled = true
  node_public_ip_prefix_id = "/subscriptions//resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/"
  os_disk_size_gb = 99999999
  os_type = "/subscriptions//resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/"
  priority = "/subscriptions//resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/"
  scale_down_mode = "/subscriptions//resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/"
  spot_max_price = 99999999
  temporary_name_for_rotation = "/subscriptions//resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/"
  ultra_ssd_enabled = true
  zones = ["/subscriptions//resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/", "ok"]
  node_network_profile {
    application_security_group_ids = ["/subscriptions//resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/", "ok"]
  }
  upgrade_settings {
    drain_timeout_in_minutes = -1
    max_surge = "/subscriptions//resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/"
    node_soak_duration_in_minutes = -1
  }
}

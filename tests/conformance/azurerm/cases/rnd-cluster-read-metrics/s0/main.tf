resource "azurerm_kubernetes_cluster" "t" {
  name = "aks1"
  location = "eastus"
  resource_group_name = "rg1"
  dns_prefix = "aks1"
  default_node_pool {
    auto_scaling_enabled = true
    kubelet_disk_type = "Temporary"
    max_count = 3
    max_pods = 110
    min_count = 1
    node_labels = {  }
    node_public_ip_enabled = true
    orchestrator_version = "1.31"
    os_disk_size_gb = 30
    os_sku = "AzureLinux3"
    proximity_placement_group_id = "/subscriptions/11111111-2222-5333-8ead-555555555555/resourceGroups/rg1/providers/Microsoft.Compute/proximityPlacementGroups/ppg1"
    snapshot_id = "/subscriptions/11111111-2222-5333-8ead-555555555555/resourceGroups/rg1/providers/Microsoft.ContainerService/snapshots/snap1"
    tags = { "env" = "y" }
    type = "VirtualMachineScaleSets"
    ultra_ssd_enabled = false
    vm_size = "standard_d2s_v3"
    vnet_subnet_id = "/subscriptions/11111111-2222-5333-8ead-555555555555/resourceGroups/rg1/providers/Microsoft.Network/virtualNetworks/v/subnets/s1"
    name = "default"
    temporary_name_for_rotation = "tmp"
    upgrade_settings {
      max_surge = "10%"
    }
  }
  web_app_routing {
    dns_zone_ids = []
  }
  identity {
    type = "SystemAssigned"
  }
}
import {
  to = azurerm_kubernetes_cluster.t
  id = "/subscriptions/11111111-2222-5333-8ead-555555555555/resourceGroups/rg1/providers/Microsoft.ContainerService/managedClusters/aks1"
}

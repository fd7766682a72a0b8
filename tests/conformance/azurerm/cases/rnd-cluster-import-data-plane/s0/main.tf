resource "azurerm_kubernetes_cluster" "t" {
  name = "aks1"
  location = "eastus"
  resource_group_name = "rg1"
  dns_prefix = "aks1"
  default_node_pool {
    auto_scaling_enabled = true
    node_count = 5
    orchestrator_version = "1.32"
    os_disk_size_gb = 30
    os_disk_type = "Managed"
    pod_subnet_id = "/subscriptions/11111111-2222-5333-8ead-555555555555/resourceGroups/rg1/providers/Microsoft.Network/virtualNetworks/v/subnets/p2"
    scale_down_mode = "Delete"
    type = "VirtualMachineScaleSets"
    ultra_ssd_enabled = true
    vm_size = "Standard_D4s_v3"
    name = "default"
    min_count = 2
    max_count = 5
    temporary_name_for_rotation = "tmp"
    linux_os_config {
      swap_file_size_mb = 1500
      transparent_huge_page_defrag = "madvise"
      transparent_huge_page_enabled = "madvise"
    }
    node_network_profile {

    }
    upgrade_settings {
      max_surge = "10%"
    }
  }
  identity {
    type = "SystemAssigned"
  }
}
import {
  to = azurerm_kubernetes_cluster.t
  id = "/subscriptions/11111111-2222-5333-8ead-555555555555/resourceGroups/rg1/providers/Microsoft.ContainerService/managedClusters/aks1"
}

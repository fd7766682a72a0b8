resource "azurerm_kubernetes_cluster" "t" {
  name = "aks1"
  location = "eastus"
  resource_group_name = "rg1"
  local_account_disabled = true
  dns_prefix = "aks1"
  default_node_pool {
    node_count = 5
    os_disk_type = "Ephemeral"
    scale_down_mode = "Delete"
    tags = { "a" = "y", "env" = "" }
    temporary_name_for_rotation = "tmp"
    name = "default"
    vm_size = "Standard_D2s_v3"
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

resource "azurerm_kubernetes_cluster_node_pool" "p" {
  name = "np1"
  kubernetes_cluster_id = "/subscriptions/11111111-2222-5333-8ead-555555555555/resourceGroups/rg1/providers/Microsoft.ContainerService/managedClusters/aks1"
  mode = "User"
  scale_down_mode = "Deallocate"
  node_count = 1
  upgrade_settings {
    max_surge = "1"
  }
}
import {
  to = azurerm_kubernetes_cluster_node_pool.p
  id = "/subscriptions/11111111-2222-5333-8ead-555555555555/resourceGroups/rg1/providers/Microsoft.ContainerService/managedClusters/aks1/agentPools/np1"
}

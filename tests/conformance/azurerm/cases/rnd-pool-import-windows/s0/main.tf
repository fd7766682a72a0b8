resource "azurerm_kubernetes_cluster_node_pool" "p" {
  name = "np1"
  kubernetes_cluster_id = "/subscriptions/11111111-2222-5333-8ead-555555555555/resourceGroups/rg1/providers/Microsoft.ContainerService/managedClusters/aks1"
  kubelet_disk_type = "OS"
  node_count = 3
  upgrade_settings {
    max_surge = "10%"
  }
}
import {
  to = azurerm_kubernetes_cluster_node_pool.p
  id = "/subscriptions/11111111-2222-5333-8ead-555555555555/resourceGroups/rg1/providers/Microsoft.ContainerService/managedClusters/aks1/agentPools/np1"
}

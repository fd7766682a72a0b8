resource "azurerm_kubernetes_cluster_node_pool" "p" {
  name = "np1"
  kubernetes_cluster_id = "/subscriptions/11111111-2222-5333-8ead-555555555555/resourceGroups/rg1/providers/Microsoft.ContainerService/managedClusters/aks1"
  eviction_policy = "Delete"
  kubelet_disk_type = "Temporary"
  mode = "User"
  priority = "Spot"
  node_count = 1
  temporary_name_for_rotation = "tmp"
  upgrade_settings {
    max_surge = "10%"
  }
}

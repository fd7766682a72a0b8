data "azurerm_kubernetes_cluster" "d" {
  name = "aks1"
  resource_group_name = "rg1"
}
data "azurerm_kubernetes_cluster_node_pool" "p" {
  name = "default"
  kubernetes_cluster_name = "aks1"
  resource_group_name = "rg1"
}
output "d" {
  value = data.azurerm_kubernetes_cluster.d
  sensitive = true
}

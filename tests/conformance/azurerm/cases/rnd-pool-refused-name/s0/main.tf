resource "azurerm_kubernetes_cluster_node_pool" "p" {
  name = "np1"
  kubernetes_cluster_id = "/subscriptions/11111111-2222-5333-8ead-555555555555/resourceGroups/rg1/providers/Microsoft.ContainerService/managedClusters/aks1"
  fips_enabled = null
  host_encryption_enabled = true
  node_labels = { "env" = "x" }
  os_disk_type = "Managed"
  os_sku = "Ubuntu2204"
  priority = "Regular"
  temporary_name_for_rotation = 0
  node_count = 3
  upgrade_settings {
    max_surge = "10%"
  }
}

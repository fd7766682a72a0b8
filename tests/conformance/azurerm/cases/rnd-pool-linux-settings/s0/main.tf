resource "azurerm_kubernetes_cluster_node_pool" "p" {
  name = "np1"
  kubernetes_cluster_id = "/subscriptions/11111111-2222-5333-8ead-555555555555/resourceGroups/rg1/providers/Microsoft.ContainerService/managedClusters/aks1"
  auto_scaling_enabled = false
  gpu_instance = "MIG3g"
  os_disk_type = "Managed"
  tags = {  }
  ultra_ssd_enabled = true
  node_count = 2
  linux_os_config {
    swap_file_size_mb = 1500
    transparent_huge_page_enabled = "always"
  }
}

resource "azurerm_kubernetes_cluster_node_pool" "p" {
  name = "np1"
  kubernetes_cluster_id = "/subscriptions/11111111-2222-5333-8ead-555555555555/resourceGroups/rg1/providers/Microsoft.ContainerService/managedClusters/aks1"
  fips_enabled = true
  node_count = 1
  priority = "Regular"
  scale_down_mode = "Deallocate"
  spot_max_price = -1
  vm_size = "Standard_D2s_v3"
  mode = "User"
  orchestrator_version = "1.32.7"
  os_disk_type = "Managed"
  zones = ["1", "2", "3"]
  os_sku = "Ubuntu"
  kubelet_config {
    allowed_unsafe_sysctls = ["net.core.somaxconn", "kernel.msg*"]
    container_log_max_line = 2
    cpu_manager_policy = "static"
    image_gc_high_threshold = 1
    image_gc_low_threshold = 0
    cpu_cfs_quota_period = "50ms"
  }
  upgrade_settings {
    max_surge = "10%"
  }
}

resource "azurerm_kubernetes_cluster" "t" {
  name = "aks1"
  location = "eastus"
  resource_group_name = "rg1"
  node_os_upgrade_channel = "NodeImage"
  dns_prefix = "aks1"
  node_resource_group = "MC_rg1_aks1_eastus"
  open_service_mesh_enabled = false
  default_node_pool {
    fips_enabled = false
    gpu_driver = "None"
    host_encryption_enabled = false
    max_pods = 110
    node_public_ip_enabled = true
    only_critical_addons_enabled = false
    os_disk_size_gb = 128
    os_sku = "AzureLinux3"
    pod_subnet_id = "/subscriptions/11111111-2222-5333-8ead-555555555555/resourceGroups/rg1/providers/Microsoft.Network/virtualNetworks/v/subnets/p2"
    snapshot_id = "/subscriptions/11111111-2222-5333-8ead-555555555555/resourceGroups/rg1/providers/Microsoft.ContainerService/snapshots/snap2"
    tags = {  }
    type = "VirtualMachineScaleSets"
    ultra_ssd_enabled = false
    zones = ["3", "2", "1"]
    name = "default"
    vm_size = "Standard_D2s_v3"
    node_count = 2
    temporary_name_for_rotation = "tmp"
    kubelet_config {
      cpu_cfs_quota_enabled = false
    }
    linux_os_config {
      transparent_huge_page_defrag = "never"
      sysctl_config {
        fs_aio_max_nr = 1866581
        fs_inotify_max_user_watches = 781250
        net_core_optmem_max = 20481
        net_core_wmem_default = 212993
      }
    }
    upgrade_settings {
      max_surge = "10%"
      node_soak_duration_in_minutes = 5
    }
  }
  http_proxy_config {
    https_proxy = "https://q:1/"
  }
  identity {
    type = "SystemAssigned"
  }
  monitor_metrics {
    annotations_allowed = "*"
    labels_allowed = "namespaces=[k]"
  }
}

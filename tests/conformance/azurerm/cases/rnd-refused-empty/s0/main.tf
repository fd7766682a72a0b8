resource "azurerm_kubernetes_cluster_node_pool" "p" {
  name = "np1"
  kubernetes_cluster_id = "/subscriptions/11111111-2222-5333-8ead-555555555555/resourceGroups/rg1/providers/Microsoft.ContainerService/managedClusters/aks1"
  auto_scaling_enabled = true
  eviction_policy = ""
  fips_enabled = true
  gpu_driver = ""
  kubelet_disk_type = ""
  max_pods = 1.5
  min_count = 1.5
  node_count = 0
  node_taints = ["", "ok"]
  orchestrator_version = ""
  os_disk_type = ""
  os_type = ""
  proximity_placement_group_id = ""
  scale_down_mode = ""
  spot_max_price = 1.5
  temporary_name_for_rotation = ""
  vm_size = ""
  zones = ["", "ok"]
  kubelet_config {
    container_log_max_size_mb = 1.5
    cpu_cfs_quota_enabled = true
    cpu_cfs_quota_period = ""
    cpu_manager_policy = ""
    image_gc_high_threshold = 99999999
    image_gc_low_threshold = 0
  }
  linux_os_config {
    transparent_huge_page_enabled = ""
    sysctl_config {
      fs_inotify_max_user_watches = 1.5
      fs_nr_open = 0
      kernel_threads_max = 99999999
      net_core_netdev_max_backlog = 99999999
      net_core_optmem_max = -1
      net_core_rmem_default = -1
      net_core_rmem_max = 1.5
      net_core_somaxconn = 1.5
      net_ipv4_ip_local_port_range_max = 99999999
      net_ipv4_ip_local_port_range_min = -1
      net_ipv4_neigh_default_gc_thresh1 = -1
      net_ipv4_neigh_default_gc_thresh3 = 1.5
      net_ipv4_tcp_fin_timeout = -1
      net_ipv4_tcp_keepalive_intvl = 99999999
      net_ipv4_tcp_keepalive_probes = 1.5
      net_ipv4_tcp_keepalive_time = 1.5
      net_ipv4_tcp_max_syn_backlog = 1.5
      net_ipv4_tcp_max_tw_buckets = 0
      net_ipv4_tcp_tw_reuse = true
      net_netfilter_nf_conntrack_buckets = -1
      vm_swappiness = -1
      vm_vfs_cache_pressure = 0
    }
  }
  node_network_profile {
    application_security_group_ids = ["", "ok"]
    node_public_ip_tags = { "" = "v", "k" = "" }
  }
  upgrade_settings {
    drain_timeout_in_minutes = 0
    max_surge = ""
    node_soak_duration_in_minutes = 99999999
  }
}

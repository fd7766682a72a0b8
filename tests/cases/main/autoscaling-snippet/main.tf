provider "azurerm" {
  features {}
  subscription_id = "00000000-0000-0000-0000-000000000000"
}

resource "azurerm_kubernetes_cluster" "default" {
  name                = "x-cluster"
  location            = "East US"
  resource_group_name = "x-rg"
  dns_prefix          = "x-dns"

  default_node_pool {
    name                = "default"
    enable_auto_scaling = true
    min_count           = 2
    max_count           = 5
    vm_size             = "Standard_D2s_v3"
    os_disk_size_gb     = 50
  }

  identity {
    type = "SystemAssigned"
  }
}

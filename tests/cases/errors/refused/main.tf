provider "azurerm" {
  features {}
  resource_provider_registrations = "none"
}

resource "azurerm_resource_group" "g" {
  name     = "g"
  location = "eastus"
}

resource "azurerm_kubernetes_cluster" "c" {
  name                = "c"
  location            = azurerm_resource_group.g.location
  resource_group_name = azurerm_resource_group.g.name
  dns_prefix          = "c"

  default_node_pool {
    name       = "system"
    node_count = 1
    vm_size    = "Standard_D2s_v3"

    upgrade_settings {
      max_surge = "10%"
    }
  }

  identity {
    type = "SystemAssigned"
  }
}

resource "azurerm_resource_group" "default" {
  name     = "${var.generic_name}-rg"
  location = "East US"

  tags = {
    environment = "Demo"
  }
}

resource "azurerm_kubernetes_cluster" "default" {
  name                = "${var.generic_name}-cluster"
  location            = azurerm_resource_group.default.location
  resource_group_name = azurerm_resource_group.default.name
  dns_prefix          = "${var.generic_name}-dns"
  kubernetes_version  = "1.32.7"

  default_node_pool {
    name            = "default"
    node_count      = 3 # Was 2, now we set it to 3!
    vm_size         = "Standard_D2s_v3" 
    os_disk_size_gb = 50
  }

  service_principal {
    client_id     = var.appId
    client_secret = var.password
  }

  role_based_access_control_enabled = true

  tags = {
    environment = "Demo"
  }
}

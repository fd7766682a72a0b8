provider "azurerm" {
  features {}
  subscription_id = "00000000-0000-0000-0000-000000000000"
}

resource "azurerm_resource_group" "a" {
  name     = "a"
  location = "eastus"
  tags     = "Demo"
}

resource "azurerm_kubernetes_cluster" "a" {
  name                = "a"
  location            = "eastus"
  resource_group_name = "a"
  dns_prefix          = "a"

  default_node_pool {
    name       = "default"
    node_count = "two"
    vm_size    = ["Standard_D2s_v3"]
  }
}

output "sum" {
  value = "a" + 1
}

locals {
  words = ["one"]
}

output "most" {
  value = max(1, local.words)
}

provider "azurerm" {
  features {}
  subscription_id = "11111111-2222-5333-8ead-555555555555"
}

resource "azurerm_resource_group" "a" {
  name     = "a"
  location = "eastus"
}

terraform {
  required_providers {
    azurerm = { source = "hashicorp/azurerm" }
  }
}

data "azurerm_client_config" "inside" {
}

resource "terraform_data" "inside" {
  input = data.azurerm_client_config.inside.subscription_id
}

output "subscription" {
  value = terraform_data.inside.output
}

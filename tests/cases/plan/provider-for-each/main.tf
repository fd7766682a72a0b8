variable "subscriptions" {
  type = map(string)
  default = {
    one = "11111111-2222-5333-8ead-555555555555"
    two = "11111111-2222-5333-8ead-555555555555"
  }
}

provider "azurerm" {
  alias           = "by_subscription"
  for_each        = var.subscriptions
  subscription_id = each.value
  features {}
}

data "azurerm_client_config" "each" {
  for_each = var.subscriptions
  provider = azurerm.by_subscription[each.key]
}

resource "azurerm_resource_group" "each" {
  for_each = var.subscriptions
  provider = azurerm.by_subscription[each.key]
  name     = "each-${each.key}"
  location = "eastus"
}

module "m" {
  source    = "./m"
  providers = { azurerm = azurerm.by_subscription["two"] }
}

output "all" {
  value = [for key, group in azurerm_resource_group.each : "${key} in ${data.azurerm_client_config.each[key].subscription_id}"]
}

output "inside" {
  value = module.m.subscription
}

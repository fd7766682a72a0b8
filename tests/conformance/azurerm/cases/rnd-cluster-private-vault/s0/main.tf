resource "azurerm_kubernetes_cluster" "t" {
  name = "aks1"
  location = "eastus"
  resource_group_name = "rg1"
  dns_prefix = "aks1"
  default_node_pool {
    name = "default"
    vm_size = "Standard_D2s_v3"
    node_count = 1
    upgrade_settings {
      max_surge = "10%"
    }
  }
  identity {
    type = "UserAssigned"
    identity_ids = ["/subscriptions/11111111-2222-5333-8ead-555555555555/resourceGroups/rg1/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id1"]
  }
  key_management_service {
    key_vault_key_id = "https://kv1.vault.azure.net/keys/k1/0123456789abcdef0123456789abcdef"
    key_vault_network_access = "Private"
  }
}

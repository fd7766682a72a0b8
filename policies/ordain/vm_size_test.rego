package ordain.vm_size_test

import data.ordain.vm_size
import rego.v1

cluster(vm_size, count) := {
	"address": "module.cluster.azurerm_kubernetes_cluster.default",
	"mode": "managed",
	"type": "azurerm_kubernetes_cluster",
	"action": "create",
	"deposed": null,
	"after": {"location": "eastus", "default_node_pool": [{"vm_size": vm_size, "node_count": count}]},
}

pool(vm_size, count) := {
	"address": "azurerm_kubernetes_cluster_node_pool.more",
	"mode": "managed",
	"type": "azurerm_kubernetes_cluster_node_pool",
	"action": "create",
	"deposed": null,
	"after": {"vm_size": vm_size, "node_count": count, "auto_scaling_enabled": false},
}

plan(changes) := {"v1": {"environment": "staging", "changes": changes}}

messages(decisions) := {decision.msg | some decision in decisions}

test_allowed_size_within_the_budget_passes if {
	count(vm_size.deny) == 0 with input as plan([cluster("Standard_D2s_v3", 3)])
}

test_other_sizes_are_denied_with_their_address if {
	found := vm_size.deny with input as plan([cluster("Standard_D4s_v3", 1)])
	found == {{
		"msg": "Standard_D4s_v3 is not an allowed size; allowed: Standard_B2s, Standard_D2s_v3",
		"address": "module.cluster.azurerm_kubernetes_cluster.default",
	}}
}

test_sizes_are_compared_whole_and_by_case if {
	count(vm_size.deny) > 0 with input as plan([cluster("Standard_D2s_v31", 1)])
	count(vm_size.deny) > 0 with input as plan([cluster("standard_d2s_v3", 1)])
}

test_all_pools_together_are_held_against_the_ceiling if {
	changes := [cluster("Standard_D2s_v3", 3), pool("Standard_D2s_v3", 3)]
	found := vm_size.deny with input as plan(changes)
	messages(found) == {"the node pools would cost 464 a month, more than the ceiling of 400"}
	some decision in found
	count(decision.addresses) == 2
}

test_the_ceiling_itself_is_allowed if {
	settings := {"staging": {"vm_sizes": ["Standard_B2s"], "monthly_ceiling": 200}}
	prices := {"eastus": {"Standard_B2s": 100}}
	count(vm_size.deny) == 0 with input as plan([cluster("Standard_B2s", 2)])
		with data.environments as settings
		with data.prices.azure as prices
	count(vm_size.deny) == 1 with input as plan([cluster("Standard_B2s", 3)])
		with data.environments as settings
		with data.prices.azure as prices
}

test_pools_that_scale_count_with_their_upper_end if {
	scaling := {
		"address": "azurerm_kubernetes_cluster_node_pool.more",
		"mode": "managed",
		"type": "azurerm_kubernetes_cluster_node_pool",
		"action": "create",
		"deposed": null,
		"after": {"vm_size": "Standard_D2s_v3", "node_count": 1, "auto_scaling_enabled": true, "max_count": 9},
	}
	count(vm_size.deny) == 1 with input as plan([scaling])
}

test_a_size_without_price_is_denied if {
	changes := [cluster("Standard_B2s", 1)]
	found := vm_size.deny with input as plan(changes) with data.prices.azure as {"eastus": {}}
	messages(found) == {"Standard_B2s in eastus has no price in the price table, so its cost cannot be told"}
}

test_what_is_destroyed_costs_nothing if {
	gone := object.union(cluster("Standard_D4s_v3", 9), {"action": "delete", "after": null})
	count(vm_size.deny) == 0 with input as plan([gone])
}

test_undetermined_sizes_and_numbers_wait if {
	changes := [cluster({"$unknown": {"type": "string"}}, {"$unknown": {"type": "number"}})]
	count(vm_size.deny) == 0 with input as plan(changes)
}

test_environments_without_settings_are_denied if {
	count(vm_size.deny) == 1 with input as {"v1": {"environment": "elsewhere", "changes": []}}
}

test_no_environment_has_the_default_settings if {
	count(vm_size.deny) == 0 with input as {"v1": {"environment": null, "changes": [cluster("Standard_B2s", 1)]}}
}

package ordain.regions_test

import data.ordain.regions
import rego.v1

at(location) := {"v1": {"environment": "staging", "changes": [{
	"address": "module.cluster.azurerm_kubernetes_cluster.default",
	"mode": "managed",
	"type": "azurerm_kubernetes_cluster",
	"action": "create",
	"deposed": null,
	"after": {"location": location},
}]}}

test_allowed_regions_pass if {
	every location in ["eastus", "uksouth", "ukwest", "East US", "UK South"] {
		count(regions.deny) == 0 with input as at(location)
	}
}

test_names_are_compared_whole if {
	every location in ["eastus2", "westeastus", "westeurope", ""] {
		count(regions.deny) == 1 with input as at(location)
	}
}

test_the_message_says_what_is_allowed if {
	found := regions.deny with input as at("eastus2")
	found == {{
		"msg": "eastus2 is not an allowed region; allowed: eastus, uksouth, ukwest",
		"address": "module.cluster.azurerm_kubernetes_cluster.default",
	}}
}

test_undetermined_locations_wait if {
	count(regions.deny) == 0 with input as at({"$unknown": {"type": "string"}})
}

test_other_types_have_no_say if {
	plan := {"v1": {"environment": "staging", "changes": [{
		"address": "helm_release.mlflow",
		"mode": "managed",
		"type": "helm_release",
		"action": "create",
		"deposed": null,
		"after": {"location": "moon"},
	}]}}
	count(regions.deny) == 0 with input as plan
}

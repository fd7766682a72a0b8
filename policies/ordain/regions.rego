# METADATA
# title: Allowed regions
# description: >-
#  Locations are compared by their whole name in the service's own form, so that eastus2 does not pass as eastus.
package ordain.regions

import data.ordain.plan
import rego.v1

deny contains {"msg": msg, "address": change.address} if {
	some change in placed
	is_string(change.after.location)
	not normal(change.after.location) in plan.settings.regions
	msg := sprintf("%s is not an allowed region; allowed: %s", [change.after.location, concat(", ", plan.settings.regions)])
}

undetermined contains {"address": change.address, "path": "location"} if {
	some change in placed
	plan.unknown(change.after.location)
}

placed contains change if {
	some change in plan.kept
	change.type in {"azurerm_kubernetes_cluster", "azurerm_resource_group"}
}

# As the service writes it: "East US" is eastus.
normal(location) := replace(lower(location), " ", "")

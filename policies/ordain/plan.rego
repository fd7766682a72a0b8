# What several rules read of a plan.
package ordain.plan

import rego.v1

# What the environment allows; undefined for an environment that has no file.
settings := data.environments[input.v1.environment] if input.v1.environment != null

settings := data.environments["default"] if input.v1.environment == null

# Objects that exist after the plan is applied.
kept contains change if {
	some change in input.v1.changes
	change.mode == "managed"
	not change.action in {"delete", "forget"}
	change.deposed == null
}

# Whether applying the plan would change anything.
changes_something if {
	some change in input.v1.changes
	not change.action in {"no-op", "read"}
}

unknown(value) if {
	is_object(value)
	value["$unknown"]
}

# The node pools of all clusters, whichever way they are declared.
pools contains pool if {
	some change in kept
	change.type == "azurerm_kubernetes_cluster"
	some index, declared in change.after.default_node_pool
	pool := {
		"address": change.address,
		"path": sprintf("default_node_pool[%v]", [index]),
		"vm_size": declared.vm_size,
		"count": nodes(declared),
		"location": change.after.location,
	}
}

pools contains pool if {
	some change in kept
	change.type == "azurerm_kubernetes_cluster_node_pool"
	pool := {
		"address": change.address,
		"path": "",
		"vm_size": change.after.vm_size,
		"count": nodes(change.after),
		"location": null,
	}
}

# As many nodes as there may be: the upper end where the pool scales by itself.
nodes(pool) := pool.max_count if {
	object.get(pool, "auto_scaling_enabled", false) == true
} else := pool.node_count

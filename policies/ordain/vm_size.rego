# METADATA
# title: Virtual machines stay within the budget
# description: >-
#  Every node pool has an allowed size, and all pools together cost no more a month than the environment's ceiling.
#  Prices come from data.prices.azure; a size without a price is refused, since its cost cannot be told.
package ordain.vm_size

import data.ordain.plan
import rego.v1

deny contains {"msg": msg, "address": pool.address} if {
	some pool in plan.pools
	is_string(pool.vm_size)
	not pool.vm_size in plan.settings.vm_sizes
	msg := sprintf("%s is not an allowed size; allowed: %s", [pool.vm_size, concat(", ", plan.settings.vm_sizes)])
}

deny contains {"msg": msg, "address": pool.address} if {
	some pool in plan.pools
	is_string(pool.vm_size)
	pool.vm_size in plan.settings.vm_sizes
	known_place(pool.location)
	not price(pool)
	msg := sprintf("%s in %v has no price in the price table, so its cost cannot be told", [pool.vm_size, pool.location])
}

deny contains {"msg": msg, "addresses": addresses} if {
	total := monthly_cost
	total > plan.settings.monthly_ceiling
	addresses := sort({pool.address | some pool in plan.pools})
	msg := sprintf("the node pools would cost %v a month, more than the ceiling of %v", [round(total), plan.settings.monthly_ceiling])
}

deny contains {"msg": msg} if {
	not plan.settings
	msg := sprintf("there are no settings for the environment %v in policies/environments", [input.v1.environment])
}

undetermined contains {"address": pool.address, "path": trim_left(sprintf("%s.vm_size", [pool.path]), ".")} if {
	some pool in plan.pools
	plan.unknown(pool.vm_size)
}

undetermined contains {"address": pool.address, "path": trim_left(sprintf("%s.node_count", [pool.path]), ".")} if {
	some pool in plan.pools
	plan.unknown(pool.count)
}

undetermined contains {"address": pool.address, "path": "location"} if {
	some pool in plan.pools
	plan.unknown(pool.location)
}

# What all pools cost a month whose size, number and place are known.
monthly_cost := sum([cost |
	some pool in plan.pools
	is_number(pool.count)
	cost := pool.count * price(pool)
])

known_place(location) if is_string(location)

known_place(location) if location == null

price(pool) := data.prices.azure[pool.location][pool.vm_size] if is_string(pool.location)

# A pool does not say where its cluster is: the dearest region counts.
price(pool) := max([one | some region; one := data.prices.azure[region][pool.vm_size]]) if pool.location == null

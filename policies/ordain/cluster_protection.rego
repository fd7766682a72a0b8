# METADATA
# title: Clusters are not destroyed by accident
# description: >-
#  Destroying or replacing a cluster needs a waiver in data.waivers that names its address and has not run out.
package ordain.cluster_protection

import data.ordain.plan
import rego.v1

deny contains {"msg": msg, "address": change.address} if {
	plan.settings.clusters_need_waiver
	some change in input.v1.changes
	change.type == "azurerm_kubernetes_cluster"
	change.mode == "managed"
	verb := verbs[change.action]
	not waived(change.address)
	msg := sprintf("the plan would %s a cluster; that needs a waiver in policies/waivers.json that has not run out", [verb])
}

warn contains {"msg": msg, "address": change.address} if {
	some change in input.v1.changes
	change.type == "azurerm_kubernetes_cluster"
	change.mode == "managed"
	verb := verbs[change.action]
	some waiver in data.waivers
	counts(waiver, change.address)
	msg := sprintf("the plan would %s a cluster, which %s allowed until %s: %s", [verb, waiver.owner, waiver.expires, waiver.reason])
}

verbs := {"delete": "destroy", "replace": "replace"}

waived(address) if {
	some waiver in data.waivers
	counts(waiver, address)
}

counts(waiver, address) if {
	waiver.rule == "cluster_protection"
	waiver.address == address
	time.now_ns() < time.parse_rfc3339_ns(waiver.expires)
}

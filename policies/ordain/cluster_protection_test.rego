package ordain.cluster_protection_test

import data.ordain.cluster_protection
import rego.v1

address := "module.cluster.azurerm_kubernetes_cluster.default"

plan(environment, action) := {"v1": {"environment": environment, "changes": [{
	"address": address,
	"mode": "managed",
	"type": "azurerm_kubernetes_cluster",
	"action": action,
	"deposed": null,
}]}}

waiver(where, until) := {
	"rule": "cluster_protection",
	"address": where,
	"reason": "moved",
	"owner": "ada@example.com",
	"expires": until,
}

now := time.parse_rfc3339_ns("2026-11-20T12:00:00Z")

test_destroying_and_replacing_need_a_waiver if {
	every action in ["delete", "replace"] {
		count(cluster_protection.deny) == 1 with input as plan("production", action)
	}
}

test_other_changes_need_none if {
	every action in ["create", "update", "no-op", "forget"] {
		count(cluster_protection.deny) == 0 with input as plan("production", action)
	}
}

test_a_waiver_lets_it_pass_and_is_shown if {
	waivers := [waiver(address, "2026-12-01T00:00:00Z")]
	count(cluster_protection.deny) == 0 with input as plan("staging", "delete")
		with data.waivers as waivers
		with time.now_ns as now
	found := cluster_protection.warn with input as plan("staging", "delete")
		with data.waivers as waivers
		with time.now_ns as now
	some decision in found
	contains(decision.msg, "ada@example.com allowed until 2026-12-01T00:00:00Z: moved")
}

test_waivers_run_out_and_are_for_one_address if {
	every waivers in [[waiver(address, "2026-11-20T12:00:00Z")], [waiver("other.address", "2026-12-01T00:00:00Z")]] {
		count(cluster_protection.deny) == 1 with input as plan("staging", "delete")
			with data.waivers as waivers
			with time.now_ns as now
	}
}

test_dev_clusters_may_go if {
	count(cluster_protection.deny) == 0 with input as plan("dev", "delete")
}

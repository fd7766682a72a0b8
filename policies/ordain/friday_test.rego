package ordain.friday_test

import data.ordain.friday
import rego.v1

plan(stage, action) := {"v1": {
	"environment": "frozen",
	"stage": stage,
	"changes": [{"address": "a.b", "mode": "managed", "type": "a", "action": action, "deposed": null, "after": {}}],
}}

# Settings of these tests, so that they say nothing of the real ones.
environments := {"frozen": {"time_zone": "Europe/London", "frozen_days": ["Friday"]}}

thursday := time.parse_rfc3339_ns("2026-11-19T12:00:00Z")

friday_noon := time.parse_rfc3339_ns("2026-11-20T12:00:00Z")

test_a_plan_on_friday_warns_and_is_not_denied if {
	count(friday.warn) == 1 with data.environments as environments with input as plan("plan", "update") with time.now_ns as friday_noon
	count(friday.deny) == 0 with data.environments as environments with input as plan("plan", "update") with time.now_ns as friday_noon
}

test_an_apply_on_friday_is_denied if {
	found := friday.deny with data.environments as environments with input as plan("apply", "update") with time.now_ns as friday_noon
	found == {{"msg": "nothing is applied on Fridays (time zone Europe/London); apply it on another day"}}
	count(friday.warn) == 0 with data.environments as environments with input as plan("apply", "update") with time.now_ns as friday_noon
}

test_other_days_are_free if {
	every stage in ["plan", "apply"] {
		count(friday.deny) == 0 with data.environments as environments with input as plan(stage, "update") with time.now_ns as thursday
		count(friday.warn) == 0 with data.environments as environments with input as plan(stage, "update") with time.now_ns as thursday
	}
}

test_a_plan_that_changes_nothing_may_be_applied_any_day if {
	count(friday.deny) == 0 with data.environments as environments with input as plan("apply", "no-op") with time.now_ns as friday_noon
}

# In summer London is an hour ahead of UTC: late on Thursday in UTC it is Friday there.
test_the_environment_has_its_own_time_zone if {
	late := time.parse_rfc3339_ns("2026-07-16T23:30:00Z")
	count(friday.deny) == 1 with data.environments as environments with input as plan("apply", "update") with time.now_ns as late
	evening := time.parse_rfc3339_ns("2026-07-17T23:30:00Z")
	count(friday.deny) == 0 with data.environments as environments with input as plan("apply", "update") with time.now_ns as evening
}

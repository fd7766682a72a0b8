package main

import rego.v1

deny contains msg if {
	some r in input.resource_changes
	r.change.after.input == "moon"
	r.name == "b"
	msg := sprintf("%s must not be on the moon", [r.address])
}

# What is known of a value decides: an id is never empty, and no number.
deny contains "never" if {
	some r in input.resource_changes
	is_number(r.change.after.id)
}

warn contains "imported" if {
	some r in input.resource_changes
	count(r.change.importing.id) > 3
}

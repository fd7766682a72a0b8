package names

import rego.v1

deny contains "no input" if {
	some r in input.resource_changes
	r.type == "terraform_data"
	r.change.after.inptu == "x"
}

deny contains "never" if {
	some r in input.resource_changes
	count(r.type) < 0
}

warn contains "no list" if {
	some r in input.resource_change
	r.mode == "managed"
}

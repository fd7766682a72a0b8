package tokens

import rego.v1

weak contains r if {
	some r in input.resource_changes
	r.change.after.input == "hunter2secret"
}

deny contains msg if {
	some r in weak
	msg := sprintf("the token is %s!", [r.change.after.input])
}

deny contains msg if {
	some change in input.v1.changes
	change.after.input == "hunter2secret"
	msg := sprintf("all of it: %s", [upper(change.after.input)])
}

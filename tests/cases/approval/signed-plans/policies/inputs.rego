package inputs

import rego.v1

deny contains {"msg": "bad input", "address": change.address} if {
	some change in input.v1.changes
	change.after.input == "bad"
}

# Told at plan, refused at apply.
deny contains {"msg": "not today"} if {
	input.v1.stage == "apply"
	some change in input.v1.changes
	change.after.input == "later"
}

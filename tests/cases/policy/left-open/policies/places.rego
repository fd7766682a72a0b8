package places

import rego.v1

deny contains {"msg": "not there", "address": change.address} if {
	some change in input.v1.changes
	change.name == "b"
	change.after.input == "moon"
}

undetermined contains {"address": change.address, "path": "input"} if {
	some change in input.v1.changes
	change.name == "b"
	change.after.input["$unknown"]
}

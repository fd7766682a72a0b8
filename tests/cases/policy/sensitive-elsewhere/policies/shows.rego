package shows

# Everything here asks for something sensitive in a way of its own.

changed contains [c.name, c.after.input] if some c in input.v1.changes

warn contains sprintf("state: %s, %s", [r.values.input, upper(r.values.input)]) if {
	some r in input.prior_state.values.root_module.resources
	r.name == "kept"
}

warn contains sprintf("written: %v, %v", [variable, upper(variable["default"])]) if {
	variable := input.configuration.root_module.variables.token
}

warn contains sprintf("cut: %s", [substring(input.configuration.root_module.variables.token["default"], 0, 9)])

warn contains sprintf("begins with: %v", [object.get(value["$unknown"], "prefix", "nothing")]) if {
	some ["begins", value] in changed
}

warn contains sprintf("keys: %s", [concat(" ", sort(object.keys(value)))]) if some ["keys", value] in changed

warn contains "taken for null" if {
	some ["some", value] in changed
	value[0] == null
}

warn contains "key is found" if {
	some ["keys", value] in changed
	value.hunter2key == "a"
}

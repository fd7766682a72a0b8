package main

test_terraform if {
	found := parse_config("hcl2", `resource "null_resource" "a" { triggers = { b = "c" } }`)
	found.resource.null_resource.a[0].triggers.b == "c"
}

test_dockerfile if {
	some instructions in parse_config_file("Dockerfile")
	instructions[0].Cmd == "from"
}

test_combined if {
	some entry in parse_combined_config_files(["Dockerfile"])
	entry.contents[0].Value == ["scratch"]
}

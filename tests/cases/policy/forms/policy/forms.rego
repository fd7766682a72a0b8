package main

deny contains "a password stands in plain text" if input.DB_PASSWORD != ""

deny contains "the address is not encrypted" if startswith(input["service.url"], "http:")

deny contains "not strict" if input.compilerOptions.strict == false

deny contains ".git goes into the image" if {
	is_array(input)
	not ignored(".git")
}

ignored(path) if input[_].Value == path

deny contains sprintf("the image %s is not pinned", [image]) if {
	some instruction in input
	instruction.Cmd == "from"
	image := instruction.Value[0]
	endswith(image, ":latest")
}

deny contains "no TLS" if input.server.tls == false

deny contains "a snapshot is no release" if endswith(input.project.dependency.version, "-SNAPSHOT")

deny contains sprintf("nobody owns %s", [rule.pattern]) if {
	some rule in input.rules
	count(rule.owners) == 0
}

deny contains sprintf("built before 2020: %s", [input.built]) if input.built < "2020"

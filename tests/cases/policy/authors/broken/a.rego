package broken

import rego.v1

deny contains "long" if {
	lenght(input.x) > 2
}

package library

import rego.v1

doubled(x) := x * 2

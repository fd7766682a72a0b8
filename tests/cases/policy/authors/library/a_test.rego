package library_test

import data.library
import rego.v1

test_doubled if library.doubled(2) == 4

test_wrong if library.doubled(2) == 5

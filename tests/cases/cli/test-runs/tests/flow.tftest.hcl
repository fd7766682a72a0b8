variables {
  suffix = "file"
  seed   = "zz"
}

run "first" {
  assert {
    condition     = output.v == "a-file"
    error_message = "Got ${output.v}."
  }
}

run "setup" {
  module {
    source = "./setup"
  }
}

run "second" {
  variables {
    suffix = run.setup.suffix
  }
  assert {
    condition     = output.v == "a-zz-gen" && terraform_data.a.id != run.first.v
    error_message = "Got ${output.v}."
  }
}

run "keyed" {
  state_key = "other"
  command   = plan
  assert {
    condition     = terraform_data.a.input == "nothing"
    error_message = "Got ${terraform_data.a.input}."
  }
}

run "expected" {
  command = plan
  variables {
    suffix = "bad"
  }
  expect_failures = [var.suffix]
}

run "check" {
  variables {
    suffix = "much-too-long"
  }
  expect_failures = [check.short]
}

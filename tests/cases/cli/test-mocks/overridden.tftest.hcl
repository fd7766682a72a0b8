override_data {
  target = data.terraform_remote_state.r
  values = {
    outputs = { foo = "given" }
  }
}

override_module {
  target = module.m
  outputs = {
    o = "outside"
  }
}

run "planned" {
  command = plan

  override_resource {
    target          = terraform_data.a
    override_during = plan
    values = {
      id = "known"
    }
  }

  assert {
    condition     = terraform_data.a.id == "known" && output.inner == "outside" && output.remote == "given"
    error_message = "Overrides count while planning."
  }
  assert {
    condition     = module.m.p == null
    error_message = "What is not given is null."
  }
}

run "real" {
  assert {
    condition     = length(terraform_data.a.id) == 36
    error_message = "The rest is real."
  }
}

mock_provider "terraform" {
  source = "./mocks"

  mock_resource "terraform_data" {
    defaults = {
      output = "mocked"
    }
  }

  override_resource {
    target = module.m.terraform_data.z
    values = {
      output = "one"
    }
  }
}

run "made" {
  assert {
    condition     = terraform_data.a.output == "mocked" && length(terraform_data.a.id) == 8
    error_message = "Computed values are made up."
  }
  assert {
    condition     = output.inner == "one" && output.remote == "from a file"
    error_message = "Got ${output.inner} and ${output.remote}."
  }
}

run "kept" {
  command = plan
  assert {
    condition     = terraform_data.a.output == "mocked"
    error_message = "A mocked object stays what it is."
  }
}

resource "terraform_data" "source" {
  input = "the-id"
}

locals {
  found = terraform_data.source.output
}

resource "terraform_data" "taken" {}

resource "terraform_data" "user" {
  input = terraform_data.taken.id
}

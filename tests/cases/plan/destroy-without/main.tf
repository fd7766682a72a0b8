resource "terraform_data" "base" {}

resource "terraform_data" "other" {}

resource "terraform_data" "kept" {
  input = terraform_data.base.id
}

resource "terraform_data" "many" {
  count = 2
  input = terraform_data.kept.id
}

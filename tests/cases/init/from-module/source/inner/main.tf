locals {
  word = "inside"
}

resource "terraform_data" "a" {
  input = local.word
}

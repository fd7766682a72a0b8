terraform {
  backend "local" {}
}

resource "terraform_data" "a" {
  input = 1
}

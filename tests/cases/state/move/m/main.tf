resource "terraform_data" "in" {}

resource "terraform_data" "user" {
  input = terraform_data.in.id
}

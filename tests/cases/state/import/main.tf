resource "terraform_data" "x" {}

resource "terraform_data" "c" {
  count = 2
}

resource "terraform_data" "a" {
  input = "v"
}

resource "terraform_data" "c" {
  count = terraform_data.a.output == "v" ? 2 : 3
}

resource "terraform_data" "d" {
  input = terraform_data.c[*].id
}

resource "terraform_data" "free" {}

module "m" {
  source   = "./m"
  for_each = toset([terraform_data.a.id])
}

resource "terraform_data" "a" {
  count = 2
}

resource "terraform_data" "e" {
  for_each = toset(["x", "y/z"])
}

resource "terraform_data" "user" {
  input = terraform_data.a[0].id
}

module "m" {
  source = "./m"
}

module "n" {
  source = "./m"
  count  = 2
}

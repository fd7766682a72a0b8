resource "terraform_data" "a" {}

resource "terraform_data" "b" {
  count = 2
  input = terraform_data.a.id
}

module "m" {
  source = "./m"
  input  = terraform_data.b[0].id
}

output "o" {
  value = module.m.id
}

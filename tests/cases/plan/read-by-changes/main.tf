resource "terraform_data" "z" {
  input = "z"
}

resource "terraform_data" "many" {
  count = 11
}

module "m" {
  source   = "./m"
  for_each = { a = { name = 1 }, b = { name = 2 } }
  one      = terraform_data.z.output
  two      = each.value.name
}

output "one" {
  value = module.m["a"].out
}

output "null" {
  value = try(terraform_data.many[20].id, tostring(null))
}

output "none" {
  value = ""
}

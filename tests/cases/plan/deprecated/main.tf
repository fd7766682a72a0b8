module "call" {
  source = "./m"
  input  = "test"
}

module "many" {
  source   = "./m"
  for_each = toset(["a", "b"])
}

output "derived" {
  value = module.call.old
}

locals {
  loop  = [for name, one in module.many : one.old]
  splat = values(module.many)[*].old
  keyed = module.many["a"].old
  again = local.loop
  fresh = [for one in module.many : one.fresh]
}

resource "terraform_data" "made" {
  count = 2
  input = { inner = join("-", [for call in [module.call] : call.old]) }
}

output "passed" {
  value = [local.again, local.splat, local.keyed, local.fresh]
}

variable "root" {
  default    = "x"
  deprecated = "Nobody reads it."
}

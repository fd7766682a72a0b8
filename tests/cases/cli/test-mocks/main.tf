resource "terraform_data" "a" {
  input = "a"
}

data "terraform_remote_state" "r" {
  backend = "local"
  config = {
    path = "nope.tfstate"
  }
}

module "m" {
  source = "./m"
}

output "remote" {
  value = try(data.terraform_remote_state.r.outputs.foo, "none")
}

output "inner" {
  value = module.m.o
}

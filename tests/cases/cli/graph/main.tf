variable "v" { default = 1 }
locals { l = terraform_data.a.id }
resource "terraform_data" "a" { input = var.v }
resource "terraform_data" "b" { 
count = 2 
input = local.l 
}
data "terraform_remote_state" "r" { 
  backend = "local" 
  config = { path = terraform_data.b[0].id } 
}
module "m" { 
source = "./m" 
for_each = {x = 1} 
in = terraform_data.b[1].id 
}
module "k" { 
source = "./m" 
in = module.m["x"].out
}
output "o" { value = module.k.out }
resource "terraform_data" "z" { depends_on = [module.m] }

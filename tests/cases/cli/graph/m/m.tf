variable "in" {}
resource "terraform_data" "in" { input = var.in }
resource "terraform_data" "in2" { input = terraform_data.in.id }
module "n" { 
source = "./n" 
v = terraform_data.in2.id
}
output "out" { value = module.n.x }

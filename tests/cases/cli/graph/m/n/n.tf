variable "v" {}
resource "terraform_data" "deep" { input = var.v }
output "x" { value = terraform_data.deep.id }

variable "input" {}

resource "terraform_data" "in" {
  input = var.input
}

output "id" {
  value = terraform_data.in.id
}

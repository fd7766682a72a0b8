variable "seed" {}

resource "terraform_data" "seed" {
  input = var.seed
}

output "suffix" {
  value = "${terraform_data.seed.output}-gen"
}

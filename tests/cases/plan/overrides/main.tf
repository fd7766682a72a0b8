variable "v" {
  default = 1
}

locals {
  l = "a"
}

resource "terraform_data" "a" {
  input = local.l

  lifecycle {
    ignore_changes = [input]
  }
}

output "o" {
  value = terraform_data.a.input
}

variable "size" {
  default = 1
}

locals {
  id    = terraform_data.a.id
  label = "x-${local.id}"
}

resource "terraform_data" "a" {
  input            = var.size
  triggers_replace = var.size
}

resource "terraform_data" "b" {
  triggers_replace = local.label
}

resource "terraform_data" "c" {
  count = var.size
}

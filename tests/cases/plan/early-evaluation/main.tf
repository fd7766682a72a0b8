variable "which" {
  default = "one"
}

locals {
  source = "./${var.which}"
}

terraform {
  backend "local" {
    path = "${var.which}-${terraform.workspace}.tfstate"
  }
}

module "m" {
  source = local.source
}

output "o" {
  value = module.m.o
}

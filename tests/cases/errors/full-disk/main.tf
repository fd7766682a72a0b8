terraform {
  backend "local" {}
}

variable "objects" {
  type    = number
  default = 40
}

resource "terraform_data" "a" {
  count = var.objects
  input = join(",", range(400))
}

variable "size" {
  type    = number
  default = 1

  validation {
    condition     = var.size < 5
    error_message = "Too large."
  }
}

module "short" {
  source = "./inner"
  name   = "ab"
}

module "none" {
  source = "./inner"
}

resource "terraform_data" "twice" {
  lifecycle {}
  lifecycle {}
}

output "call" {
  value = format("%d", "x")
}

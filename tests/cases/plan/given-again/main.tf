variable "a" {
  default = 1
}

variable "e" {
  default   = 1
  ephemeral = true
}

resource "terraform_data" "b" {
  input = var.a
}

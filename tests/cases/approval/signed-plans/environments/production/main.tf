variable "input" {
  type    = string
  default = "good"
}

resource "terraform_data" "a" {
  input = var.input
}

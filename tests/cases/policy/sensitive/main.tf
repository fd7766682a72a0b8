variable "token" {
  type      = string
  sensitive = true
}

resource "terraform_data" "a" {
  input = var.token
}

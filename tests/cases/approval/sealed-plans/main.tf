variable "password" {
  type      = string
  sensitive = true
}

resource "terraform_data" "a" {
  input = {
    name     = "plain"
    password = var.password
  }
}

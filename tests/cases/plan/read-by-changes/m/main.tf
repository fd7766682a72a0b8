variable "one" {
  type = string
}

variable "two" {
  type = number
}

resource "terraform_data" "first" {
  count = 1
  input = var.two
}

resource "terraform_data" "second" {
  input = terraform_data.first[0].output
}

output "out" {
  value = var.one
}

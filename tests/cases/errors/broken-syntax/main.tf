resource "terraform_data" "a" {
  input = 1 +
}

variable "x" {
  type = string
  type = number
}

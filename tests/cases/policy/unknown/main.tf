variable "place" {
  type    = string
  default = "earth"
}

resource "terraform_data" "a" {
  input = var.place
}

resource "terraform_data" "b" {
  input = terraform_data.a.output
}

resource "terraform_data" "c" {
  input = terraform_data.b.id
}

variable "input" {
  default = 1
}

resource "terraform_data" "stays" {
  input = 1
}

resource "terraform_data" "changes" {
  input = var.input
}

resource "terraform_data" "follows" {
  input = terraform_data.changes.output
}

resource "terraform_data" "goes" {
  count = var.input == 1 ? 1 : 0
}

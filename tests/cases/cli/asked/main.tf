variable "name" {
  description = "What it is called."
  type        = string
}

variable "sizes" {
  type = list(number)
}

resource "terraform_data" "a" {
  input = "${var.name} ${sum(var.sizes)}"
}

variable "zone" {
  type = string
}

variable "sizes" {
  type    = map(string)
  default = {}
}

resource "terraform_data" "a" {
  count            = var.zone == null ? 0 : 1
  input            = "${var.zone}-a"
  triggers_replace = var.sizes["a"]
}

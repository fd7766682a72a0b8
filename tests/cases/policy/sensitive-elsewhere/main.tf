variable "token" {
  type      = string
  sensitive = true
  default   = "hunter2\"first\"\nhunter2second"
}

resource "terraform_data" "kept" {
  input = var.token
}

resource "terraform_data" "open" {
  input = "a"
}

resource "terraform_data" "begins" {
  input = "${var.token}-${terraform_data.open.id}"
}

resource "terraform_data" "some" {
  input = sensitive([terraform_data.open.id, "hunter2item"])
}

resource "terraform_data" "keys" {
  input = sensitive({ hunter2key = "a", hunter2other = "b" })
}

variable "on" {
  default = true
}

resource "terraform_data" "a" {
  input = "x"

  lifecycle {
    enabled = var.on
  }
}

module "m" {
  source = "./m"

  lifecycle {
    enabled = var.on
  }
}

output "a" {
  value = var.on ? terraform_data.a.output : "off"
}

output "m" {
  value = try(module.m.o, "none")
}

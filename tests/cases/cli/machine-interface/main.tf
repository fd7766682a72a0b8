variable "kind" {
  default = "one"
}

resource "terraform_data" "a" {
  input            = "first"
  triggers_replace = var.kind
}

resource "terraform_data" "b" {
  for_each = { x = 1 }
  input    = terraform_data.a.id
}

output "kind" {
  value = var.kind
}

output "secret" {
  value     = "hush"
  sensitive = true
}

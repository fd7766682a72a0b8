resource "terraform_data" "inner" {}

output "o" {
  value = "m"
}

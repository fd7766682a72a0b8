resource "terraform_data" "z" {
  input = "z"
}

output "o" {
  value = terraform_data.z.output
}

output "p" {
  value = "p"
}

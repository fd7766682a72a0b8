resource "terraform_data" "known" {
  input = 1
}

output "later" {
  value = yamldecode(terraform_data.known.id == "" ? "1" : ".inf")
}

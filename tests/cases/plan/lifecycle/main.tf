resource "terraform_data" "a" {
  input = { number = 1, list = ["x", "y"], text = "one\ntwo\n" }
}

resource "terraform_data" "b" {
  input            = terraform_data.a.id
  triggers_replace = [terraform_data.a.output.number]
}

output "number" {
  value = terraform_data.a.output.number
}

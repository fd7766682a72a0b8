variable "word" {
  default = "one"
}

variable "command" {
  default = "true"
}

resource "terraform_data" "a" {
  triggers_replace = var.word

  provisioner "local-exec" {
    command = var.command
  }
}

data "terraform_remote_state" "d" {
  backend    = "local"
  config     = { path = "${path.module}/other.tfstate" }
  depends_on = [terraform_data.a]
}

module "m" {
  source = "./m"
}

output "v" {
  value = data.terraform_remote_state.d.outputs.v
}

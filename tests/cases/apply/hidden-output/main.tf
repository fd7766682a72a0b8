variable "token" {
  type      = string
  ephemeral = true
  default   = "hunter2token"
}

variable "password" {
  type      = string
  sensitive = true
  default   = "hunter2password"
}

resource "terraform_data" "a" {
  provisioner "local-exec" {
    command     = "echo $TOKEN; exit 3"
    environment = { TOKEN = var.token }
    on_failure  = continue
  }

  provisioner "local-exec" {
    command = "echo seen-by-nobody > kept.txt; echo said"
    quiet   = true
  }

  provisioner "local-exec" {
    command = "printf 'a\\377b\\nlast line\\n'"
  }

  provisioner "local-exec" {
    command = "echo ${var.token}${var.password}; exit 4"
  }
}

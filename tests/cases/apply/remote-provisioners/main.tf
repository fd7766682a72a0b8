variable "fails" {
  default = false
}

resource "terraform_data" "box" {
  input = "x"

  connection {
    host        = "box"
    user        = "admin"
    password    = "not shown"
    timeout     = "1s"
    script_path = "./script_%RAND%.sh"
  }

  provisioner "file" {
    content     = "from ${self.input}"
    destination = "copied.txt"
  }
  provisioner "file" {
    source      = "files"
    destination = "copied"
  }
  provisioner "remote-exec" {
    inline = ["echo hello from $0 | sed 's/[0-9]//g'", "${var.fails}  && exit 3 || true"]

    connection {
      host = "inner"
    }
  }
  provisioner "remote-exec" {
    when   = destroy
    inline = ["echo gone > gone.txt"]
  }
}

variable "suffix" {
  default = "d"

  validation {
    condition     = var.suffix != "bad"
    error_message = "This suffix is bad."
  }
}

resource "terraform_data" "a" {
  input = "a-${var.suffix}"

  provisioner "local-exec" {
    when    = destroy
    command = "test ! -e stay"
  }
}

check "short" {
  assert {
    condition     = length(var.suffix) < 9
    error_message = "The suffix is long."
  }
}

output "v" {
  value = terraform_data.a.output
}

variable "size" {
  default = 1

  validation {
    condition     = var.size < 3
    error_message = "Too large."
  }
}

data "terraform_remote_state" "inside" {
  backend = "local"
  config  = { path = "stored.json" }
}

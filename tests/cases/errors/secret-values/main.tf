variable "keys" {
  type      = list(string)
  sensitive = true
}

variable "token" {
  type      = number
  ephemeral = true
  default   = 1
}

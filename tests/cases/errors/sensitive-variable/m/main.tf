variable "port" {
  type      = string
  sensitive = true
}

variable "ports" {
  type      = map(number)
  sensitive = true
}

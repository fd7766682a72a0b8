variable "port" {
  type      = string
  sensitive = true
}

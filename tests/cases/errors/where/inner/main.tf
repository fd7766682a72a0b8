variable "name" {
  type    = string
  default = "a"

  validation {
    condition     = length(var.name) > 2
    error_message = "Too short."
  }
}

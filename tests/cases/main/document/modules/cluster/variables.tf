variable "appId" {
  type      = string
  sensitive = true
}

variable "password" {
  type      = string
  sensitive = true
}

variable "generic_name" {
  type = string
}

variable "environment" {
  type = string
}

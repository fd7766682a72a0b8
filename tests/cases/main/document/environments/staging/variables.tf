variable "appId" {
  type      = string
  sensitive = true
}

variable "password" {
  type      = string
  sensitive = true
}

variable "subscription" {
  type      = string
  sensitive = true
}

variable "generic_name" {
  type    = string
  default = "mlflow-staging"
}

variable "environment" {
  type    = string
  default = "staging"
}

variable "namespace" {
  type    = string
  default = "mlflow"
}

terraform {
  required_providers {
    helm = {
      source  = "hashicorp/helm"
      version = "3.1.0"
    }
  }
}

provider "helm" {
  kubernetes = {}
}

variable "secret" {
  type    = string
  default = "quiet"
}

resource "helm_release" "web" {
  name                       = "web"
  chart                      = "./web"
  disable_openapi_validation = false
  set_sensitive              = [{ name = "a", value = var.secret }]
}

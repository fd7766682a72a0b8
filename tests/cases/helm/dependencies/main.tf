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

resource "helm_release" "web" {
  name              = "web"
  chart             = "./web"
  dependency_update = false
}

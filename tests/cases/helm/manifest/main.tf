terraform {
  required_providers {
    helm = {
      source  = "hashicorp/helm"
      version = "3.1.0"
    }
  }
}

provider "helm" {
  kubernetes  = {}
  experiments = { manifest = true }
}

resource "helm_release" "web" {
  name   = "web"
  chart  = "./web"
  values = ["{a: x, replicas: 1}"]
}

output "kinds" {
  value = keys(helm_release.web.resources)
}

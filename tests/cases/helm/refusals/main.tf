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
  name    = "web"
  chart   = "./web"
  timeout = 0
  replace = true
  set     = [{ name = "a", value = "1", type = "string" }]
}

output "values" {
  value = helm_release.web.metadata.values
}

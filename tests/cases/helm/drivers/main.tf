terraform {
  required_providers {
    helm = {
      source  = "hashicorp/helm"
      version = "3.1.0"
    }
    kubernetes = {
      source = "hashicorp/kubernetes"
    }
  }
}

provider "helm" {
  kubernetes  = {}
  helm_driver = "configmap"
}

resource "helm_release" "web" {
  name   = "web"
  chart  = "./web"
  values = ["a: 1"]
}

provider "kubernetes" {}

data "kubernetes_resources" "kept" {
  api_version    = "v1"
  kind           = "ConfigMap"
  label_selector = "owner=helm"
  depends_on     = [helm_release.web]
}

output "kept" {
  value = [for kept in data.kubernetes_resources.kept.objects : kept.metadata.name]
}

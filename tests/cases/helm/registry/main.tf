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
  registries = [
    { url = "oci://community-charts.github.io", username = "demo", password = var.secret },
  ]
}

variable "secret" {
  type    = string
  default = "demo"
}

resource "helm_release" "open" {
  name       = "open"
  repository = "oci://community-charts.github.io/charts"
  chart      = "mlflow"
}

resource "helm_release" "private" {
  name    = "private"
  chart   = "oci://community-charts.github.io/private/mlflow"
  version = "1.7.3"
}

terraform {
  required_providers {
    helm = { source = "hashicorp/helm", version = "3.1.0" }
  }
}

resource "helm_release" "web" {
  name  = "web"
  chart = "${path.module}/chart"
}

terraform {
  required_providers {
    kubernetes = { source = "hashicorp/kubernetes", version = "2.38.0" }
  }
}

locals {
  cluster = yamldecode(file("sandbox/kubeconfig")).clusters[0].cluster
}

provider "kubernetes" {
  host                   = local.cluster.server
  cluster_ca_certificate = base64decode(local.cluster["certificate-authority-data"])

  exec {
    api_version = "client.authentication.k8s.io/v1"
    command     = "sh"
    args        = ["credentials.sh"]
  }
}

resource "kubernetes_config_map_v1" "a" {
  metadata {
    name = "a"
  }
  data = { k = "v" }
}

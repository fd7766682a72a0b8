terraform {
  required_providers {
    kubernetes = {
      source  = "hashicorp/kubernetes"
      version = "~> 2.32"
    }
  }
}

provider "kubernetes" {}

resource "kubernetes_config_map" "a" {
  metadata {
    name = "a"
  }
  data = {
    k = "v"
  }
}

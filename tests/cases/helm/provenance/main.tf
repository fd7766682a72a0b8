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

resource "helm_release" "signed" {
  name    = "signed"
  chart   = "./signed-0.1.0.tgz"
  verify  = true
  keyring = "keys.gpg"
}

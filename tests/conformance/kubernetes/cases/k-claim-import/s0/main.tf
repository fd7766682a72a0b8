terraform {
  required_providers {
    helm       = { source = "hashicorp/helm", version = "3.1.0" }
    kubernetes = { source = "hashicorp/kubernetes", version = "2.38.0" }
  }
}
variable "ns" { type = string }
variable "kubeconfig" { type = string }
variable "host" { type = string }
variable "ca" { type = string }
variable "token" {
  type      = string
  sensitive = true
}
variable "repo" {
  type    = string
  default = ""
}
provider "kubernetes" {
  config_path = var.kubeconfig
}
provider "helm" {
  kubernetes = { config_path = var.kubeconfig }
}
resource "kubernetes_persistent_volume_claim_v1" "p" {
  metadata {
    name      = "p"
    namespace = var.ns
  }
  spec {
    access_modes = ["ReadWriteOnce"]
    resources {
      requests = { storage = "1Gi" }
    }
  }
}

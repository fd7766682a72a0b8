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
  kubernetes = {}
}

provider "kubernetes" {}

variable "mark" {
  type    = string
  default = "2"
}

variable "secret" {
  type      = string
  default   = "correct-horse"
  ephemeral = true
}

resource "helm_release" "web" {
  name              = "web"
  chart             = "./web"
  recreate_pods     = true
  disable_crd_hooks = true
  set = [
    { name = "plain", value = "a,b=1" },
    { name = "dotted.key", value = "[1, {x: z}]", type = "literal" },
    { name = "text", value = "007", type = "string" },
  ]
  set_wo = [
    { name = "password", value = var.secret },
  ]
  set_wo_revision = 1
  postrender = {
    binary_path = "./postrender.sh"
    args        = [var.mark]
  }
}

data "kubernetes_resource" "settings" {
  api_version = "v1"
  kind        = "ConfigMap"
  metadata {
    name = "web"
  }
  depends_on = [helm_release.web]
}

data "kubernetes_resource" "web" {
  api_version = "apps/v1"
  kind        = "Deployment"
  metadata {
    name = "web"
  }
  depends_on = [helm_release.web]
}

locals {
  settings = jsondecode(data.kubernetes_resource.settings.object.data.values)
}

output "settings" {
  value = { for name, value in local.settings : name => jsonencode(value) if name != "password" }
}

output "written" {
  value = sha256(local.settings.password)
}

output "image" {
  value = data.kubernetes_resource.web.object.spec.template.spec.containers[0].image
}

output "values" {
  value = helm_release.web.metadata.values
}

terraform {
  required_providers {
    kubernetes = {
      source  = "hashicorp/kubernetes"
      version = "~> 2.38"
    }
  }
}

# The cluster is the one of KUBE_CONFIG_PATH.
provider "kubernetes" {}

variable "entries" {
  type    = map(string)
  default = { empty = "" }
}

variable "kind" {
  type    = string
  default = "NodePort"
}

variable "path" {
  type    = string
  default = "/"
}

resource "kubernetes_namespace_v1" "shop" {
  metadata {
    name = "changes"
  }
}

resource "kubernetes_config_map_v1" "flags" {
  metadata {
    name      = "flags"
    namespace = kubernetes_namespace_v1.shop.metadata[0].name
  }
  data = var.entries
}

resource "kubernetes_service_account_v1" "robot" {
  metadata {
    name      = "robot"
    namespace = kubernetes_namespace_v1.shop.metadata[0].name
  }
}

# The cluster puts the token in.
resource "kubernetes_secret_v1" "robot" {
  metadata {
    name      = "robot"
    namespace = kubernetes_namespace_v1.shop.metadata[0].name
    annotations = {
      "kubernetes.io/service-account.name" = kubernetes_service_account_v1.robot.metadata[0].name
    }
  }
  type = "kubernetes.io/service-account-token"
}

# Names of roles need only stand in a path.
resource "kubernetes_role_v1" "reader" {
  metadata {
    name      = "team:Reader_1"
    namespace = kubernetes_namespace_v1.shop.metadata[0].name
  }
  rule {
    api_groups = [""]
    resources  = ["pods"]
    verbs      = ["get"]
  }
}

resource "kubernetes_service_v1" "web" {
  metadata {
    name      = "web"
    namespace = kubernetes_namespace_v1.shop.metadata[0].name
  }
  spec {
    type     = var.kind
    selector = { app = "web" }
    port {
      port      = 80
      node_port = 0
    }
  }
}

resource "kubernetes_ingress_v1" "web" {
  metadata {
    name      = "web"
    namespace = kubernetes_namespace_v1.shop.metadata[0].name
  }
  spec {
    ingress_class_name = "lab"
    rule {
      host = "shop.example.com"
      http {
        path {
          path      = var.path
          path_type = "Prefix"
          backend {
            service {
              name = kubernetes_service_v1.web.metadata[0].name
              port {
                number = 80
              }
            }
          }
        }
      }
    }
  }
}

output "token" {
  value = length(nonsensitive(kubernetes_secret_v1.robot.data)) > 0
}

terraform {
  required_providers {
    kubernetes = {
      source  = "hashicorp/kubernetes"
      version = "~> 2.32"
    }
  }
}

# The cluster is the one of KUBE_CONFIG_PATH.
provider "kubernetes" {}

variable "greeting" {
  type    = string
  default = "hello"
}

resource "kubernetes_namespace" "shop" {
  metadata {
    name = "shop"
  }
}

resource "kubernetes_service_account" "web" {
  metadata {
    name      = "web"
    namespace = kubernetes_namespace.shop.metadata[0].name
  }
}

resource "kubernetes_config_map" "web" {
  metadata {
    name      = "web"
    namespace = kubernetes_namespace.shop.metadata[0].name
  }
  data = {
    GREETING = var.greeting
  }
}

resource "kubernetes_secret" "web" {
  metadata {
    name      = "web"
    namespace = kubernetes_namespace.shop.metadata[0].name
  }
  data = {
    PASSWORD = "correct-horse"
  }
}

resource "kubernetes_deployment" "web" {
  metadata {
    name      = "web"
    namespace = kubernetes_namespace.shop.metadata[0].name
  }
  spec {
    replicas = 2
    selector {
      match_labels = { app = "web" }
    }
    template {
      metadata {
        labels = { app = "web" }
      }
      spec {
        service_account_name = kubernetes_service_account.web.metadata[0].name
        container {
          name  = "web"
          image = "shop/web:1"
          port {
            container_port = 8080
          }
          env_from {
            config_map_ref {
              name = kubernetes_config_map.web.metadata[0].name
            }
          }
          resources {
            limits = { memory = "256Mi" }
          }
        }
      }
    }
  }
}

resource "kubernetes_service" "web" {
  metadata {
    name      = "web"
    namespace = kubernetes_namespace.shop.metadata[0].name
  }
  spec {
    type     = "LoadBalancer"
    selector = { app = "web" }
    port {
      port        = 80
      target_port = 8080
    }
  }
}

resource "kubernetes_manifest" "pods" {
  manifest = {
    apiVersion = "policy/v1"
    kind       = "PodDisruptionBudget"
    metadata = {
      name      = "web"
      namespace = kubernetes_namespace.shop.metadata[0].name
    }
    spec = {
      minAvailable = 1
      selector     = { matchLabels = { app = "web" } }
    }
  }
}

output "address" {
  value = kubernetes_service.web.status[0].load_balancer[0].ingress[0].ip
}

terraform {
  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = "~> 4.0"
    }
    kubernetes = {
      source  = "hashicorp/kubernetes"
      version = "~> 2.32"
    }
    helm = {
      source  = "hashicorp/helm"
      version = "~> 3.0"
    }
  }

  required_version = ">= 1.5.0"

  backend "azurerm" {
    resource_group_name  = "terraform-state"
    storage_account_name = "ordainstate"
    container_name       = "tfstate"
    key                  = "staging/terraform.tfstate"
  }
}

provider "azurerm" {
  features {}
  resource_provider_registrations = "none"
  subscription_id                 = var.subscription
}

provider "kubernetes" {
  host                   = module.cluster.kube_host
  client_certificate     = base64decode(module.cluster.kube_client_certificate)
  client_key             = base64decode(module.cluster.kube_client_key)
  cluster_ca_certificate = base64decode(module.cluster.kube_cluster_ca_certificate)
}

provider "helm" {
  kubernetes = {
    host                   = module.cluster.kube_host
    client_certificate     = base64decode(module.cluster.kube_client_certificate)
    client_key             = base64decode(module.cluster.kube_client_key)
    cluster_ca_certificate = base64decode(module.cluster.kube_cluster_ca_certificate)
  }
}

module "cluster" {
  source       = "../../modules/cluster"
  appId        = var.appId    # Pass root var to module.
  password     = var.password # Pass root var to module.
  generic_name = var.generic_name
  environment  = var.environment
  node_count   = var.node_count
}

module "mlflow" {
  source     = "../../modules/mlflow"
  namespace  = var.namespace
  replicas   = var.replicas
  depends_on = [module.cluster]
}

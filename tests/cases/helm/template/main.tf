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

data "helm_template" "web" {
  name         = "web"
  chart        = "./web"
  include_crds = true
  skip_tests   = true
  is_upgrade   = true
  values       = ["a: x"]
}

data "helm_template" "some" {
  name      = "some"
  chart     = "./web"
  show_only = ["templates/c1*.yaml", "templates/c0[01].yaml"]
  set       = [{ name = "a", value = "y" }]
  postrender = { binary_path = "./nothing" }
}

output "order" {
  value = [for line in split("\n", data.helm_template.web.manifest) : line if startswith(line, "# Source")]
}

output "some" {
  value = data.helm_template.some.manifests
}

output "notes" {
  value = data.helm_template.web.notes
}

output "defaults" {
  value = [data.helm_template.web.atomic, data.helm_template.web.timeout, data.helm_template.web.version]
}

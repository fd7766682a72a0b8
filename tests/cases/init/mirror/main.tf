terraform {
  required_providers {
    thing = {
      source  = "example.com/acme/thing"
      version = ">= 1.0, < 2.0"
    }
  }
}

module "inner" {
  source = "./inner"
}

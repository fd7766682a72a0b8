terraform {
  required_providers {
    thing = {
      source  = "example.com/acme/thing"
      version = "~> 1.1"
    }
  }
}

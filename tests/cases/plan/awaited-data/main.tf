variable "x" {
  default = "1"
}

resource "terraform_data" "a" {
  input = var.x
}

resource "terraform_data" "b" {
  input      = "const"
  depends_on = [terraform_data.a]
}

locals {
  a = terraform_data.a.input
}

data "terraform_remote_state" "behind_no_change" {
  backend    = "local"
  config     = { path = "stored.json" }
  depends_on = [terraform_data.b]
}

data "terraform_remote_state" "direct" {
  backend  = "local"
  config   = { path = "stored.json" }
  defaults = { x = terraform_data.a.input }
}

data "terraform_remote_state" "by_local" {
  backend  = "local"
  config   = { path = "stored.json" }
  defaults = { x = local.a }
}

data "terraform_remote_state" "count" {
  count   = length(terraform_data.a.input)
  backend = "local"
  config  = { path = "stored.json" }
}

module "m" {
  source     = "./m"
  depends_on = [terraform_data.b]
}

data "terraform_remote_state" "d" {
  backend = "local"
  config  = { path = "${path.root}/other.tfstate" }
}

resource "terraform_data" "a" {}

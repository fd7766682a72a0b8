resource "terraform_data" "a" {
  for_each         = toset(["x", "y"])
  triggers_replace = 1

  lifecycle {
    prevent_destroy = true
  }
}

resource "terraform_data" "b" {
  input = terraform_data.a["x"].id
}

module "b" {
  source   = "./m"
  for_each = toset(["p", "q"])
}

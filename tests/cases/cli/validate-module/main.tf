module "inner" {
  source = "./inner"
  zone   = null
}

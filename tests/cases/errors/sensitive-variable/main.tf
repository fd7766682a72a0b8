module "m" {
  source = "./m"
  count  = 1
  port   = ["fixture-pin"]
  ports  = { fixture-pin = "x" }
}

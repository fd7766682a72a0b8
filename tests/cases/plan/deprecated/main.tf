module "call" {
  source = "./m"
  input  = "test"
}

output "derived" {
  value = module.call.old
}

variable "input" {
  default    = "x"
  deprecated = "Use other in its place."
}

output "old" {
  value      = var.input
  deprecated = "Use fresh in its place."
}

output "fresh" {
  value = var.input
}

resource "x" "y" {
  name  = "a-%{ if var.b }b%{ endif }"
  count = -1
}

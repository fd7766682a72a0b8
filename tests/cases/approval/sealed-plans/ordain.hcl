environment "here" {
  paths     = ["."]
  approvals = 0
  sealed_to = ["KEY"]
}

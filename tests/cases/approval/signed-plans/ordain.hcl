environment "staging" {
  paths     = ["environments/staging"]
  approvers = ["*@example.com"]
}

environment "production" {
  paths     = ["environments/production"]
  approvers = ["*@example.com"]
}

# What this repository demands before a plan is applied. Paths are relative to this file.
policies        = "policies"
allowed_signers = "allowed_signers"
revocations     = "revocations"

environment "dev" {
  paths         = ["environments/dev"]
  approvals     = 0
  plan_lifetime = "24h"
  time_zone     = "Europe/London"
}

environment "staging" {
  paths             = ["environments/staging"]
  approvers         = ["*@example.com"]
  approvals         = 1
  plan_lifetime     = "72h"
  approval_lifetime = "72h"
  time_zone         = "Europe/London"
}

environment "production" {
  paths             = ["environments/production"]
  approvers         = ["*@example.com"]
  approvals         = 2
  plan_lifetime     = "24h"
  approval_lifetime = "24h"
  time_zone         = "Europe/London"
}

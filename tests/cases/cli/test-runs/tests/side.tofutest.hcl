test {
  parallel = true
}

run "a" {
  state_key = "a"
}

run "b" {
  state_key = "b"
}

run "c" {
  state_key = "c"
  assert {
    condition     = run.a.v == run.b.v
    error_message = "Not the same."
  }
}

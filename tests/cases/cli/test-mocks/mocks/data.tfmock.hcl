mock_data "terraform_remote_state" {
  defaults = {
    outputs = { foo = "from a file" }
  }
}

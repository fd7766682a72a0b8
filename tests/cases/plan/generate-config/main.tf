import {
  to = terraform_data.x
  id = "the-id"
}

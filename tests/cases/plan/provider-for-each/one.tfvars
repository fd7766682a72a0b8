subscriptions = {
  one = "11111111-2222-5333-8ead-555555555555"
}

keys = { a = "hunter2" }

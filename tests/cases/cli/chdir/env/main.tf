output "same" {
  value = path.cwd == abspath(path.root)
}

output "below" {
  value = "${path.cwd}/env" == abspath(path.root)
}

output "cluster_name" {
  description = "Name of the cluster."
  value       = module.cluster.cluster_name
}

output "resource_group_name" {
  description = "Resource group that holds the cluster."
  value       = module.cluster.resource_group_name
}

output "service_address" {
  description = "Address of MLflow."
  value       = module.mlflow.service_address
}

output "service_address" {
  description = "Address that the load balancer gave the service; null until it has one."
  value       = try(data.kubernetes_service_v1.mlflow.status[0].load_balancer[0].ingress[0].ip, null)
}

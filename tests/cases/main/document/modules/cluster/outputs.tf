output "cluster_name" {
  description = "Name of the cluster."
  value       = azurerm_kubernetes_cluster.default.name
}

output "resource_group_name" {
  description = "Resource group that holds the cluster."
  value       = azurerm_resource_group.default.name
}

output "kube_host" {
  description = "URL of the Kubernetes API."
  value       = azurerm_kubernetes_cluster.default.kube_config.0.host
  sensitive   = true
}

output "kube_client_certificate" {
  description = "Client certificate, base64."
  value       = azurerm_kubernetes_cluster.default.kube_config.0.client_certificate
  sensitive   = true
}

output "kube_client_key" {
  description = "Client key, base64."
  value       = azurerm_kubernetes_cluster.default.kube_config.0.client_key
  sensitive   = true
}

output "kube_cluster_ca_certificate" {
  description = "CA certificate of the cluster, base64."
  value       = azurerm_kubernetes_cluster.default.kube_config.0.cluster_ca_certificate
  sensitive   = true
}

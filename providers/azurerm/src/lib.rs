//! Resource groups and Kubernetes clusters of Azure, as hashicorp/azurerm 4 has them.

variable "generic_name" {
  description = "Prefix of all names."
  type        = string
  default     = "mlflow-dev"
}

variable "namespace" {
  description = "Namespace of the MLflow release."
  type        = string
  default     = "mlflow"
}

variable "environment" {
  description = "Name of this environment."
  type        = string
  default     = "dev"
}

variable "node_count" {
  description = "Number of virtual machines."
  type        = number
  default     = 1
}

variable "replicas" {
  description = "Number of MLflow pods."
  type        = number
  default     = 1
}

variable "appId" {
  description = "Client id of the cluster's service principal. Set TF_VAR_appId."
  type        = string
  sensitive   = true
}

variable "password" {
  description = "Client secret of the cluster's service principal. Set TF_VAR_password."
  type        = string
  sensitive   = true
}

variable "subscription" {
  description = "Subscription that everything is made in. Set TF_VAR_subscription."
  type        = string
  sensitive   = true
}

variable "generic_name" {
  description = "Prefix of all names."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,30}$", var.generic_name))
    error_message = "generic_name is 2 to 31 lower-case letters, digits and hyphens, and begins with a letter."
  }
}

variable "environment" {
  description = "Environment that the cluster belongs to; becomes a tag."
  type        = string
}

variable "appId" {
  description = "Client id of the service principal that the cluster acts as."
  type        = string
  sensitive   = true
}

variable "password" {
  description = "Client secret of the service principal."
  type        = string
  sensitive   = true
}

variable "location" {
  description = "Region."
  type        = string
  default     = "East US"
}

variable "kubernetes_version" {
  description = "Version of Kubernetes."
  type        = string
  default     = "1.32.7"
}

variable "node_count" {
  description = "Number of virtual machines in the default pool."
  type        = number
  default     = 2

  validation {
    condition     = var.node_count >= 1 && var.node_count <= 10
    error_message = "node_count is between 1 and 10."
  }
}

variable "vm_size" {
  description = "Size of the virtual machines."
  type        = string
  default     = "Standard_D2s_v3"
}

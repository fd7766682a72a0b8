variable "namespace" {
  description = "Namespace that the release lives in; made if it is not there."
  type        = string
}

variable "replicas" {
  description = "Number of pods."
  type        = number
  default     = 3

  validation {
    condition     = var.replicas >= 1
    error_message = "replicas is at least 1."
  }
}

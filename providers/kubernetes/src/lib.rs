//! Kubernetes objects, as hashicorp/kubernetes 2 has them.

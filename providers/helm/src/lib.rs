//! Helm releases, as hashicorp/helm 3 has them.

//! A Kubernetes API client: credentials, discovery, objects, patches, waiting.

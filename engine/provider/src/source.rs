//! Where providers come from.

use std::sync::Arc;

use async_trait::async_trait;
use ordain_addr::{ProviderConfigAddr, ResourceInstance};
use ordain_diag::Diagnostics;

use crate::Provider;

/// Hands out providers: native ones, or processes. Implemented by operations.
#[async_trait]
pub trait ProviderSource: Send + Sync {
    /// A provider for one configuration, not configured yet. Asked once a configuration and operation.
    async fn instance(&self, address: &ProviderConfigAddr) -> Result<Arc<dyn Provider>, Diagnostics>;

    /// What serves one instance, when that is not the provider of its configuration itself: tests put
    /// values of their own in place of what an object would be. Asked before each work on an instance.
    fn serve(
        &self,
        _config: &ProviderConfigAddr,
        _instance: &ResourceInstance,
        provider: Arc<dyn Provider>,
    ) -> Arc<dyn Provider> {
        provider
    }
}

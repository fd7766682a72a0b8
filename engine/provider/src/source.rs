//! Where providers come from.

use std::sync::Arc;

use async_trait::async_trait;
use ordain_addr::ProviderConfigAddr;
use ordain_diag::Diagnostics;

use crate::Provider;

/// Hands out providers: native ones, or processes. Implemented by operations.
#[async_trait]
pub trait ProviderSource: Send + Sync {
    /// A provider for one configuration, not configured yet. Asked once a configuration and operation.
    async fn instance(&self, address: &ProviderConfigAddr) -> Result<Arc<dyn Provider>, Diagnostics>;
}

//! Codes of the area `provider`.

crate::code::area! {
    PROVIDER_ERROR = "PROV001", "The provider reported an error.";
    BROKEN_LAW = "PROV002", "The provider answered with a value that the plan does not allow. This is a bug in the provider.";
    PROVIDER_CONFIG = "PROV003", "A provider could not be configured.";
    PLUGIN = "PROV004", "A provider's process could not be started, ended early, or did not answer as the protocol says. The message has what it wrote last; set TF_LOG_PROVIDER=debug for all of it.";
}

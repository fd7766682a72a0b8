//! Names of the protocol's calls.

use crate::handshake::Protocol;

/// A call of the provider protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Schema,
    IdentitySchemas,
    ValidateProvider,
    ValidateResource,
    ValidateData,
    ValidateEphemeral,
    Configure,
    UpgradeState,
    UpgradeIdentity,
    Read,
    Plan,
    Apply,
    Import,
    Move,
    ReadData,
    Open,
    Renew,
    Close,
    CallFunction,
    Stop,
}

impl Method {
    /// Name without its service. Version 6 renamed some.
    pub(crate) fn name(self, protocol: Protocol) -> &'static str {
        let (v5, v6) = match self {
            Method::Schema => ("GetSchema", "GetProviderSchema"),
            Method::IdentitySchemas => return "GetResourceIdentitySchemas",
            Method::ValidateProvider => ("PrepareProviderConfig", "ValidateProviderConfig"),
            Method::ValidateResource => ("ValidateResourceTypeConfig", "ValidateResourceConfig"),
            Method::ValidateData => ("ValidateDataSourceConfig", "ValidateDataResourceConfig"),
            Method::ValidateEphemeral => return "ValidateEphemeralResourceConfig",
            Method::Configure => ("Configure", "ConfigureProvider"),
            Method::UpgradeState => return "UpgradeResourceState",
            Method::UpgradeIdentity => return "UpgradeResourceIdentity",
            Method::Read => return "ReadResource",
            Method::Plan => return "PlanResourceChange",
            Method::Apply => return "ApplyResourceChange",
            Method::Import => return "ImportResourceState",
            Method::Move => return "MoveResourceState",
            Method::ReadData => return "ReadDataSource",
            Method::Open => return "OpenEphemeralResource",
            Method::Renew => return "RenewEphemeralResource",
            Method::Close => return "CloseEphemeralResource",
            Method::CallFunction => return "CallFunction",
            Method::Stop => ("Stop", "StopProvider"),
        };
        match protocol {
            Protocol::V5 => v5,
            Protocol::V6 => v6,
        }
    }

    /// Path of the call.
    pub(crate) fn path(self, protocol: Protocol) -> String {
        let service = match protocol {
            Protocol::V5 => "tfplugin5.Provider",
            Protocol::V6 => "tfplugin6.Provider",
        };
        format!("/{service}/{}", self.name(protocol))
    }
}

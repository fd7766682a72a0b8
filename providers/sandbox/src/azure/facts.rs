//! What this Azure knows: identifiers, regions, versions, sizes, api-versions.

/// The subscription.
pub(crate) const SUBSCRIPTION: &str = "11111111-2222-5333-8ead-555555555555";
/// A subscription that exists but may not be used.
pub(crate) const FORBIDDEN_SUBSCRIPTION: &str = "11111111-2222-5333-8ead-666666666666";
/// The directory.
pub(crate) const TENANT: &str = "aaaaaaaa-bbbb-5ccc-8ead-eeeeeeeeeeee";
/// The application.
pub(crate) const CLIENT: &str = "c1c1c1c1-0000-5000-8ead-000000000001";
/// The application's service principal.
pub(crate) const PRINCIPAL: &str = "0b0b0b0b-0000-5000-8ead-000000000001";
/// The application's password: a test value of this emulation, good for nothing else.
pub(crate) const CLIENT_SECRET: &str = "emulator-client-secret";

/// Regions: name and display name, sorted by name.
pub(crate) const LOCATIONS: &[(&str, &str)] = &[
    ("centralus", "Central US"),
    ("eastus", "East US"),
    ("eastus2", "East US 2"),
    ("francecentral", "France Central"),
    ("germanywestcentral", "Germany West Central"),
    ("japaneast", "Japan East"),
    ("northeurope", "North Europe"),
    ("southeastasia", "Southeast Asia"),
    ("swedencentral", "Sweden Central"),
    ("uksouth", "UK South"),
    ("ukwest", "UK West"),
    ("westeurope", "West Europe"),
    ("westus", "West US"),
    ("westus2", "West US 2"),
    ("westus3", "West US 3"),
];

/// Kubernetes versions, oldest first.
pub(crate) const VERSIONS: &[&str] = &["1.31.8", "1.31.10", "1.32.6", "1.32.7", "1.33.2", "1.33.3", "1.34.0"];
/// The version of a cluster that names none.
pub(crate) const DEFAULT_VERSION: &str = "1.33.3";

/// Machine sizes that the subscription may use.
pub(crate) const VM_SIZES: &[&str] = &[
    "Standard_B2s",
    "Standard_B4ms",
    "Standard_D2s_v3",
    "Standard_D4s_v3",
    "Standard_D8s_v3",
    "Standard_DS2_v2",
    "Standard_D2as_v5",
    "Standard_D4as_v5",
    "Standard_D2ds_v5",
    "Standard_D4ds_v5",
    "Standard_E2s_v3",
    "Standard_F4s_v2",
    "Standard_NC4as_T4_v3",
];
/// The size of a pool that names none.
pub(crate) const DEFAULT_VM: &str = "Standard_D4ds_v5";

/// The api-versions of each family of calls.
pub(crate) const API_VERSIONS: &[(&str, &[&str])] = &[
    ("resourceGroups", &["2020-06-01", "2021-04-01", "2022-09-01", "2023-07-01", "2024-03-01", "2025-04-01"]),
    ("containerService", &["2025-05-01", "2025-07-01", "2025-08-01"]),
    ("subscriptions", &["2016-06-01", "2020-01-01", "2021-01-01", "2022-12-01"]),
    ("providers", &["2021-04-01", "2022-09-01"]),
    ("storage", &["2021-09-01", "2022-09-01", "2023-01-01", "2023-05-01", "2024-01-01", "2025-01-01"]),
];

/// Resource provider namespaces, without `Microsoft.`.
pub(crate) const NAMESPACES: &str = "AVS AlertsManagement ApiManagement App AppConfiguration AppPlatform Authorization Automation Blueprint BotService Cache Cdn CognitiveServices Compute ContainerInstance ContainerRegistry ContainerService CostManagement CustomProviders DBforMariaDB DBforMySQL DBforPostgreSQL Dashboard DataFactory DataLakeAnalytics DataLakeStore DataMigration DataProtection Databricks DesktopVirtualization DevTestLab Devices DocumentDB EventGrid EventHub GuestConfiguration HDInsight HealthcareApis IoTCentral KeyVault Kusto Logic MachineLearningServices Maintenance ManagedIdentity ManagedServices Management Maps MarketplaceOrdering MixedReality Monitor Network NotificationHubs OperationalInsights OperationsManagement PolicyInsights PowerBIDedicated RecoveryServices Relay Resources Search Security SecurityInsights ServiceBus ServiceFabric SignalRService Sql Storage StreamAnalytics Web";

/// `East US` → `eastus`.
pub(crate) fn location(text: &str) -> String {
    text.replace(' ', "").to_lowercase()
}

/// Is this a region?
pub(crate) fn is_location(text: &str) -> bool {
    LOCATIONS.iter().any(|(name, _)| *name == location(text))
}

/// All region names, joined by commas.
pub(crate) fn location_names() -> String {
    LOCATIONS.iter().map(|(n, _)| *n).collect::<Vec<_>>().join(",")
}

/// `1.32` → the newest `1.32.x`; a version that is not known stays.
pub(crate) fn full_version(version: &str) -> String {
    if VERSIONS.contains(&version) {
        return version.to_string();
    }
    let prefix = format!("{version}.");
    VERSIONS.iter().rev().find(|v| v.starts_with(&prefix)).map_or(version.to_string(), |v| v.to_string())
}

/// A version as comparable numbers.
pub(crate) fn version_key(version: &str) -> Vec<u32> {
    version.split('.').map(|p| p.parse().unwrap_or(0)).collect()
}

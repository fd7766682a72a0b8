//! Which resource providers are registered for a subscription before it is used.

/// What every set but `none` holds.
const CORE: &str = "Microsoft.Authorization Microsoft.Compute Microsoft.CostManagement Microsoft.ManagedIdentity \
    Microsoft.MarketplaceOrdering Microsoft.Network Microsoft.Resources Microsoft.Storage";

/// What `extended`, `all` and `legacy` add.
const EXTENDED: &str = "Microsoft.ApiManagement Microsoft.AppConfiguration Microsoft.AppPlatform \
    Microsoft.Automation Microsoft.Cache Microsoft.Cdn Microsoft.ContainerInstance Microsoft.ContainerRegistry \
    Microsoft.ContainerService Microsoft.DBforMySQL Microsoft.DBforPostgreSQL Microsoft.DataFactory \
    Microsoft.DataLakeAnalytics Microsoft.DataLakeStore Microsoft.DataMigration Microsoft.DataProtection \
    Microsoft.Databricks Microsoft.DevTestLab Microsoft.Devices Microsoft.DocumentDB Microsoft.EventGrid \
    Microsoft.EventHub Microsoft.HDInsight microsoft.insights Microsoft.KeyVault Microsoft.Kusto Microsoft.Logic \
    Microsoft.Maintenance Microsoft.Management Microsoft.NotificationHubs Microsoft.OperationalInsights \
    Microsoft.OperationsManagement Microsoft.PowerBIDedicated Microsoft.Relay Microsoft.Security \
    Microsoft.SecurityInsights Microsoft.ServiceBus Microsoft.ServiceFabric Microsoft.SignalRService Microsoft.Sql \
    Microsoft.StreamAnalytics Microsoft.Web";

/// What `all` adds.
const ALL: &str = "Github.Network Microsoft.AVS Microsoft.AlertsManagement Microsoft.Blueprint \
    Microsoft.BotService Microsoft.CognitiveServices Microsoft.CustomProviders Microsoft.Dashboard \
    Microsoft.DesktopVirtualization Microsoft.GuestConfiguration Microsoft.HealthcareApis Microsoft.IoTCentral \
    Microsoft.MachineLearningServices Microsoft.ManagedServices Microsoft.Maps Microsoft.MixedReality \
    Microsoft.Monitor Microsoft.PolicyInsights Microsoft.RecoveryServices Microsoft.Search";

/// What `legacy` adds to `extended`.
const LEGACY: &str = "Microsoft.AVS Microsoft.Blueprint Microsoft.BotService Microsoft.CognitiveServices \
    Microsoft.CustomProviders Microsoft.DBforMariaDB Microsoft.DesktopVirtualization Microsoft.GuestConfiguration \
    Microsoft.HealthcareApis Microsoft.MachineLearningServices Microsoft.ManagedServices Microsoft.Maps \
    Microsoft.MixedReality Microsoft.PolicyInsights Microsoft.RecoveryServices Microsoft.Search";

/// Names of the resource providers in a set (`none`, `core`, `extended`, `all`, `legacy`).
pub(crate) fn of_set(set: &str) -> Vec<&'static str> {
    let parts: &[&'static str] = match set.to_ascii_lowercase().as_str() {
        "core" => &[CORE],
        "extended" => &[CORE, EXTENDED],
        "all" => &[CORE, EXTENDED, ALL],
        "legacy" => &[CORE, EXTENDED, LEGACY],
        _ => &[],
    };
    parts.iter().flat_map(|part| part.split_whitespace()).collect()
}

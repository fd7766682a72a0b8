//! What the evaluator hands out, and what it gets back.

use std::collections::BTreeMap;
use std::sync::Arc;

use ordain_addr::{AbsResource, ConfigResource, Key, ModuleInstance, ProviderConfigAddr, ResourceInstance};
use ordain_config::blocks::ResourceBlock;
use ordain_diag::Span;
use ordain_provider::Schema;
use ordain_value::{Path, Value};

use crate::Dependencies;

/// Result of a step.
#[derive(Clone, Debug)]
pub enum Progress {
    /// These can be worked on now, in canonical order, concurrently. At most some hundreds at a time.
    Wanted(Vec<Wanted>),
    /// Nothing new until something that was handed out is answered.
    Waiting,
    /// Everything was handed out and answered (or is skipped because of a failure).
    Done,
}

/// Something to work on. All but `Expanded` and `Module` must be answered.
#[derive(Clone, Debug)]
pub enum Wanted {
    /// Configure a provider. Answer: any value (it is ignored) or [`Answer::Failed`].
    Provider(WantedProvider),
    /// For information: instances that a module call stands for. No answer.
    Module(WantedModule),
    /// For information: instances that a resource stands for in one module instance, before any of them
    /// is handed out. What the state has beyond these keys is an orphan. No answer.
    Expanded(WantedExpansion),
    /// A managed resource instance.
    Managed(WantedInstance),
    /// A data source instance: read it, or answer with unknown values when it must wait.
    Data(WantedInstance),
    /// An ephemeral resource instance: open it.
    Ephemeral(WantedInstance),
}

/// Names something handed out.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Asked {
    /// A provider configuration.
    Provider(Arc<ProviderConfigAddr>),
    /// A resource instance of any mode.
    Instance(ResourceInstance),
}

/// What stands for something from now on.
#[derive(Clone, Debug)]
pub enum Answer {
    /// The object: planned, final, read or opened; of the schema's type, marks of the configuration put
    /// back on. The evaluator adds the marks of the schema's sensitive attributes. Ignored for providers.
    Value(Value),
    /// There is no object and none is planned, because the plan only looks: its value is not known, and a resource
    /// with keys is read as if it had no such instance.
    Absent,
    /// The same, and where no instance of the resource has an object, it is not known how many there will be: as
    /// others see it while one object is imported.
    Unmade,
    /// It failed, which was reported: what depends on it is never handed out.
    Failed,
    /// The object is there, but something that belongs to it failed, which was reported: its postconditions are judged,
    /// and what depends on it is never handed out.
    Broken(Value),
}

/// A provider configuration to be configured.
#[derive(Clone, Debug)]
pub struct WantedProvider {
    /// Which.
    pub address: Arc<ProviderConfigAddr>,
    /// Evaluated `provider` block, of the schema's type; an empty one when there is no block.
    pub config: Value,
    /// The block, when there is one.
    pub span: Option<Span>,
}

/// Instances of a module call.
#[derive(Clone, Debug)]
pub struct WantedModule {
    /// Module instance that holds the call.
    pub caller: ModuleInstance,
    /// Name of the call.
    pub name: Arc<str>,
    /// Keys; one `None` without `count` and `for_each`. `None` instead of a list: not known.
    pub keys: Option<Arc<[Option<Key>]>>,
}

/// Instances of a resource in one module instance.
#[derive(Clone, Debug)]
pub struct WantedExpansion {
    /// Which resource.
    pub resource: AbsResource,
    /// Keys; one `None` without `count` and `for_each`. `None` instead of a list: not known.
    pub keys: Option<Arc<[Option<Key>]>>,
    /// The block.
    pub block: Arc<ResourceBlock>,
    /// Provider configuration of its instances.
    pub provider: Arc<ProviderConfigAddr>,
}

/// What all instances of a resource share of what is wanted.
#[derive(Clone, Debug)]
pub struct WantedResource {
    /// The block: lifecycle, provisioners, connection, spans.
    pub block: Arc<ResourceBlock>,
    /// Schema of the type.
    pub schema: Arc<Schema>,
    /// The resources that it depends on.
    pub dependencies: Dependencies,
    /// Of a data source: managed resources whose pending changes defer its read. Those that its block names
    /// anywhere, and all behind modules, locals and the like that `depends_on` names there and around it.
    pub depends_on: Arc<[ConfigResource]>,
}

/// One instance of a resource, fully evaluated.
#[derive(Clone, Debug)]
pub struct WantedInstance {
    /// Which.
    pub address: ResourceInstance,
    /// What it shares with the other instances: one pointer, as threads that count it up and down wait for each other.
    pub of: Arc<WantedResource>,
    /// Provider configuration that manages it.
    pub provider: Arc<ProviderConfigAddr>,
    /// Configuration, of the schema's type; marked, unknowns possible.
    pub config: Value,
    /// Evaluated `provider_meta` block of the module for this provider.
    pub provider_meta: Option<Value>,
    /// What `replace_triggered_by` names.
    pub replace_triggers: Vec<ReplaceTrigger>,
    /// Import block that names it. Boxed, as hardly any instance has one.
    pub import: Option<Box<WantedImport>>,
}

/// What `replace_triggered_by` names: a resource, an instance, or a part of an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplaceTrigger {
    /// The resource.
    pub resource: AbsResource,
    /// Which instances of it.
    pub instances: Triggering,
    /// Part of the instance; empty for all of it.
    pub path: Path,
    /// Where it is written.
    pub span: Span,
}

/// Which instances of a resource `replace_triggered_by` names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Triggering {
    /// The resource by its name alone: all.
    All,
    /// The one with this key: with a key, or with an attribute right behind the name, which is the one without key.
    One(Option<Key>),
}

impl Triggering {
    /// Whether an instance is meant.
    pub fn names(&self, key: &Option<Key>) -> bool {
        match self {
            Triggering::All => true,
            Triggering::One(named) => named == key,
        }
    }
}

/// An import block, evaluated for one instance.
#[derive(Clone, Debug)]
pub struct WantedImport {
    /// Id in the provider's own form. Unknown values are possible; null ones are not.
    pub id: Option<Value>,
    /// Identity instead of an id.
    pub identity: Option<Value>,
    /// Provider to use, where the block names one.
    pub provider: Option<ProviderConfigAddr>,
    /// The block.
    pub span: Span,
}

/// Objects by key: what the evaluator is given up front for one resource.
pub type Objects = BTreeMap<Option<Key>, Value>;

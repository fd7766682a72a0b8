//! The provider itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use ordain_diag::{Diagnostic, Diagnostics, codes};
use ordain_provider::{
    ApplyReply, ApplyRequest, ConfigureRequest, Function, ImportRequest, Imported, MoveRequest, Parameter,
    PlanReply, PlanRequest, Provider, ProviderSchema, ReadReply, ReadRequest, SchemaTable, UpgradeRequest,
};
use ordain_value::{Type, Value};

use crate::{Host, data, remote_state};

const DATA: &str = "terraform_data";
const REMOTE_STATE: &str = "terraform_remote_state";

/// Provider `terraform.io/builtin/terraform`.
pub struct TerraformProvider {
    host: Arc<dyn Host>,
    schema: Arc<ProviderSchema>,
}

impl TerraformProvider {
    /// The provider on a host.
    pub fn new(host: Arc<dyn Host>) -> Self {
        Self { host, schema: Arc::new(provider_schema()) }
    }
}

fn provider_schema() -> ProviderSchema {
    let function = |parameter: &str, ty: Type, result: Type, summary: &str| Function {
        parameters: vec![Parameter {
            name: parameter.into(),
            ty,
            allow_null: true,
            allow_unknown: false,
            description: String::new(),
        }],
        variadic: None,
        result,
        summary: summary.to_owned(),
        description: String::new(),
        deprecation: String::new(),
    };
    ProviderSchema {
        resources: SchemaTable::from([(DATA.into(), data::schema())]),
        data_sources: SchemaTable::from([(REMOTE_STATE.into(), remote_state::schema())]),
        functions: BTreeMap::from([
            (
                "decode_tfvars".into(),
                function("src", Type::String, Type::Dynamic, "Reads the syntax of a .tfvars file"),
            ),
            (
                "encode_expr".into(),
                function("value", Type::Dynamic, Type::String, "Writes a value as an expression"),
            ),
            (
                "encode_tfvars".into(),
                function("value", Type::Dynamic, Type::String, "Writes an object as a .tfvars file"),
            ),
        ]),
        ..ProviderSchema::default()
    }
}

fn no_such(kind: &str, name: &str) -> Diagnostics {
    let detail = format!("The provider terraform.io/builtin/terraform has no {kind} {name:?}.");
    Diagnostic::error(codes::provider::PROVIDER_ERROR, format!("Invalid {kind}"), detail).into()
}

fn managed(type_name: &str) -> Result<(), Diagnostics> {
    if type_name == DATA { Ok(()) } else { Err(no_such("resource type", type_name)) }
}

#[async_trait]
impl Provider for TerraformProvider {
    async fn schema(&self) -> (Option<Arc<ProviderSchema>>, Diagnostics) {
        (Some(Arc::clone(&self.schema)), Diagnostics::new())
    }

    async fn validate_config(&self, _config: Value) -> Diagnostics {
        Diagnostics::new()
    }

    async fn configure(&self, _request: ConfigureRequest) -> Diagnostics {
        Diagnostics::new()
    }

    async fn validate_resource(&self, type_name: &str, config: Value) -> Diagnostics {
        let mut found = managed(type_name).err().unwrap_or_default();
        for name in ["id", "output"] {
            if config.get(name).is_some_and(|value| !value.is_null()) {
                let summary = format!("\"{name}\" attribute is read-only");
                let detail = format!("Its value is made when the object is; leave {name} out.");
                found.push(Diagnostic::error(codes::provider::PROVIDER_CONFIG, summary, detail));
            }
        }
        found
    }

    async fn validate_data(&self, type_name: &str, config: Value) -> Diagnostics {
        match type_name {
            REMOTE_STATE => remote_state::validate(&*self.host, &config),
            other => no_such("data source", other),
        }
    }

    async fn upgrade(&self, request: UpgradeRequest) -> (Option<Value>, Diagnostics) {
        let schema = match request.type_name.as_str() {
            DATA => data::schema(),
            REMOTE_STATE => remote_state::schema(),
            other => return (None, no_such("resource type", other)),
        };
        match ordain_value::json::from_json(&request.raw, &schema.block.value_type()) {
            Ok(value) => (Some(value), Diagnostics::new()),
            Err(error) => {
                let detail =
                    format!("A stored object of type {} cannot be read: {error}.", request.type_name);
                let summary = "Resource instance is not valid";
                (None, Diagnostic::error(codes::provider::PROVIDER_ERROR, summary, detail).into())
            }
        }
    }

    async fn read(&self, request: ReadRequest) -> (Option<ReadReply>, Diagnostics) {
        let ReadRequest { current, private, identity, .. } = request;
        (Some(ReadReply { state: current, private, identity }), Diagnostics::new())
    }

    async fn plan(&self, request: PlanRequest) -> (Option<PlanReply>, Diagnostics) {
        match managed(&request.type_name) {
            Ok(()) => (Some(data::plan(request)), Diagnostics::new()),
            Err(found) => (None, found),
        }
    }

    async fn apply(&self, request: ApplyRequest) -> (Option<ApplyReply>, Diagnostics) {
        if let Err(found) = managed(&request.type_name) {
            return (None, found);
        }
        let state = data::apply(&request.planned, || self.host.new_id());
        let reply =
            ApplyReply { state, private: request.planned_private, identity: None, legacy_type_system: false };
        (Some(reply), Diagnostics::new())
    }

    async fn import(&self, request: ImportRequest) -> (Vec<Imported>, Diagnostics) {
        if let Err(found) = managed(&request.type_name) {
            return (Vec::new(), found);
        }
        let state = data::imported(&request.id);
        let object = Imported { type_name: request.type_name, state, private: Vec::new(), identity: None };
        (vec![object], Diagnostics::new())
    }

    async fn move_state(&self, request: MoveRequest) -> (Option<ReadReply>, Diagnostics) {
        let from_null = request.source_type == "null_resource" && request.source_provider.ends_with("/null");
        if !from_null {
            let detail = format!(
                "An object of type {:?} cannot be moved to {DATA}: only a null_resource of the provider hashicorp/null can.",
                request.source_type
            );
            let summary = "Unsupported source resource type for move operation";
            return (None, Diagnostic::error(codes::provider::PROVIDER_ERROR, summary, detail).into());
        }
        let state = data::taken_over(&request.source_state);
        (Some(ReadReply { state, private: Vec::new(), identity: None }), Diagnostics::new())
    }

    async fn read_data(&self, type_name: &str, config: Value) -> (Option<Value>, Diagnostics) {
        match type_name {
            REMOTE_STATE => remote_state::read(&*self.host, config).await,
            other => (None, no_such("data source", other)),
        }
    }

    async fn call_function(&self, name: &str, arguments: Vec<Value>) -> Result<Value, Diagnostic> {
        let argument = arguments.into_iter().next().unwrap_or_else(|| Value::null(Type::Dynamic));
        self.host.call_function(name, argument)
    }

    /// Its objects are in state only: an apply that is lost in a crash did nothing.
    fn has_effects(&self) -> bool {
        false
    }
}

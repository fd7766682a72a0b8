use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use ordain_diag::{Diagnostic, Diagnostics, codes};
use ordain_provider::Provider;
use ordain_provider::testkit::check_resource;
use ordain_value::{Type, Value};

use crate::{Host, TerraformProvider};

struct Fixed;

#[async_trait]
impl Host for Fixed {
    fn new_id(&self) -> String {
        "00000000-0000-0000-0000-000000000001".to_owned()
    }

    fn validate_backend(&self, _backend: &str, _config: &Value) -> Diagnostics {
        Diagnostics::new()
    }

    async fn outputs(
        &self,
        _backend: &str,
        _config: &Value,
        workspace: &str,
    ) -> Result<Option<BTreeMap<Arc<str>, Value>>, Diagnostic> {
        Ok((workspace == "default").then(|| BTreeMap::from([("a".into(), Value::from(1))])))
    }

    fn call_function(&self, _name: &str, _argument: Value) -> Result<Value, Diagnostic> {
        Err(Diagnostic::error(codes::lang::UNKNOWN_FUNCTION, "no", "no"))
    }
}

fn data(input: Value, trigger: Value) -> Value {
    let null = Value::null(Type::Dynamic);
    Value::object([
        ("id", Value::null(Type::String)),
        ("input", input),
        ("output", null),
        ("triggers_replace", trigger),
    ])
}

#[tokio::test]
async fn objects_live_by_the_laws() {
    let provider = TerraformProvider::new(Arc::new(Fixed));
    let null = || Value::null(Type::Dynamic);
    let texts = [data("a".into(), null()), data(null(), null()), data(Value::tuple(["x".into()]), 1.into())];
    for first in &texts {
        for second in &texts {
            check_resource(&provider, "terraform_data", first, second).await.unwrap();
        }
    }
}

#[tokio::test]
async fn outputs_of_a_state_go_over_defaults() {
    let provider = TerraformProvider::new(Arc::new(Fixed));
    let config = |workspace: Value| {
        Value::object([
            ("backend", "local".into()),
            ("config", Value::null(Type::Dynamic)),
            ("defaults", Value::object([("a", Value::from(0)), ("b", Value::from(2))])),
            ("outputs", Value::null(Type::Dynamic)),
            ("workspace", workspace),
        ])
    };
    let (read, found) = provider.read_data("terraform_remote_state", config(Value::null(Type::String))).await;
    assert!(found.is_empty());
    let want = Value::object([("a", Value::from(1)), ("b", Value::from(2))]);
    assert_eq!(read.unwrap().get("outputs"), Some(&want));
    let (_, found) = provider.read_data("terraform_remote_state", config("other".into())).await;
    assert_eq!(found.iter().next().unwrap().summary, "Unable to find remote state");
}

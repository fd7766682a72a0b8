//! A provider of protocol 6 written with the Rust crate `tf-provider`: books, kept as files in a directory.

mod book;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use tf_provider::schema::{Attribute, AttributeConstraint, AttributeType, Block, Description, Schema};
use tf_provider::value::{ValueEmpty, ValueString};
use tf_provider::{Diagnostics, DynamicDataSource, DynamicResource, Provider, map, serve};

/// Where the books are, once the provider is configured.
#[derive(Clone, Default)]
pub struct Shelf(Arc<Mutex<PathBuf>>);

impl Shelf {
    /// The file of a book.
    pub fn file(&self, title: &str) -> PathBuf {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).join(format!("{title}.json"))
    }
}

#[derive(Serialize, Deserialize)]
pub struct Config<'a> {
    #[serde(borrow = "'a")]
    directory: ValueString<'a>,
}

#[async_trait]
impl Provider for Shelf {
    type Config<'a> = Config<'a>;
    type MetaState<'a> = ValueEmpty;

    fn schema(&self, _diags: &mut Diagnostics) -> Option<Schema> {
        let directory = Attribute {
            attr_type: AttributeType::String,
            description: Description::plain("where the books are"),
            constraint: AttributeConstraint::Required,
            ..Default::default()
        };
        let attributes = map! { "directory" => directory };
        Some(Schema { version: 0, block: Block { attributes, ..Default::default() } })
    }

    async fn configure<'a>(
        &self,
        diags: &mut Diagnostics,
        _terraform_version: String,
        config: Config<'a>,
    ) -> Option<()> {
        let directory = PathBuf::from(config.directory.as_str());
        if let Err(error) = std::fs::create_dir_all(&directory) {
            diags.root_error("There is no shelf", error.to_string());
            return None;
        }
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = directory;
        Some(())
    }

    fn get_resources(&self, _diags: &mut Diagnostics) -> Option<HashMap<String, Box<dyn DynamicResource>>> {
        Some(map! { "book" => book::Book(self.clone()) })
    }

    fn get_data_sources(
        &self,
        _diags: &mut Diagnostics,
    ) -> Option<HashMap<String, Box<dyn DynamicDataSource>>> {
        Some(map! {})
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    serve("shelf", Shelf::default()).await
}

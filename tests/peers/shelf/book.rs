//! A book: made, changed in place, replaced, found by its title, gone.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use tf_provider::schema::{Attribute, AttributeConstraint, AttributeType, Block, Schema};
use tf_provider::value::{Value, ValueEmpty, ValueNumber, ValueString};
use tf_provider::{AttributePath, Diagnostics, Resource, map};

use crate::Shelf;

/// Words on a page.
const WORDS: i64 = 250;

/// Books of a shelf.
pub struct Book(pub Shelf);

#[derive(Serialize, Deserialize)]
pub struct State<'a> {
    #[serde(borrow = "'a")]
    id: ValueString<'a>,
    title: ValueString<'a>,
    pages: ValueNumber,
    words: ValueNumber,
}

/// What the provider keeps to itself: how often it wrote a book.
#[derive(Default, Serialize, Deserialize)]
pub struct Written {
    times: i64,
}

type Held<'a> = (State<'a>, Written);

/// A book as its file has it.
#[derive(Serialize, Deserialize)]
struct Filed {
    pages: Option<i64>,
}

impl Book {
    fn write<'a>(
        &self,
        diags: &mut Diagnostics,
        mut book: State<'a>,
        mut written: Written,
    ) -> Option<Held<'a>> {
        let pages = book.pages.as_ref_option().copied();
        if pages.is_some_and(|pages| pages < 1) {
            diags.error("Too thin", "A book has at least one page.", AttributePath::new("pages"));
            return None;
        }
        let text = serde_json::to_vec(&Filed { pages }).unwrap_or_default();
        if let Err(error) = std::fs::write(self.0.file(book.title.as_str()), text) {
            diags.root_error("The book cannot be written", error.to_string());
            return None;
        }
        book.id = Value::Value(format!("book-{}", book.title.as_str()).into());
        book.words = Value::Value(pages.unwrap_or(1) * WORDS);
        written.times += 1;
        Some((book, written))
    }

    fn filed(&self, title: &str) -> Option<Filed> {
        let text = std::fs::read(self.0.file(title)).ok()?;
        serde_json::from_slice(&text).ok()
    }
}

fn attribute(attr_type: AttributeType, constraint: AttributeConstraint) -> Attribute {
    Attribute { attr_type, constraint, ..Default::default() }
}

#[async_trait]
impl Resource for Book {
    type State<'a> = State<'a>;
    type PrivateState<'a> = Written;
    type ProviderMetaState<'a> = ValueEmpty;

    fn schema(&self, _diags: &mut Diagnostics) -> Option<Schema> {
        let attributes = map! {
            "id" => attribute(AttributeType::String, AttributeConstraint::Computed),
            "title" => attribute(AttributeType::String, AttributeConstraint::Required),
            "pages" => attribute(AttributeType::Number, AttributeConstraint::Optional),
            "words" => attribute(AttributeType::Number, AttributeConstraint::Computed),
        };
        Some(Schema { version: 2, block: Block { attributes, ..Default::default() } })
    }

    async fn read<'a>(
        &self,
        _diags: &mut Diagnostics,
        mut state: State<'a>,
        written: Written,
        _meta: ValueEmpty,
    ) -> Option<Held<'a>> {
        let filed = self.filed(state.title.as_str())?;
        state.pages = filed.pages.map_or(Value::Null, Value::Value);
        state.words = Value::Value(filed.pages.unwrap_or(1) * WORDS);
        Some((state, written))
    }

    async fn plan_create<'a>(
        &self,
        _diags: &mut Diagnostics,
        mut proposed: State<'a>,
        _config: State<'a>,
        _meta: ValueEmpty,
    ) -> Option<Held<'a>> {
        proposed.id = Value::Unknown;
        proposed.words = Value::Unknown;
        Some((proposed, Written::default()))
    }

    async fn plan_update<'a>(
        &self,
        _diags: &mut Diagnostics,
        prior: State<'a>,
        mut proposed: State<'a>,
        _config: State<'a>,
        written: Written,
        _meta: ValueEmpty,
    ) -> Option<(State<'a>, Written, Vec<AttributePath>)> {
        if proposed.pages != prior.pages {
            proposed.words = Value::Unknown;
        }
        let mut replace = Vec::new();
        if proposed.title != prior.title {
            proposed.id = Value::Unknown;
            replace.push(AttributePath::new("title"));
        }
        Some((proposed, written, replace))
    }

    async fn plan_destroy<'a>(
        &self,
        _diags: &mut Diagnostics,
        _prior: State<'a>,
        written: Written,
        _meta: ValueEmpty,
    ) -> Option<Written> {
        Some(written)
    }

    async fn create<'a>(
        &self,
        diags: &mut Diagnostics,
        planned: State<'a>,
        _config: State<'a>,
        written: Written,
        _meta: ValueEmpty,
    ) -> Option<Held<'a>> {
        self.write(diags, planned, written)
    }

    async fn update<'a>(
        &self,
        diags: &mut Diagnostics,
        _prior: State<'a>,
        planned: State<'a>,
        _config: State<'a>,
        written: Written,
        _meta: ValueEmpty,
    ) -> Option<Held<'a>> {
        self.write(diags, planned, written)
    }

    async fn destroy<'a>(
        &self,
        diags: &mut Diagnostics,
        prior: State<'a>,
        _written: Written,
        _meta: ValueEmpty,
    ) -> Option<()> {
        let gone = std::fs::remove_file(self.0.file(prior.title.as_str()));
        gone.map_err(|error| diags.root_error("The book cannot be taken away", error.to_string())).ok()
    }

    async fn import<'a>(&self, diags: &mut Diagnostics, id: String) -> Option<Held<'a>> {
        let title = id.strip_prefix("book-").unwrap_or(&id).to_owned();
        if self.filed(&title).is_none() {
            diags.root_error("No such book", format!("There is no book called {title:?} on the shelf."));
            return None;
        }
        let id = Value::Value(format!("book-{title}").into());
        let title = Value::Value(title.into());
        Some((State { id, title, pages: Value::Null, words: Value::Null }, Written::default()))
    }
}

//! One finding: what happened, where, and what to do.

use crate::{Code, Sources, Span};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The operation cannot go on or did not succeed.
    Error,
    /// The operation goes on; the user should know.
    Warning,
}

/// One step into a resource's attributes, kept as text so that this crate needs no values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttributeStep {
    /// `.name` of an object or block.
    Name(String),
    /// `[n]` of a list.
    Index(u64),
    /// `["key"]` of a map.
    Key(String),
}

/// What a reference in the expression at fault stood for, already safe to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelevantValue {
    /// The reference, such as `var.size`.
    pub traversal: String,
    /// What it is, such as `is "large"` or `is a string, known only after apply`.
    pub statement: String,
}

/// Another place that a finding is about, in a sentence of its own: `This was checked by the rule at` PLACE`.`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelatedPlace {
    /// The sentence up to the place.
    pub sentence: String,
    /// The place.
    pub span: Span,
}

/// The function that was being called, where a call is at fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionCall {
    /// Name as the call has it, such as `core::upper`.
    pub called_as: String,
    /// Name without namespace.
    pub name: String,
    /// What every call gives.
    pub parameters: Vec<CallParameter>,
    /// What all further arguments belong to.
    pub variadic: Option<CallParameter>,
    /// Type of the result, in the JSON form of types: `"string"`, `["list","string"]`.
    pub returns: String,
}

/// A parameter of a function that was being called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallParameter {
    /// Its name.
    pub name: String,
    /// Its type, in the JSON form of types.
    pub ty: String,
}

/// One finding. Built with [`Diagnostic::error`] or [`Diagnostic::warning`] and the `with_` methods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Severity,
    /// Stable code, searchable.
    pub code: Code,
    /// One line without full stop, as Terraform words it where Terraform has it.
    pub summary: String,
    /// Sentences: what happened and what to do. May be empty.
    pub detail: String,
    /// What is underlined.
    pub span: Option<Span>,
    /// The block around it where that is not the outermost one at `span`.
    pub context: Option<Span>,
    /// What is shown around the span: its lines appear in the snippet too.
    pub around: Option<Span>,
    /// Address of the object concerned, such as `module.a.aws_vpc.b[0]`.
    pub address: Option<String>,
    /// Path into the object's attributes, resolved to a span by whoever holds the configuration.
    pub attribute: Vec<AttributeStep>,
    /// Further advice, one sentence each.
    pub hints: Vec<String>,
    /// What the references in the expression stood for.
    pub values: Vec<RelevantValue>,
    /// The function that was being called.
    pub call: Option<Box<FunctionCall>>,
    /// Another place that it is about.
    pub related: Option<Box<RelatedPlace>>,
}

impl Diagnostic {
    fn new(severity: Severity, code: Code, summary: String, detail: String) -> Self {
        Self {
            severity,
            code,
            summary,
            detail,
            span: None,
            context: None,
            around: None,
            address: None,
            attribute: Vec::new(),
            hints: Vec::new(),
            values: Vec::new(),
            call: None,
            related: None,
        }
    }

    /// An error.
    pub fn error(code: Code, summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, summary.into(), detail.into())
    }

    /// A warning.
    pub fn warning(code: Code, summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, summary.into(), detail.into())
    }

    /// Points at a source range.
    #[must_use]
    pub fn with_span(mut self, span: Span) -> Self {
        self.span = Some(span);
        self
    }

    /// Names the block around the span, where it is not the outermost one there.
    #[must_use]
    pub fn with_context(mut self, context: Span) -> Self {
        self.context = Some(context);
        self
    }

    /// Shows the lines of a wider range with the span.
    #[must_use]
    pub fn with_around(mut self, around: Span) -> Self {
        self.around = Some(around);
        self
    }

    /// Names the object concerned.
    #[must_use]
    pub fn with_address(mut self, address: impl Into<String>) -> Self {
        self.address = Some(address.into());
        self
    }

    /// Names the attribute concerned.
    #[must_use]
    pub fn with_attribute(mut self, attribute: Vec<AttributeStep>) -> Self {
        self.attribute = attribute;
        self
    }

    /// Adds a sentence of advice.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Adds what a reference stood for.
    #[must_use]
    pub fn with_value(mut self, traversal: impl Into<String>, statement: impl Into<String>) -> Self {
        self.values.push(RelevantValue { traversal: traversal.into(), statement: statement.into() });
        self
    }

    /// Names another place, at the end of a sentence that begins like this.
    #[must_use]
    pub fn with_related(mut self, sentence: impl Into<String>, span: Span) -> Self {
        self.related = Some(Box::new(RelatedPlace { sentence: sentence.into(), span }));
        self
    }

    /// What is said below the snippet, a paragraph each: the detail, the other place, and the advice.
    pub fn paragraphs(&self, sources: &Sources) -> Vec<String> {
        let detail = Some(self.detail.clone()).filter(|detail| !detail.is_empty());
        let related = self
            .related
            .as_ref()
            .and_then(|related| Some(format!("{} {}.", related.sentence, sources.place(related.span)?)));
        detail.into_iter().chain(related).chain(self.hints.iter().cloned()).collect()
    }

    /// Names the function that was being called.
    #[must_use]
    pub fn with_call(mut self, call: FunctionCall) -> Self {
        self.call = Some(Box::new(call));
        self
    }

    /// Whether this is an error.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

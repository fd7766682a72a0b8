//! Reading bodies by a schema, the same for both syntaxes.

use ordain_diag::{Code, Diagnostic, Diagnostics, Span, codes};

use super::{Attribute, Block, BlockSchema, Body, BodySchema, Content, JsonValue, NativeBody, content_json};
use crate::suggest::{did_you_mean, nearest};

pub(super) const ARGUMENT: Code = codes::config::INVALID_ARGUMENT;
pub(super) const BLOCK: Code = codes::config::INVALID_BLOCK;

impl BodySchema {
    /// A schema of these arguments (name and whether it is required) and blocks (type and labels).
    pub fn new(attributes: &[(&str, bool)], blocks: &[(&str, &[&'static str])]) -> BodySchema {
        BodySchema {
            attributes: attributes.iter().map(|(name, required)| ((*name).into(), *required)).collect(),
            blocks: blocks
                .iter()
                .map(|(name, labels)| BlockSchema { block_type: (*name).into(), labels: labels.to_vec() })
                .collect(),
        }
    }

    /// The same with nothing required, for a body that is only a part.
    fn all_optional(&self) -> BodySchema {
        BodySchema {
            attributes: self.attributes.iter().map(|(name, _)| (name.clone(), false)).collect(),
            blocks: self.blocks.clone(),
        }
    }

    pub(super) fn block(&self, name: &str) -> Option<&BlockSchema> {
        self.blocks.iter().find(|block| &*block.block_type == name)
    }

    pub(super) fn has_attribute(&self, name: &str) -> bool {
        self.attributes.iter().any(|(known, _)| &**known == name)
    }

    fn attribute_names(&self) -> impl Iterator<Item = &str> {
        self.attributes.iter().map(|(name, _)| &**name)
    }

    fn block_names(&self) -> impl Iterator<Item = &str> {
        self.blocks.iter().map(|block| &*block.block_type)
    }

    pub(super) fn all_names(&self) -> impl Iterator<Item = &str> {
        self.attribute_names().chain(self.block_names())
    }
}

impl Content {
    /// An argument by name.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| &*attribute.name.text == name)
    }

    /// All blocks of a type, in order.
    pub fn blocks_of<'c>(&'c self, block_type: &'c str) -> impl Iterator<Item = &'c Block> {
        self.blocks.iter().filter(move |block| &*block.block_type.text == block_type)
    }

    fn is_empty(&self) -> bool {
        self.attributes.is_empty() && self.blocks.is_empty()
    }

    /// What two bodies contain together.
    fn and(mut self, more: Content) -> Content {
        self.attributes.extend(more.attributes);
        self.blocks.extend(more.blocks);
        self
    }

    /// The content with its findings, now that nothing will be added.
    fn complete(mut self, schema: &BodySchema, missing_item: Span) -> (Content, Diagnostics) {
        self.missing_item = Some(missing_item);
        let found = self.check_required(schema, missing_item);
        (self, found)
    }

    /// Reports required arguments that are not there.
    pub(super) fn check_required(&self, schema: &BodySchema, missing_item: Span) -> Diagnostics {
        let missing =
            schema.attributes.iter().filter(|(name, required)| *required && self.attribute(name).is_none());
        missing
            .map(|(name, _)| {
                let detail = format!("The argument \"{name}\" must be set here, but is not.");
                Diagnostic::error(ARGUMENT, "Missing required argument", detail).with_span(missing_item)
            })
            .collect()
    }
}

impl Body {
    /// Where a missing argument would be reported: at the opening brace, in JSON at the closing one.
    pub fn missing_item(&self) -> Span {
        match self {
            Body::Native(body) => body.span.at_start(),
            Body::Json(node) if matches!(node.value, JsonValue::Object(_)) => {
                Span { start: node.span.end.saturating_sub(1).max(node.span.start), ..node.span }
            }
            Body::Json(node) if matches!(node.value, JsonValue::Array(_)) => {
                Span { end: node.span.start + 1, ..node.span }
            }
            Body::Json(node) => node.span,
            Body::Joined(parts) => {
                let [first, _] = &**parts;
                first.missing_item()
            }
        }
    }

    /// Where it stands.
    pub fn span(&self) -> Span {
        match self {
            Body::Native(body) => body.span,
            Body::Json(node) => node.span,
            Body::Joined(parts) => {
                let [first, _] = &**parts;
                first.span()
            }
        }
    }

    /// What the schema knows; everything else is an error.
    pub fn content(&self, schema: &BodySchema) -> (Content, Diagnostics) {
        match self {
            Body::Native(body) => {
                let (content, mut found) = native_content(body, schema, self.missing_item());
                found.extend(unsupported(body, schema));
                (content, found)
            }
            Body::Json(node) => {
                let (content, unknown, mut found) = content_json::content(node, schema, self.missing_item());
                found.extend(content_json::unsupported(&unknown, schema));
                (content, found)
            }
            Body::Joined(parts) => {
                let ([first, second], optional) = (&**parts, schema.all_optional());
                // As Terraform does, which overlooks what is unknown in a block that an override file changes.
                let (content, _, mut found) = first.partial_content(&optional);
                let (more, _, problems) = second.partial_content(&optional);
                found.append(problems);
                let (content, problems) = content.and(more).complete(schema, self.missing_item());
                found.append(problems);
                (content, found)
            }
        }
    }

    /// What the schema knows, and a body of everything else.
    pub fn partial_content(&self, schema: &BodySchema) -> (Content, Body, Diagnostics) {
        match self {
            Body::Native(body) => {
                let (content, found) = native_content(body, schema, self.missing_item());
                if content.is_empty() && found.is_empty() {
                    // All of it is everything else, as mostly of a resource.
                    return (content, self.clone(), found);
                }
                let attributes = body.attributes.iter();
                let blocks = body.blocks.iter();
                let rest = NativeBody {
                    attributes: attributes.filter(|a| !schema.has_attribute(&a.name.text)).cloned().collect(),
                    blocks: blocks.filter(|b| schema.block(&b.block_type.text).is_none()).cloned().collect(),
                    span: body.span,
                };
                (content, Body::Native(rest), found)
            }
            Body::Json(node) => {
                let (content, unknown, found) = content_json::content(node, schema, self.missing_item());
                (content, Body::Json(content_json::object_of(node, unknown)), found)
            }
            Body::Joined(parts) => {
                let [first, second] = &**parts;
                let optional = schema.all_optional();
                let (content, first, mut found) = first.partial_content(&optional);
                let (more, second, problems) = second.partial_content(&optional);
                found.append(problems);
                let (content, problems) = content.and(more).complete(schema, self.missing_item());
                found.append(problems);
                (content, Body::Joined([first, second].into()), found)
            }
        }
    }

    /// All arguments of a body that may hold arguments of any name and no blocks.
    pub fn just_attributes(&self) -> (Vec<Attribute>, Diagnostics) {
        match self {
            Body::Native(body) => {
                let mut found = Diagnostics::new();
                // Where one block is, many are when a brace is missing: the first stands for all.
                if let Some(block) = body.blocks.first() {
                    let summary = format!("Unexpected \"{}\" block", block.block_type.text);
                    let detail = "Only arguments may stand here, no blocks.";
                    found.push(Diagnostic::error(BLOCK, summary, detail).with_span(block.block_type.span));
                }
                (body.attributes.to_vec(), found)
            }
            Body::Json(node) => content_json::just_attributes(node),
            Body::Joined(parts) => {
                let [first, second] = &**parts;
                let (mut attributes, mut found) = first.just_attributes();
                attributes.extend(found.take(second.just_attributes()));
                (attributes, found)
            }
        }
    }
}

fn native_content(body: &NativeBody, schema: &BodySchema, missing_item: Span) -> (Content, Diagnostics) {
    let attributes = body.attributes.iter().filter(|a| schema.has_attribute(&a.name.text)).cloned().collect();
    let mut content = Content { attributes, blocks: Vec::new(), missing_item: Some(missing_item) };
    let mut found = content.check_required(schema, missing_item);
    for block in body.blocks.iter() {
        let Some(known) = schema.block(&block.block_type.text) else { continue };
        match check_labels(block, known) {
            None => content.blocks.push(block.clone()),
            Some(finding) => found.push(finding),
        }
    }
    (content, found)
}

fn check_labels(block: &Block, known: &BlockSchema) -> Option<Diagnostic> {
    let name = &known.block_type;
    let wanted = known.labels.len();
    let error = |summary: String, detail: String, span: Span| {
        Some(Diagnostic::error(BLOCK, summary, detail).with_span(span))
    };
    if let Some(label) = block.labels.get(wanted) {
        let detail = match wanted {
            0 => format!("Blocks of type \"{name}\" have no labels."),
            _ => {
                format!("Blocks of type \"{name}\" have {wanted} labels only ({}).", known.labels.join(", "))
            }
        };
        return error(format!("Extraneous label for {name}"), detail, label.span);
    }
    if let Some(missing) = known.labels.get(block.labels.len()) {
        let detail = format!("Blocks of type \"{name}\" have {wanted} labels ({}).", known.labels.join(", "));
        // Where the header ends before a brace, its type is all there is to point at.
        let missing_at = block.body.missing_item();
        let span = if missing_at.start == block.span.start { block.block_type.span } else { missing_at };
        return error(format!("Missing {missing} for {name}"), detail, span);
    }
    None
}

fn unsupported(body: &NativeBody, schema: &BodySchema) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for attribute in body.attributes.iter() {
        let name = &*attribute.name.text;
        if schema.has_attribute(name) {
            continue;
        }
        let meant = match schema.block(name) {
            Some(_) => format!(" To write a block of type \"{name}\", leave out the equals sign."),
            None => did_you_mean(nearest(name, schema.attribute_names())),
        };
        let detail = format!("An argument named \"{name}\" is not expected here.{meant}");
        found
            .push(Diagnostic::error(ARGUMENT, "Unsupported argument", detail).with_span(attribute.name.span));
    }
    for block in body.blocks.iter() {
        let name = &*block.block_type.text;
        if schema.block(name).is_some() {
            continue;
        }
        let meant = if schema.has_attribute(name) {
            format!(" To set the argument \"{name}\", write an equals sign after its name.")
        } else {
            did_you_mean(nearest(name, schema.block_names()))
        };
        let detail = format!("Blocks of type \"{name}\" are not expected here.{meant}");
        found.push(
            Diagnostic::error(BLOCK, "Unsupported block type", detail).with_span(block.block_type.span),
        );
    }
    found
}

#[cfg(test)]
#[path = "content_tests.rs"]
mod tests;

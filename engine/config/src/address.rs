//! Addresses written as references in `moved`, `removed` and `import`.

use ordain_addr::{AbsResource, Key, Mode, ModuleInstance, Resource, ResourceInstance, Target};
use ordain_diag::{Diagnostic, Span, codes};
use ordain_lang::ast::{Expr, ExprKind, Ident, IndexStep, Traversal, TraversalStep};

use crate::key_of;

/// Names that mean something else than a resource type.
const RESERVED: [&str; 10] =
    ["each", "self", "count", "local", "path", "terraform", "var", "template", "lazy", "arg"];

/// Reads a target out of a reference, relative to the module it stands in. `reserved`: whether names that mean something
/// else are refused as types.
pub(crate) fn target_of(traversal: &Traversal, reserved: bool) -> Result<Target, Box<Diagnostic>> {
    let mut words = Words { traversal, at: 0 };
    let mut module = ModuleInstance::root();
    let mut root = words.name()?;
    while &*root.text == "module" {
        let name = words.name()?;
        module = module.child(name.text, words.key()?);
        if words.done() {
            return Ok(Target::Module(module));
        }
        root = words.name()?;
    }
    if reserved && RESERVED.contains(&&*root.text) {
        let from = words.at.checked_sub(2).and_then(|step| traversal.steps().get(step));
        let span =
            from.map_or(traversal.span(), |step| Span { start: step.span().start, ..traversal.span() });
        return Err(invalid("This name does not begin the address of a resource.", span));
    }
    let (mode, type_name) = match &*root.text {
        "data" => (Mode::Data, words.name()?),
        "ephemeral" => (Mode::Ephemeral, words.name()?),
        "resource" => (Mode::Managed, words.name()?),
        _ => (Mode::Managed, root),
    };
    let name = words.name()?;
    let resource = Resource::new(mode, type_name.text, name.text);
    let key = words.key()?;
    if !words.done() {
        return Err(invalid("Unexpected extra operators after address.", words.span()));
    }
    Ok(match key {
        None => Target::Resource(AbsResource { module, resource }),
        Some(key) => Target::Instance(ResourceInstance::new(module, resource, Some(key))),
    })
}

/// The address that an expression names when the keys in it are left out: `a.b[each.key]` is `a.b`.
pub(crate) fn target_without_keys(expr: &Expr) -> Result<Target, Box<Diagnostic>> {
    let mut steps = Vec::new();
    let root = collect(expr, &mut steps)
        .ok_or_else(|| invalid("A resource address is required here, such as aws_vpc.main.", expr.span))?;
    if matches!(&*root.text, "each" | "self" | "count" | "local" | "path" | "terraform" | "var") {
        let detail = "This name does not begin the address of a resource.";
        return Err(invalid(detail, expr.span));
    }
    let names = steps.into_iter().filter(|step| matches!(step, TraversalStep::Attr(_))).collect();
    target_of(&Traversal::new(root, names), false)
}

/// Root name and constant steps of an expression that consists of names and indexes only.
fn collect(expr: &Expr, steps: &mut Vec<TraversalStep>) -> Option<Ident> {
    match &expr.kind {
        ExprKind::Traversal(traversal) => {
            steps.extend(traversal.steps().iter().cloned());
            Some(traversal.root().clone())
        }
        ExprKind::Relative(relative) => {
            let root = collect(&relative.source, steps)?;
            steps.extend(relative.steps.iter().cloned());
            Some(root)
        }
        ExprKind::Index(pair) => collect(&pair.0, steps),
        _ => None,
    }
}

fn invalid(detail: &str, span: Span) -> Box<Diagnostic> {
    Box::new(Diagnostic::error(codes::config::INVALID_ARGUMENT, "Invalid address", detail).with_span(span))
}

struct Words<'t> {
    traversal: &'t Traversal,
    /// 0 is the root name, then the steps.
    at: usize,
}

impl Words<'_> {
    fn done(&self) -> bool {
        self.at > self.traversal.steps().len()
    }

    fn span(&self) -> Span {
        self.traversal
            .steps()
            .get(self.at.saturating_sub(1))
            .map_or(self.traversal.span(), TraversalStep::span)
    }

    fn name(&mut self) -> Result<Ident, Box<Diagnostic>> {
        let at = self.at;
        self.at += 1;
        let found = match at.checked_sub(1) {
            None => Some(self.traversal.root().clone()),
            Some(step) => match self.traversal.steps().get(step) {
                Some(TraversalStep::Attr(name)) => Some(name.clone()),
                _ => None,
            },
        };
        found.ok_or_else(|| {
            let last = at.checked_sub(2).and_then(|step| self.traversal.steps().get(step));
            let span = last.map_or(self.traversal.root().span, TraversalStep::span);
            invalid("Resource specification must include a resource type and name.", span)
        })
    }

    fn key(&mut self) -> Result<Option<Key>, Box<Diagnostic>> {
        let step = self.at.checked_sub(1).and_then(|step| self.traversal.steps().get(step));
        let Some(TraversalStep::Index(step)) = step else { return Ok(None) };
        let IndexStep { key: value, span } = &**step;
        self.at += 1;
        let detail = "An instance key is a whole number or a text, such as [0] or [\"a\"].";
        key_of(value).map(Some).ok_or_else(|| invalid(detail, *span))
    }
}

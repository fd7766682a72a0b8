//! What an expression or body refers to, found without evaluating it.

use crate::ast::{
    Block, Body, Call, Expr, ExprKind, Ident, JsonNode, JsonValue, List, NativeBody, ObjectKey, TemplatePart,
    Text, Traversal, TraversalStep,
};

/// Something that an expression names.
pub enum Named<'e> {
    /// A reference; not to a variable that the expression itself brings in.
    Reference(&'e Traversal),
    /// A function call.
    Call(&'e Call),
    /// An attribute of an element, or of every element, of what a reference names: `module.m[each.key].x`,
    /// `module.m[*].x`. The reference is told besides.
    Part(&'e Traversal, &'e Ident),
}

/// References of an expression, in the order of the text. Variables of `for` are not references.
pub fn references(expr: &Expr) -> Vec<Traversal> {
    let mut found = Vec::new();
    visit(expr, &mut |named| {
        if let Named::Reference(traversal) = named {
            found.push(traversal.clone());
        }
    });
    found
}

/// References of a body of unknown schema: everything in it, nested blocks included. Iterators of
/// `dynamic` blocks are not references inside their content.
pub fn body_references(body: &Body) -> Vec<Traversal> {
    let mut found = Vec::new();
    visit_body(body, &mut |named| {
        if let Named::Reference(traversal) = named {
            found.push(traversal.clone());
        }
    });
    found
}

/// References of a body in those arguments and blocks whose names are known: what does not belong there at all
/// is not looked into.
pub fn known_references(body: &Body, known: &dyn Fn(&str) -> bool) -> Vec<Traversal> {
    let native = match body {
        Body::Native(native) => native,
        Body::Json(node) => return body_references(&Body::Json(known_members(node, known))),
        Body::Joined(parts) => {
            return parts.iter().flat_map(|part| known_references(part, known)).collect();
        }
    };
    let mut found = Vec::new();
    for attribute in native.attributes.iter().filter(|attribute| known(&attribute.name.text)) {
        visit(&attribute.expr, &mut |named| {
            if let Named::Reference(traversal) = named {
                found.push(traversal.clone());
            }
        });
    }
    if native.blocks.is_empty() {
        return found;
    }
    let name_of = |block: &Block| match block.labels.first() {
        Some(label) if &*block.block_type.text == "dynamic" => label.text.clone(),
        _ => block.block_type.text.clone(),
    };
    let blocks: Vec<Block> = native.blocks.iter().filter(|block| known(&name_of(block))).cloned().collect();
    let blocks = NativeBody { attributes: List::default(), blocks: blocks.into(), span: native.span };
    found.append(&mut body_references(&Body::Native(blocks)));
    found
}

/// References of what the `dynamic` blocks of a body are made for, at any depth, and of their labels. None where there
/// is no such block.
pub fn for_each_references(body: &Body) -> Option<Vec<Traversal>> {
    let mut found = Vec::new();
    let mut note = |named: Named<'_>| {
        if let Named::Reference(traversal) = named {
            found.push(traversal.clone());
        }
    };
    let mut visitor = Visitor { found: &mut note, bound: Vec::new(), only_repeated: true, dynamic: false };
    visitor.body(body);
    visitor.dynamic.then_some(found)
}

/// The properties of an object, or of all objects of an array, whose names are known.
fn known_members(node: &JsonNode, known: &dyn Fn(&str) -> bool) -> JsonNode {
    let value = match &node.value {
        JsonValue::Object(members) => {
            let wanted = members.iter().filter(|(name, _)| &*name.text == "dynamic" || known(&name.text));
            JsonValue::Object(wanted.cloned().collect())
        }
        JsonValue::Array(items) => {
            JsonValue::Array(items.iter().map(|item| known_members(item, known)).collect())
        }
        _ => return node.clone(),
    };
    JsonNode { span: node.span, value }
}

/// Goes through everything that an expression names.
pub fn visit(expr: &Expr, found: &mut dyn FnMut(Named<'_>)) {
    Visitor::new(found).expr(expr);
}

/// Goes through everything that a body of unknown schema names.
pub fn visit_body(body: &Body, found: &mut dyn FnMut(Named<'_>)) {
    Visitor::new(found).body(body);
}

struct Visitor<'f> {
    found: &'f mut dyn FnMut(Named<'_>),
    bound: Vec<Text>,
    /// Whether only that counts which `dynamic` blocks are made for.
    only_repeated: bool,
    /// Whether a `dynamic` block was met.
    dynamic: bool,
}

impl<'f> Visitor<'f> {
    fn new(found: &'f mut dyn FnMut(Named<'_>)) -> Visitor<'f> {
        Visitor { found, bound: Vec::new(), only_repeated: false, dynamic: false }
    }

    fn exprs<'e>(&mut self, exprs: impl IntoIterator<Item = &'e Expr>) {
        for expr in exprs {
            self.expr(expr);
        }
    }

    fn part(&mut self, of: &Expr, step: Option<&TraversalStep>) {
        if let (ExprKind::Traversal(of), Some(TraversalStep::Attr(name))) = (&of.unwrapped().kind, step)
            && !self.bound.contains(&of.root().text)
        {
            (self.found)(Named::Part(of, name));
        }
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Null
            | ExprKind::Bool(_)
            | ExprKind::Number(_)
            | ExprKind::String(_)
            | ExprKind::SplatItem
            | ExprKind::Broken => {}
            ExprKind::Template(parts) => self.parts(parts),
            // What could not be read names nothing.
            ExprKind::Json(json) if json.problems.has_errors() => {}
            ExprKind::Json(json) => self.expr(&json.template),
            ExprKind::Traversal(traversal) => {
                if !self.bound.contains(&traversal.root().text) {
                    (self.found)(Named::Reference(traversal));
                }
            }
            ExprKind::Relative(relative) => {
                if let ExprKind::Index(parts) = &relative.source.unwrapped().kind {
                    self.part(&parts.0, relative.steps.first());
                }
                self.expr(&relative.source);
            }
            ExprKind::Index(parts) => self.exprs([&parts.0, &parts.1]),
            ExprKind::Splat(splat) => {
                if let ExprKind::Relative(each) = &splat.each.kind
                    && matches!(each.source.kind, ExprKind::SplatItem)
                {
                    self.part(&splat.source, each.steps.first());
                }
                self.exprs([&splat.source, &splat.each]);
            }
            ExprKind::Call(call) => {
                (self.found)(Named::Call(call));
                self.exprs(&call.args);
            }
            ExprKind::Conditional(parts) => self.exprs([&parts.condition, &parts.then, &parts.otherwise]),
            ExprKind::Binary(_, operands) => self.exprs([&operands.0, &operands.1]),
            ExprKind::Unary(_, operand) => self.expr(operand),
            ExprKind::Tuple(items) => self.exprs(items.iter()),
            ExprKind::Object(items) => {
                for item in items.iter() {
                    if let ObjectKey::Expr(key) = &item.key {
                        self.expr(key);
                    }
                    self.expr(&item.value);
                }
            }
            ExprKind::For(parts) => {
                self.expr(&parts.collection);
                let names = [parts.key.as_ref(), Some(&parts.value)];
                self.within(names.into_iter().flatten().map(|name| name.text.clone()), |this| {
                    this.exprs(&parts.key_expr);
                    this.expr(&parts.value_expr);
                    this.exprs(&parts.condition);
                });
            }
            ExprKind::Parens(inner) => self.expr(inner),
        }
    }

    fn within(&mut self, names: impl Iterator<Item = Text>, inside: impl FnOnce(&mut Self)) {
        let before = self.bound.len();
        self.bound.extend(names);
        inside(self);
        self.bound.truncate(before);
    }

    fn parts(&mut self, parts: &[TemplatePart]) {
        for part in parts {
            match part {
                TemplatePart::Literal(..) => {}
                TemplatePart::Interpolation(expr) => self.expr(expr),
                TemplatePart::If(directive) => {
                    self.expr(&directive.condition);
                    self.parts(&directive.then);
                    self.parts(&directive.otherwise);
                }
                TemplatePart::For(directive) => {
                    self.expr(&directive.collection);
                    let names = [directive.key.as_ref(), Some(&directive.value)];
                    self.within(names.into_iter().flatten().map(|name| name.text.clone()), |this| {
                        this.parts(&directive.body);
                    });
                }
            }
        }
    }

    fn body(&mut self, body: &Body) {
        match body {
            Body::Native(body) => self.native(body),
            Body::Json(node) => self.json_body(node),
            Body::Joined(parts) => parts.iter().for_each(|part| self.body(part)),
        }
    }

    fn native(&mut self, body: &NativeBody) {
        if !self.only_repeated {
            self.exprs(body.attributes.iter().map(|attribute| &attribute.expr));
        }
        for block in body.blocks.iter() {
            match (&*block.block_type.text, block.labels.first(), &block.body) {
                ("dynamic", Some(label), Body::Native(inner)) => self.dynamic(&label.text, inner),
                _ => self.body(&block.body),
            }
        }
    }

    fn dynamic(&mut self, label: &Text, body: &NativeBody) {
        self.dynamic = true;
        let named = body.attributes.iter().find(|attribute| &*attribute.name.text == "iterator");
        let name =
            named.and_then(|attribute| attribute.expr.keyword()).map_or_else(|| label.clone(), Text::from);
        for attribute in body.attributes.iter().filter(|attribute| &*attribute.name.text == "for_each") {
            self.expr(&attribute.expr);
        }
        self.within(std::iter::once(name), |this| {
            let others = body.attributes.iter();
            let others = others.filter(|attribute| !matches!(&*attribute.name.text, "iterator" | "for_each"));
            this.exprs(others.map(|attribute| &attribute.expr));
            for block in body.blocks.iter() {
                this.body(&block.body);
            }
        });
    }

    fn json_body(&mut self, node: &JsonNode) {
        match &node.value {
            JsonValue::Object(members) => {
                for (name, value) in members.iter() {
                    match &*name.text {
                        "//" => {}
                        "dynamic" => self.json_dynamic(value),
                        _ => self.json_body(value),
                    }
                }
            }
            JsonValue::Array(items) => items.iter().for_each(|item| self.json_body(item)),
            JsonValue::String(_) if self.only_repeated => {}
            JsonValue::String(_) => self.expr(&node.to_expr().0),
            JsonValue::Null | JsonValue::Bool(_) | JsonValue::Number(_) | JsonValue::Broken => {}
        }
    }

    /// `{"label": {"for_each": …, "content": …}}`, arrays allowed everywhere.
    fn json_dynamic(&mut self, node: &JsonNode) {
        match &node.value {
            JsonValue::Array(items) => items.iter().for_each(|item| self.json_dynamic(item)),
            JsonValue::Object(labels) => {
                for (label, value) in labels.iter() {
                    let bodies = match &value.value {
                        JsonValue::Array(items) => items.as_ref(),
                        _ => std::slice::from_ref(value),
                    };
                    bodies.iter().for_each(|body| self.json_dynamic_body(&label.text, body));
                }
            }
            _ => self.json_body(node),
        }
    }

    fn json_dynamic_body(&mut self, label: &Text, body: &JsonNode) {
        self.dynamic = true;
        let JsonValue::Object(members) = &body.value else { return self.json_body(body) };
        let iterator = members.iter().find(|(name, _)| &*name.text == "iterator");
        let name = match iterator.map(|(_, value)| &value.value) {
            Some(JsonValue::String(text)) => text.clone(),
            _ => label.clone(),
        };
        for (_, value) in members.iter().filter(|(name, _)| &*name.text == "for_each") {
            self.json_whole(value);
        }
        self.within(std::iter::once(name), |this| {
            for (name, value) in members.iter() {
                match &*name.text {
                    "iterator" | "for_each" | "//" => {}
                    "content" => this.json_body(value),
                    _ => this.json_whole(value),
                }
            }
        });
    }

    fn json_whole(&mut self, node: &JsonNode) {
        let only = std::mem::replace(&mut self.only_repeated, false);
        self.json_body(node);
        self.only_repeated = only;
    }
}

#[cfg(test)]
#[path = "refs_tests.rs"]
mod tests;

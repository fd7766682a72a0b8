//! Parameterised tests: each case is noted as soon as its name is known, so that one that fails is known too.

use super::vars::{self, Skip};
use crate::ast::{Expr, Kind, Node, Rule, Term};

/// Puts a note of the case into an ordered rule `test_x[name] …`.
pub(crate) fn note_cases(rule: &mut Rule) {
    let Some((part, name)) = crate::testing::test_name(rule) else { return };
    let keys: Vec<Term> = rule.head.path.get(part + 1..).unwrap_or_default().to_vec();
    if keys.is_empty() || !name.starts_with("test_") || !rule.head.args.is_empty() {
        return;
    }
    for key in &keys {
        raise(&mut rule.body, key);
    }
    let first = |term: &Term| {
        let name = term.as_var()?;
        rule.body.iter().position(|expr| vars::of_expr(expr, Skip::NOTHING).contains(name))
    };
    let below = keys.iter().filter_map(first).max().map_or(0, |at| at + 1);
    let at = rule.head.at;
    let list = Term::new(Node::Array(keys.into()), at);
    let mut note = Expr::new(Kind::Call([Term::operator("internal.test_case", at), list].into()), at);
    note.generated = true;
    rule.body.insert(below.min(rule.body.len()), note);
}

/// Moves the generated `key = …` as far up as what it reads allows.
fn raise(body: &mut Vec<Expr>, key: &Term) {
    let gives = |expr: &Expr| {
        expr.generated
            && expr.is_equality()
            && matches!(&expr.kind, Kind::Call(terms) if terms.get(1).is_some_and(|left| left.node == key.node))
    };
    let Some(from) = body.iter().rposition(gives) else { return };
    let expr = body.remove(from);
    let needed = match &expr.kind {
        Kind::Call(terms) => {
            terms.get(2).map(|right| vars::of_term(right, Skip::NOTHING)).unwrap_or_default()
        }
        _ => vars::Names::new(),
    };
    let first = |name: &crate::ast::Name| {
        body.iter().position(|expr| vars::of_expr(expr, Skip::NOTHING).contains(name))
    };
    let to = needed.iter().filter_map(first).max().map_or(0, |at| at + 1);
    body.insert(to.min(from), expr);
}

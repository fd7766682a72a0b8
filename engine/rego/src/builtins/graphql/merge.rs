//! Fields of one answer name: they must be the same field, or fields that never meet and look alike.

use super::model::{Definition, Field, Query, Selection, Ty};
use super::schema::{Checked, Schema};
use std::collections::{BTreeMap, BTreeSet};

/// Comparisons of one document: more is no query that anyone writes.
const MOST: usize = 100_000;

/// A field where it is asked for, and of what.
type Asked<'q> = (&'q Field, Option<&'q Definition>);

/// Checks a selection and all below it.
pub(super) fn check<'q>(
    schema: &'q Schema,
    query: &'q Query,
    set: &'q [Selection],
    of: Option<&'q Definition>,
) -> Checked {
    let mut merging = Merging { schema, query, left: MOST };
    merging.sets(&[(set, of)])
}

struct Merging<'q> {
    schema: &'q Schema,
    query: &'q Query,
    left: usize,
}

impl<'q> Merging<'q> {
    /// Selections that make one answer together.
    fn sets(&mut self, sets: &[(&'q [Selection], Option<&'q Definition>)]) -> Checked {
        let mut by_name: BTreeMap<&str, Vec<Asked<'q>>> = BTreeMap::new();
        let mut seen = BTreeSet::new();
        for (set, of) in sets {
            self.gather(set, *of, &mut seen, &mut by_name);
        }
        for (name, fields) in by_name {
            for (at, one) in fields.iter().enumerate() {
                for other in fields.iter().skip(at + 1) {
                    self.pair(name, *one, *other)?;
                }
            }
            let inner: Vec<_> = fields
                .iter()
                .filter(|(field, _)| !field.set.is_empty())
                .map(|(field, of)| (field.set.as_slice(), self.type_of(field, *of)))
                .collect();
            if !inner.is_empty() {
                self.sets(&inner)?;
            }
        }
        Ok(())
    }

    fn gather(
        &self,
        set: &'q [Selection],
        of: Option<&'q Definition>,
        seen: &mut BTreeSet<&'q str>,
        out: &mut BTreeMap<&'q str, Vec<Asked<'q>>>,
    ) {
        for selection in set {
            match selection {
                Selection::Field(field) => out.entry(&field.alias).or_default().push((field, of)),
                Selection::Inline { condition, set, .. } => {
                    let inner = if condition.is_empty() { of } else { self.schema.types.get(condition) };
                    self.gather(set, inner, seen, out);
                }
                Selection::Spread { name, .. } => {
                    if seen.insert(name)
                        && let Some(fragment) = self.query.fragment(name)
                    {
                        self.gather(&fragment.set, self.schema.types.get(&fragment.condition), seen, out);
                    }
                }
            }
        }
    }

    fn ty(&self, field: &Field, of: Option<&Definition>) -> Option<Ty> {
        self.schema.field_of(of?, &field.name).map(|(ty, _)| ty)
    }

    fn type_of(&self, field: &Field, of: Option<&Definition>) -> Option<&'q Definition> {
        self.schema.types.get(self.ty(field, of)?.name())
    }

    fn pair(&mut self, name: &str, (one, of): Asked<'q>, (other, other_of): Asked<'q>) -> Checked {
        self.left = self.left.checked_sub(1).ok_or("The query has too many fields of one name.")?;
        let conflict = |why: String| {
            Err(format!(
                "Fields \"{name}\" conflict because {why}. Use different aliases on the fields to fetch both if \
                 this was intentional."
            ))
        };
        let meet = match (of, other_of) {
            (Some(a), Some(b)) => a.name == b.name || a.kind != "OBJECT" || b.kind != "OBJECT",
            _ => true,
        };
        if meet {
            if one.name != other.name {
                return conflict(format!("\"{}\" and \"{}\" are different fields", one.name, other.name));
            }
            let same = one.arguments.len() == other.arguments.len()
                && one.arguments.iter().all(|argument| other.arguments.contains(argument));
            if !same {
                return conflict("they have differing arguments".to_owned());
            }
        }
        if let (Some(a), Some(b)) = (self.ty(one, of), self.ty(other, other_of))
            && self.differ(&a, &b)
        {
            return conflict(format!("they return conflicting types \"{a}\" and \"{b}\""));
        }
        Ok(())
    }

    /// Whether answers of two types cannot look alike.
    fn differ(&self, a: &Ty, b: &Ty) -> bool {
        if a.not_null != b.not_null {
            return true;
        }
        match (&a.of, &b.of) {
            (Err(a), Err(b)) => self.differ(a, b),
            (Ok(a), Ok(b)) => {
                let is_leaf = |name: &str| self.schema.types.get(name).is_some_and(Definition::is_leaf);
                (is_leaf(a) || is_leaf(b)) && a != b
            }
            _ => true,
        }
    }
}

//! What the block of a resource says of the resource itself. Instances that wait for each other are a circle; one
//! that names itself can never be known.

use std::collections::BTreeSet;

use ordain_addr::{AbsResource, Key, ResourceInstance};
use ordain_config::blocks::ResourceBlock;
use ordain_config::{Reference, Subject};
use ordain_diag::{Diagnostic, Diagnostics, codes};
use ordain_lang::ast::Body;
use ordain_lang::refs::{body_references, references};

use crate::Mode;
use crate::compile::CompiledResource;
use crate::core::error;
use crate::expand::Expansion;

/// Instances of a resource that each of its instances waits for.
#[derive(Default)]
pub(crate) struct Itself {
    /// All of them: the resource is named without a key, or with one that only evaluation tells.
    whole: bool,
    keys: BTreeSet<Key>,
    /// Whether arguments are among what names them.
    pub(crate) in_arguments: bool,
}

impl Itself {
    /// What matters of it: validation knows of no instances.
    pub(crate) fn in_mode(mode: Mode, resource: &CompiledResource) -> Itself {
        match mode != Mode::Validate && resource.names_itself {
            true => Itself::of(&resource.block),
            false => Itself::default(),
        }
    }

    fn of(block: &ResourceBlock) -> Itself {
        let own = |reference: Reference<'_>| match reference.subject {
            Subject::Resource(named, key) if named == block.resource => Some(key),
            _ => None,
        };
        let arguments = body_references(&block.body);
        let mut named: Vec<Option<Key>> =
            arguments.iter().filter_map(|traversal| own(Reference::parse(traversal).ok()?)).collect();
        let in_arguments = !named.is_empty();
        let triggers = block.lifecycle.replace_triggered_by.iter().flat_map(references);
        named.extend(triggers.filter_map(|traversal| own(Reference::parse(&traversal).ok()?)));
        let awaited = block.depends_on.iter();
        named.extend(awaited.filter_map(|item| own(Reference::parse(&item.traversal).ok()?)));
        let provisioned =
            block.provisioners.iter().flat_map(|one| [Some(&one.body), one.connection.as_ref()]);
        let provisioned = provisioned.chain([block.connection.as_ref()]).flatten().flat_map(body_references);
        named.extend(provisioned.filter_map(|traversal| own(Reference::parse(&traversal).ok()?)));
        let whole = named.iter().any(Option::is_none);
        Itself { whole, keys: named.into_iter().flatten().collect(), in_arguments }
    }

    /// The error where several instances wait for each other.
    pub(crate) fn circle(&self, resource: &AbsResource, expansion: &Expansion) -> Option<Diagnostic> {
        if !self.whole && self.keys.is_empty() {
            return None;
        }
        let keys = || (0..expansion.len()).filter_map(|at| expansion.key(at));
        // Of a key that no instance has nothing is known but the resource.
        let whole = self.whole || !self.keys.iter().all(|wanted| keys().any(|key| key == *wanted));
        let waiting = keys().filter(|key| whole || self.keys.contains(key));
        let names: Vec<String> = waiting
            .map(|key| resource.instance(Some(key)).to_string())
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect();
        if names.len() < 2 {
            return None;
        }
        let detail = "Each of these instances waits for the others, because their block names the resource that it \
                      declares, so that none of them can come first. Refer to what the instances have in common, such \
                      as a local value, instead.";
        Some(Diagnostic::error(codes::eval::CYCLE, format!("Cycle: {}", names.join(", ")), detail))
    }
}

/// An instance's arguments may not name the instance itself, nor all of its block. As Terraform compares
/// with both names of the object, one without key is found twice.
pub(crate) fn self_references(body: &Body, address: &ResourceInstance) -> Diagnostics {
    let mut found = Diagnostics::new();
    for traversal in body_references(body) {
        let Ok(reference) = Reference::parse(&traversal) else { continue };
        let Subject::Resource(resource, key) = &reference.subject else { continue };
        if *resource != address.resource {
            continue;
        }
        let times = usize::from(*key == address.key) + usize::from(key.is_none());
        for _ in 0..times {
            let shown = address.moved_into(ordain_addr::ModuleInstance::root());
            let detail = format!("Configuration for {shown} may not refer to itself.");
            found.push(error(codes::eval::CYCLE, "Self-referential block", detail, reference.span));
        }
    }
    found
}

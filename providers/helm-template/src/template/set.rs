//! Templates that can call each other by name.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use ordain_gostd::template::Template;

/// A set of templates; `tpl` works on an overlay, so that its definitions stay its own.
#[derive(Debug, Default)]
pub(crate) struct TemplateSet {
    own: RefCell<HashMap<String, Rc<Template>>>,
    below: Option<Rc<TemplateSet>>,
}

impl TemplateSet {
    /// An empty set over another.
    pub(crate) fn over(below: &Rc<TemplateSet>) -> Self {
        Self { own: RefCell::default(), below: Some(Rc::clone(below)) }
    }

    /// Puts a template into this layer, whatever is below.
    pub(crate) fn replace(&self, template: Template) {
        self.own.borrow_mut().insert(template.name.clone(), Rc::new(template));
    }

    pub(crate) fn get(&self, name: &str) -> Option<Rc<Template>> {
        let mut set = self;
        loop {
            if let Some(found) = set.own.borrow().get(name) {
                return Some(Rc::clone(found));
            }
            set = set.below.as_deref()?;
        }
    }

    /// Adds a template; an empty one never replaces one that exists.
    pub(crate) fn add(&self, template: Template) {
        if template.is_empty() && self.get(&template.name).is_some() {
            return;
        }
        self.own.borrow_mut().insert(template.name.clone(), Rc::new(template));
    }
}

//! What is known so far: instances of modules and resources, and their values.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use ordain_addr::{AbsResource, Key, ModuleInstance, Resource};
use ordain_value::{Marks, Type, Value};

use crate::expand::Expansion;
use crate::graph::ModuleId;
use crate::quick_hash::QuickMap;

/// Index of a module instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct InstanceId(pub(crate) usize);

/// What `count` and `each` stand for in one instance.
#[derive(Clone, Debug, Default)]
pub(crate) enum KeyData {
    /// Neither.
    #[default]
    None,
    /// `count.index`
    Count(Value),
    /// `each.key` and `each.value`
    Each(Value, Value),
}

/// An instance of a module.
pub(crate) struct Module {
    pub(crate) id: ModuleId,
    pub(crate) address: ModuleInstance,
    /// The instance that calls it.
    pub(crate) caller: Option<InstanceId>,
    /// What the call's arguments see.
    pub(crate) key_data: KeyData,
    pub(crate) variables: BTreeMap<Arc<str>, Value>,
    /// Arguments as they are, while a configuration is validated: the module is evaluated without them, as it must
    /// hold for any, and only the validations of each variable see its own.
    pub(crate) arguments: BTreeMap<Arc<str>, Value>,
    pub(crate) locals: QuickMap<Arc<str>, Value>,
    pub(crate) outputs: BTreeMap<Arc<str>, Value>,
    /// Apart from the table, which has room for many more.
    pub(crate) resources: QuickMap<Resource, Box<ResourceSet>>,
    /// Calls that have been expanded: keys in order, and the instances.
    pub(crate) calls: HashMap<Arc<str>, CallSet>,
    /// Values of whole calls, made once.
    whole_calls: RefCell<HashMap<Arc<str>, Value>>,
}

/// Instances of a call in one instance of the caller.
pub(crate) struct CallSet {
    pub(crate) expansion: Expansion,
    pub(crate) instances: Vec<InstanceId>,
}

/// Instances of a resource in one module instance.
pub(crate) struct ResourceSet {
    /// The resource there, which the addresses of its instances share.
    pub(crate) address: Arc<AbsResource>,
    pub(crate) expansion: Expansion,
    values: Box<[Option<Value>]>,
    /// Instances that are read as if there were none of them.
    absent: BTreeSet<usize>,
    /// Whether nothing is known of the whole where all are absent.
    pub(crate) open: bool,
    /// Value of the whole, made once where it is of more than one.
    whole: RefCell<Option<Box<Value>>>,
    /// Type of one object.
    ty: Type,
}

impl ResourceSet {
    /// No instance has a value yet.
    pub(crate) fn new(address: AbsResource, expansion: Expansion, ty: Type) -> Self {
        let values = vec![None; expansion.len()].into();
        Self {
            address: Arc::new(address),
            expansion,
            values,
            absent: BTreeSet::new(),
            open: false,
            whole: RefCell::new(None),
            ty,
        }
    }

    /// Has an instance read as if it were not there, where the resource has keys.
    pub(crate) fn leave_out(&mut self, index: usize) {
        self.absent.insert(index);
        *self.whole.get_mut() = None;
    }

    /// Sets the value of an instance.
    pub(crate) fn set(&mut self, index: usize, value: Value) {
        if let Some(slot) = self.values.get_mut(index) {
            *slot = Some(value);
        }
        *self.whole.get_mut() = None;
    }

    /// The value of an instance; unknown when it has none.
    pub(crate) fn value(&self, index: usize) -> Value {
        match self.values.get(index) {
            Some(Some(value)) => value.clone(),
            _ => Value::unknown(self.ty.clone()),
        }
    }

    /// The value of an instance by its key.
    pub(crate) fn by_key(&self, key: Option<&Key>) -> Option<Value> {
        let index = self.expansion.index_of(key)?;
        let there = key.is_none() || self.is_open() || !self.absent.contains(&index);
        there.then(|| self.value(index))
    }

    /// What the resource's name alone stands for.
    pub(crate) fn whole(&self) -> Value {
        if let Some(value) = &*self.whole.borrow() {
            return Value::clone(value);
        }
        let value = match self.expansion {
            Expansion::Single => return self.value(0),
            // Whether a key fits is not known while validating, as instances are not.
            Expansion::AnyCount | Expansion::AnyEach => Value::unknown(Type::Dynamic),
            Expansion::Count(_) | Expansion::ForEach(_) if !self.absent.is_empty() => self.those_there(),
            _ => self.expansion.collect(&self.ty, |index| self.value(index)),
        };
        *self.whole.borrow_mut() = Some(Box::new(value.clone()));
        value
    }
}

impl ResourceSet {
    fn is_open(&self) -> bool {
        self.open && self.absent.len() == self.values.len()
    }

    /// The whole without what is absent: a tuple as long as its last element needs, or an object.
    fn those_there(&self) -> Value {
        if self.is_open() {
            return Value::unknown(Type::Dynamic);
        }
        let there = |index: &usize| !self.absent.contains(index);
        let indices = (0..self.expansion.len()).filter(there);
        if let Expansion::Count(_) = self.expansion {
            let length = indices.last().map_or(0, |last| last + 1);
            return Value::tuple((0..length).map(|index| self.value(index)));
        }
        Value::object(indices.filter_map(|index| match self.expansion.key(index) {
            Some(Key::Str(key)) => Some((key, self.value(index))),
            _ => None,
        }))
    }
}

/// All that is known.
#[derive(Default)]
pub(crate) struct Values {
    modules: Vec<Module>,
    /// Instances of each module.
    by_module: Vec<Vec<InstanceId>>,
    by_address: HashMap<ModuleInstance, InstanceId>,
}

impl Values {
    /// Lets go of everything but the outputs of module instances.
    pub(crate) fn keep_outputs(&mut self) {
        for module in &mut self.modules {
            module.resources.clear();
            module.variables.clear();
            module.arguments.clear();
            module.locals.clear();
            module.whole_calls.get_mut().clear();
        }
    }

    /// Adds an instance of a module.
    pub(crate) fn add_module(
        &mut self,
        id: ModuleId,
        address: ModuleInstance,
        caller: Option<InstanceId>,
        key_data: KeyData,
    ) -> InstanceId {
        let instance = InstanceId(self.modules.len());
        self.by_address.insert(address.clone(), instance);
        if self.by_module.len() <= id.0 {
            self.by_module.resize_with(id.0 + 1, Vec::new);
        }
        self.by_module.get_mut(id.0).into_iter().for_each(|all| all.push(instance));
        self.modules.push(Module {
            id,
            address,
            caller,
            key_data,
            variables: BTreeMap::new(),
            arguments: BTreeMap::new(),
            locals: QuickMap::default(),
            outputs: BTreeMap::new(),
            resources: QuickMap::default(),
            calls: HashMap::new(),
            whole_calls: RefCell::new(HashMap::new()),
        });
        instance
    }

    /// Instances of a module in order.
    pub(crate) fn instances(&self, id: ModuleId) -> Vec<InstanceId> {
        self.by_module.get(id.0).cloned().unwrap_or_default()
    }

    /// How many instances of a module there are.
    pub(crate) fn count(&self, id: ModuleId) -> usize {
        self.by_module.get(id.0).map_or(0, Vec::len)
    }

    /// One of the instances of a module, in order.
    pub(crate) fn nth(&self, id: ModuleId, number: usize) -> Option<InstanceId> {
        self.by_module.get(id.0)?.get(number).copied()
    }

    /// One instance.
    pub(crate) fn module(&self, instance: InstanceId) -> Option<&Module> {
        self.modules.get(instance.0)
    }

    /// One instance, to be changed.
    pub(crate) fn module_mut(&mut self, instance: InstanceId) -> Option<&mut Module> {
        self.modules.get_mut(instance.0)
    }

    /// The instance at an address.
    pub(crate) fn find(&self, address: &ModuleInstance) -> Option<InstanceId> {
        self.by_address.get(address).copied()
    }

    /// What `module.NAME` alone stands for, with its outputs and their marks. All outputs must have been evaluated.
    pub(crate) fn whole_call(
        &self,
        caller: InstanceId,
        name: &str,
        outputs: &[(Arc<str>, Marks)],
    ) -> Option<Value> {
        let module = self.module(caller)?;
        if let Some(value) = module.whole_calls.borrow().get(name) {
            return Some(value.clone());
        }
        let set = module.calls.get(name)?;
        let ty = Type::object(outputs.iter().map(|(name, _)| (name.clone(), Type::Dynamic)));
        let object = |index: usize| {
            let instance = set.instances.get(index).and_then(|instance| self.module(*instance));
            Value::object(outputs.iter().map(|(name, marks)| {
                let value = instance.and_then(|instance| instance.outputs.get(name).cloned());
                (name.clone(), value.unwrap_or_else(|| Value::unknown(Type::Dynamic)).with_marks(*marks))
            }))
        };
        let value = set.expansion.collect(&ty, object);
        module.whole_calls.borrow_mut().insert(name.into(), value.clone());
        Some(value)
    }
}

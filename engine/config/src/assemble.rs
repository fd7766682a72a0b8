//! One module out of the blocks of its files.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use ordain_addr::{Mode, ModulePath};
use ordain_diag::{Diagnostic, Diagnostics, Sources, Span};
use ordain_lang::ast::Block;

use crate::Module;
use crate::blocks::{
    Check, Import, Local, ModuleCall, Moved, Output, ProviderBlock, Removed, ResourceBlock,
    TerraformSettings, Variable,
};
use crate::fields::{bad_argument, bad_block, duplicate};
use crate::overrides;

const INVALID_DEFAULT: &str = "Invalid default value for variable";

/// Collects decoded blocks.
pub(crate) struct Assembly<'s> {
    module: Module,
    sources: &'s Sources,
    found: Diagnostics,
    /// Checks of the file that is read, with their data sources.
    checks: Vec<(Option<Check>, Option<ResourceBlock>)>,
    /// Whether it was said that there are no imports in modules that are called.
    told_of_imports: bool,
    /// Type of the resource that was read last.
    last_type: Option<Arc<str>>,
}

/// Builds the module from blocks in order of their files. Called modules are not looked at.
pub(crate) fn assemble(
    path: ModulePath,
    dir: Arc<str>,
    mut primary: Vec<Block>,
    over: Vec<Block>,
    sources: &Sources,
) -> (Module, Diagnostics) {
    let mut assembly = Assembly::of(path, dir, sources);
    for file in primary.chunk_by(|one, next| one.header.file == next.header.file) {
        file.iter().for_each(|block| assembly.add(block));
        assembly.declare_checks();
    }
    assembly.check_imports();
    let mut changed = TerraformSettings::default();
    for block in over {
        match &*block.block_type.text {
            "terraform" => changed.decode_into(&block, &mut assembly.found),
            _ => assembly.change(&mut primary, &block),
        }
    }
    assembly.override_settings(changed);
    assembly.name_providers();
    (assembly.module, assembly.found)
}

impl<'s> Assembly<'s> {
    fn of(path: ModulePath, dir: Arc<str>, sources: &'s Sources) -> Self {
        let module = Module { path, dir, ..Module::default() };
        Assembly {
            module,
            sources,
            found: Diagnostics::new(),
            checks: Vec::new(),
            told_of_imports: false,
            last_type: None,
        }
    }

    /// Reads a block of an override file: what is wrong with it alone is told, then it changes its base.
    fn change(&mut self, primary: &mut [Block], over: &Block) {
        // As Terraform does, which does not look into what cannot be here.
        if &*over.block_type.text == "check" {
            self.found.extend(overrides::refused(over));
            return;
        }
        let mut alone = Assembly::of(self.module.path.clone(), self.module.dir.clone(), self.sources);
        alone.add(&overrides::without_conditions(over, &mut self.found));
        // What it leaves out is in the base.
        let partial = matches!(&*over.block_type.text, "output" | "module");
        let own = |item: &Diagnostic| !partial || item.summary != "Missing required argument";
        self.found.extend(alone.found.iter().filter(|item| own(item)).cloned());
        self.found.extend(overrides::refused(over));
        match &*over.block_type.text {
            // As Terraform does, which reads these and leaves them.
            "moved" | "import" | "removed" | "ephemeral" => {}
            "locals" => {
                overrides::override_locals(primary, over, &mut self.found);
                self.module.locals.clear();
                let locals = primary.iter().filter(|block| &*block.block_type.text == "locals");
                locals.for_each(|block| drop(self.quietly(|again| again.add(block))));
            }
            _ => self.change_block(primary, over, &alone),
        }
    }

    fn change_block(&mut self, primary: &mut [Block], over: &Block, alone: &Assembly<'_>) {
        let Some(base) = overrides::base_of(primary, over) else {
            match &*over.block_type.text {
                // Every provider has a configuration without alias, if an empty one.
                "provider" if overrides::alias(over).is_none() => drop(self.quietly(|again| again.add(over))),
                _ => self.found.push(overrides::missing_base(over)),
            }
            return;
        };
        if let Some(span) = alone.module.first_dependency() {
            let detail = "The depends_on argument may not be overridden.";
            self.found.push(bad_block("Unsupported override", detail, span));
        }
        base.body = overrides::merge_bodies(&base.body, &over.body);
        let merged = base.clone();
        self.module.forget(&merged);
        let told = |found: &Diagnostics| found.iter().any(|item| item.summary == INVALID_DEFAULT);
        let before = told(&self.found) || told(&alone.found);
        let problems = self.quietly(|again| again.add(&merged));
        // The default of one may not fit the type of the other.
        if let Some(mut problem) =
            problems.iter().find(|item| item.summary == INVALID_DEFAULT).cloned().filter(|_| !before)
        {
            problem.span = Some(over.header);
            self.found.push(problem);
        }
    }

    /// Does something whose findings were told before, and gives them back.
    fn quietly(&mut self, act: impl FnOnce(&mut Self)) -> Diagnostics {
        let before = std::mem::take(&mut self.found);
        act(self);
        std::mem::replace(&mut self.found, before)
    }
}

impl Module {
    /// Where the first thing stands that anything in it depends on.
    fn first_dependency(&self) -> Option<Span> {
        let outputs = self.outputs.values().map(|output| &output.depends_on);
        let calls = self.calls.values().map(|call| &call.depends_on);
        let resources = self.resources.values().map(|block| &block.depends_on);
        outputs.chain(calls).chain(resources).flatten().map(|dependency| dependency.span).next()
    }

    /// Takes out what a block declares.
    fn forget(&mut self, block: &Block) {
        let header = block.header;
        self.variables.retain(|_, one| one.header != header);
        self.outputs.retain(|_, one| one.header != header);
        self.calls.retain(|_, one| one.header != header);
        self.resources.retain(|_, one| one.header != header);
        self.providers.retain(|_, one| one.header != header);
    }
}

impl Assembly<'_> {
    fn add(&mut self, block: &Block) {
        match &*block.block_type.text {
            "terraform" => self.module.settings.decode_into(block, &mut self.found),
            "variable" => self.add_variable(block),
            "locals" => self.add_locals(block),
            "output" => self.add_output(block),
            "resource" => self.add_resource(Mode::Managed, block),
            "data" => self.add_resource(Mode::Data, block),
            "ephemeral" => self.add_resource(Mode::Ephemeral, block),
            "module" => self.add_call(block),
            "provider" => self.add_provider(block),
            "check" => self.add_check(block),
            "moved" => {
                let moved = Moved::decode(block, &mut self.found);
                self.module.refactoring.moved.extend(moved);
            }
            "removed" => {
                let removed = Removed::decode(block, &mut self.found);
                self.module.refactoring.removed.extend(removed);
            }
            "import" => self.add_import(block),
            "required_providers" => {
                let detail = "A \"required_providers\" block must be nested inside a \"terraform\" block.";
                let summary = "Invalid required_providers block";
                self.found.push(bad_block(summary, detail, block.block_type.span));
            }
            _ => {}
        }
    }

    fn add_variable(&mut self, block: &Block) {
        let Some(variable) = Variable::decode(block, &mut self.found) else { return };
        let (name, header) = (variable.name.text.clone(), variable.header);
        let earlier = insert(&mut self.module.variables, name.to_arc(), variable).map(|old| old.header);
        self.twice(
            earlier,
            header,
            "Duplicate variable declaration",
            &format!("A variable named {name:?} was already declared"),
            "Variable names must be unique within a module.",
        );
    }

    fn add_locals(&mut self, block: &Block) {
        for local in Local::decode(block, &mut self.found) {
            let (name, span) = (local.name.text.clone(), local.span);
            let earlier = insert(&mut self.module.locals, name.to_arc(), local).map(|old| old.span);
            self.twice(
                earlier,
                span,
                "Duplicate local value definition",
                &format!("A local value named {name:?} was already defined"),
                "Local value names must be unique within a module.",
            );
        }
    }

    fn add_output(&mut self, block: &Block) {
        let Some(output) = Output::decode(block, &mut self.found) else { return };
        let (name, header) = (output.name.text.clone(), output.header);
        let earlier = insert(&mut self.module.outputs, name.to_arc(), output).map(|old| old.header);
        self.twice(
            earlier,
            header,
            "Duplicate output definition",
            &format!("An output named {name:?} was already defined"),
            "Output names must be unique within a module.",
        );
    }

    fn add_resource(&mut self, mode: Mode, block: &Block) {
        let Some(resource) = ResourceBlock::decode(mode, block, &mut self.found) else { return };
        self.insert_resource(resource);
    }

    fn insert_resource(&mut self, mut block: ResourceBlock) {
        // Those of one type mostly stand together, and share its name.
        match &self.last_type {
            Some(last) if *last == block.resource.type_name => block.resource.type_name = last.clone(),
            _ => self.last_type = Some(block.resource.type_name.clone()),
        }
        let (resource, header) = (block.resource.clone(), block.header);
        let earlier = insert(&mut self.module.resources, resource.clone(), block).map(|old| old.header);
        // There are many, and the words for a second one take longer than all else here.
        if earlier.is_none() {
            return;
        }
        let word = match resource.mode {
            Mode::Managed => "resource",
            Mode::Data => "data",
            Mode::Ephemeral => "ephemeral",
        };
        let (kind, name) = (&resource.type_name, &resource.name);
        let summary = format!("Duplicate {word} {kind:?} configuration");
        let what = format!("A {kind} {word} named {name:?} was already declared");
        self.twice(
            earlier,
            header,
            &summary,
            &what,
            "Resource names must be unique per type in each module.",
        );
    }

    fn add_call(&mut self, block: &Block) {
        let Some(call) = ModuleCall::decode(block, &mut self.found) else { return };
        let (name, header) = (call.name.text.clone(), call.header);
        let earlier = insert(&mut self.module.calls, name.to_arc(), call).map(|old| old.header);
        self.twice(
            earlier,
            header,
            "Duplicate module call",
            &format!("A module call named {name:?} was already defined"),
            "Module calls must have unique names within a module.",
        );
    }

    fn add_provider(&mut self, block: &Block) {
        let Some(provider) = ProviderBlock::decode(block, &mut self.found) else { return };
        let header = provider.header;
        let name = provider.name.text.clone();
        let alias = provider.alias.as_ref().map(|alias| alias.text.to_arc());
        let what = match &alias {
            None => format!("A default (non-aliased) provider configuration for {name:?} was already given"),
            Some(alias) => {
                format!("A configuration for provider {name:?} with the alias {alias:?} was already given")
            }
        };
        let earlier =
            insert(&mut self.module.providers, (name.to_arc(), alias), provider).map(|old| old.header);
        self.twice(earlier, header, "Duplicate provider configuration", &what, "If multiple configurations are required, set the \"alias\" argument for alternative configurations, differently for each.");
    }

    fn add_check(&mut self, block: &Block) {
        let (check, data) = Check::decode(block, &mut self.found);
        self.checks.push((check, data));
    }

    /// Declares the checks of a file after all else in it, as Terraform does: of two data sources of a name, the second
    /// is that of the check.
    fn declare_checks(&mut self) {
        for (check, data) in std::mem::take(&mut self.checks) {
            self.declare_check(check, data);
        }
    }

    fn declare_check(&mut self, check: Option<Check>, data: Option<ResourceBlock>) {
        // As Terraform does, a second data source of a name is told alone.
        if let Some(data) = data.clone().filter(|data| self.module.resources.contains_key(&data.resource)) {
            self.insert_resource(data);
            return;
        }
        let Some(check) = check else {
            data.into_iter().for_each(|data| self.insert_resource(data));
            return;
        };
        let (name, header) = (check.name.text.clone(), check.header);
        let earlier = insert(&mut self.module.checks, name.to_arc(), check).map(|old| old.header);
        let summary = format!("Duplicate check {name:?} configuration");
        self.twice(
            earlier,
            header,
            &summary,
            &format!("A check block named {name:?} was already declared"),
            "Check blocks must be unique within each module.",
        );
        if let Some(data) = data {
            self.insert_resource(data);
        }
    }

    /// An import says by which provider only where its resource's block is yet to be written, which is for those of the
    /// root module alone.
    fn check_imports(&mut self) {
        for import in &self.module.refactoring.imports {
            let Some((_, span)) = &import.provider else { continue };
            let in_root = import.target.module.is_root();
            if !in_root || self.module.resources.contains_key(&import.target.resource) {
                let place = if in_root { "resource's block" } else { "module call's providers" };
                let detail = format!(
                    "The provider argument is for imports of resources whose configuration is yet to be written. Choose the provider in the {place}."
                );
                self.found.push(bad_argument("Invalid import provider argument", detail, *span));
            }
        }
    }

    fn add_import(&mut self, block: &Block) {
        let decoded = Import::decode(block, &mut self.found);
        if !self.module.path.is_root() {
            if std::mem::replace(&mut self.told_of_imports, true) {
                return;
            }
            let detail = format!(
                "An import block was detected in {:?}. Import blocks are only allowed in the root module.",
                self.module.path.to_string()
            );
            self.found.push(bad_block("Invalid import configuration", detail, block.header));
            return;
        }
        let Some(import) = decoded else { return };
        let mut others = self.module.refactoring.imports.iter();
        if let (Some(address), Some(other)) =
            (import.fixed_address(), others.find(|other| other.fixed_address() == import.fixed_address()))
        {
            let place = place(self.sources, other.header);
            let detail = format!(
                "An import block for the resource {address:?} was already declared at {place}. A resource can have only one import block."
            );
            let summary = format!("Duplicate import configuration for \"{}\"", import.target);
            self.found.push(duplicate(summary, detail, import.to.span));
            return;
        }
        self.module.refactoring.imports.push(Arc::new(import));
    }

    /// Reports a second declaration, and where the first is.
    fn twice(&mut self, earlier: Option<Span>, again: Span, summary: &str, what: &str, rule: &str) {
        let Some(earlier) = earlier else { return };
        let place = place(self.sources, earlier);
        self.found.push(duplicate(summary, format!("{what} at {place}. {rule}"), again));
    }

    fn override_settings(&mut self, changed: TerraformSettings) {
        let settings = &mut self.module.settings;
        if !changed.required_versions.is_empty() {
            settings.required_versions = changed.required_versions;
        }
        settings.required_providers.extend(changed.required_providers);
        settings.provider_meta.extend(changed.provider_meta);
        if changed.backend.is_some() {
            settings.backend = changed.backend;
        }
    }

    /// Fills in the source addresses of providers, now that all of `required_providers` is known.
    fn name_providers(&mut self) {
        let required: BTreeMap<_, _> = self
            .module
            .settings
            .required_providers
            .iter()
            .map(|(name, required)| (name.clone(), required.source.clone()))
            .collect();
        for resource in self.module.resources.values_mut() {
            if let Some(addr) = required.get(resource.provider_name()) {
                Arc::make_mut(resource).provider_addr = addr.clone();
            } else {
                let addr = crate::module::implied_provider(resource.provider_name());
                Arc::make_mut(resource).provider_addr = addr;
            }
        }
        for provider in self.module.providers.values_mut() {
            if let Some(addr) = required.get(&*provider.name.text) {
                Arc::make_mut(provider).addr = addr.clone();
            }
        }
    }
}

/// Inserts unless something is there already, and then gives back what is there.
fn insert<K: Ord, V>(table: &mut BTreeMap<K, Arc<V>>, key: K, value: V) -> Option<Arc<V>> {
    match table.entry(key) {
        Entry::Vacant(free) => {
            free.insert(Arc::new(value));
            None
        }
        Entry::Occupied(taken) => Some(taken.get().clone()),
    }
}

/// A place as messages name it: `main.tf:3,1-10`.
pub(crate) fn place(sources: &Sources, span: Span) -> String {
    sources.place(span).unwrap_or_else(|| "another place".to_owned())
}

//! The execution graph: which effects in which order, as table indices.

/// Index of a step in the plan's table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StepId(pub u32);

/// What a step does. Numbers are indices into the plan's table of changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepKind {
    /// Create, or create anew.
    Create(u32),
    /// Change in place.
    Update(u32),
    /// Destroy the present object, or the one set aside that the change names.
    Delete(u32),
    /// Set the present object aside before a create-first replacement.
    Depose(u32),
    /// Destroy what [`StepKind::Depose`] of the same change set aside.
    DeleteDeposed(u32),
    /// Read a data source.
    Read(u32),
    /// Stop managing.
    Forget(u32),
    /// Record in state without calling a provider: moves, imports, refreshed values, new dependencies.
    Record(u32),
    /// Nothing: comes after all instances of the resource that the change belongs to, so that those who
    /// wait for all of them name one step.
    Join(u32),
}

/// One step and those that must have ended well before it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What it does.
    pub kind: StepKind,
    /// Steps that come first.
    pub after: Vec<StepId>,
}

impl StepKind {
    /// Index of the change that it carries out, or a part of it.
    pub fn change(self) -> u32 {
        match self {
            StepKind::Create(at)
            | StepKind::Update(at)
            | StepKind::Delete(at)
            | StepKind::Depose(at)
            | StepKind::DeleteDeposed(at)
            | StepKind::Read(at)
            | StepKind::Forget(at)
            | StepKind::Record(at)
            | StepKind::Join(at) => at,
        }
    }
}

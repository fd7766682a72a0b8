//! What is done to one object, and why.

/// What is done to one object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    /// Nothing.
    NoOp,
    /// Made.
    Create,
    /// Read while applying (data sources).
    Read,
    /// Changed in place.
    Update,
    /// Destroyed, then made anew.
    DeleteThenCreate,
    /// Made anew, then the old one is destroyed.
    CreateThenDelete,
    /// Destroyed.
    Delete,
    /// No longer managed, left as it is.
    Forget,
    /// The old one is left as it is, and a new one made.
    CreateThenForget,
}

impl Action {
    /// Words of the JSON plan.
    pub fn words(self) -> &'static [&'static str] {
        match self {
            Action::NoOp => &["no-op"],
            Action::Create => &["create"],
            Action::Read => &["read"],
            Action::Update => &["update"],
            Action::DeleteThenCreate => &["delete", "create"],
            Action::CreateThenDelete => &["create", "delete"],
            Action::Delete => &["delete"],
            Action::Forget => &["forget"],
            Action::CreateThenForget => &["create", "forget"],
        }
    }

    /// Whether an object is replaced by another.
    pub fn is_replace(self) -> bool {
        matches!(self, Action::DeleteThenCreate | Action::CreateThenDelete)
    }
}

/// Why an action was chosen, where that is not plain from the values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reason {
    /// An attribute cannot change in place.
    ReplaceBecauseCannotUpdate,
    /// The object is tainted.
    ReplaceBecauseTainted,
    /// `-replace` names it.
    ReplaceByRequest,
    /// `replace_triggered_by` says so.
    ReplaceByTriggers,
    /// No block declares it.
    DeleteBecauseNoResourceConfig,
    /// The block has `count` where it had `for_each`, or neither, or the other way round.
    DeleteBecauseWrongRepetition,
    /// The index is out of `count`'s range.
    DeleteBecauseCountIndex,
    /// The key is not in `for_each`.
    DeleteBecauseEachKey,
    /// `enabled` is false.
    DeleteBecauseNotEnabled,
    /// The module is gone.
    DeleteBecauseNoModule,
    /// A `moved` block names a place that does not exist.
    DeleteBecauseNoMoveTarget,
    /// The configuration is not known before apply.
    ReadBecauseConfigUnknown,
    /// Something it depends on has changes.
    ReadBecauseDependencyPending,
    /// It stands in a `check` block.
    ReadBecauseCheckNested,
}

impl Reason {
    /// Word of the JSON plan's `action_reason`.
    pub fn word(self) -> &'static str {
        match self {
            Reason::ReplaceBecauseCannotUpdate => "replace_because_cannot_update",
            Reason::ReplaceBecauseTainted => "replace_because_tainted",
            Reason::ReplaceByRequest => "replace_by_request",
            Reason::ReplaceByTriggers => "replace_by_triggers",
            Reason::DeleteBecauseNoResourceConfig => "delete_because_no_resource_config",
            Reason::DeleteBecauseWrongRepetition => "delete_because_wrong_repetition",
            Reason::DeleteBecauseCountIndex => "delete_because_count_index",
            Reason::DeleteBecauseEachKey => "delete_because_each_key",
            Reason::DeleteBecauseNotEnabled => "delete_because_enabled_false",
            Reason::DeleteBecauseNoModule => "delete_because_no_module",
            Reason::DeleteBecauseNoMoveTarget => "delete_because_no_move_target",
            Reason::ReadBecauseConfigUnknown => "read_because_config_unknown",
            Reason::ReadBecauseDependencyPending => "read_because_dependency_pending",
            Reason::ReadBecauseCheckNested => "read_because_check_nested",
        }
    }
}

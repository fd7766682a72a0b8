//! Words of the exact form.

use ordain_addr::Mode as ResourceMode;

use super::Broken;
use crate::{Action, Mode, Reason};

/// Words and what they mean.
pub type Words<T> = &'static [(&'static str, T)];

pub const MODES: Words<Mode> =
    &[("normal", Mode::Normal), ("refresh_only", Mode::RefreshOnly), ("destroy", Mode::Destroy)];

pub const RESOURCE_MODES: Words<ResourceMode> = &[
    ("managed", ResourceMode::Managed),
    ("data", ResourceMode::Data),
    ("ephemeral", ResourceMode::Ephemeral),
];

pub const ACTIONS: Words<Action> = &[
    ("no_op", Action::NoOp),
    ("create", Action::Create),
    ("read", Action::Read),
    ("update", Action::Update),
    ("delete_then_create", Action::DeleteThenCreate),
    ("create_then_delete", Action::CreateThenDelete),
    ("delete", Action::Delete),
    ("forget", Action::Forget),
    ("create_then_forget", Action::CreateThenForget),
];

const REASONS: &[Reason] = &[
    Reason::ReplaceBecauseCannotUpdate,
    Reason::ReplaceBecauseTainted,
    Reason::ReplaceByRequest,
    Reason::ReplaceByTriggers,
    Reason::DeleteBecauseNoResourceConfig,
    Reason::DeleteBecauseWrongRepetition,
    Reason::DeleteBecauseCountIndex,
    Reason::DeleteBecauseEachKey,
    Reason::DeleteBecauseNotEnabled,
    Reason::DeleteBecauseNoModule,
    Reason::DeleteBecauseNoMoveTarget,
    Reason::ReadBecauseConfigUnknown,
    Reason::ReadBecauseDependencyPending,
    Reason::ReadBecauseCheckNested,
];

const DEFERRED: &[&str] = &[
    "instance_count_unknown",
    "resource_config_unknown",
    "provider_config_unknown",
    "absent_prereq",
    "deferred_prereq",
    "unknown",
];

fn write<T: PartialEq>(words: Words<T>, meaning: &T) -> &'static str {
    words.iter().find(|(_, known)| known == meaning).map_or("", |(word, _)| word)
}

/// Word of a plan's mode.
pub fn mode(mode: Mode) -> &'static str {
    write(MODES, &mode)
}

/// Word of an action. The JSON plan's words do not tell the two replacements apart without their order.
pub fn action(action: Action) -> &'static str {
    write(ACTIONS, &action)
}

/// What a word means.
pub fn read<T: Copy>(words: Words<T>, word: &str) -> Result<T, Broken> {
    words
        .iter()
        .find(|(known, _)| *known == word)
        .map(|(_, meaning)| *meaning)
        .ok_or_else(|| Broken(format!("{word:?} is no known word")))
}

/// What the word of a reason means.
pub fn reason(word: &str) -> Result<Reason, Broken> {
    let found = REASONS.iter().copied().find(|reason| reason.word() == word);
    found.ok_or_else(|| Broken(format!("{word:?} is no known reason")))
}

/// The word why a change is deferred.
pub fn deferred(word: &str) -> Result<&'static str, Broken> {
    let found = DEFERRED.iter().copied().find(|known| *known == word);
    found.ok_or_else(|| Broken(format!("{word:?} is no known reason to defer")))
}

//! `precondition`, `postcondition`, `validation` and `assert`

use ordain_diag::{Diagnostics, Span};
use ordain_lang::ast::{Block, Expr, ExprKind};
use ordain_lang::refs::references;

use crate::fields::{Fields, bad_argument, schema};

/// What kind of block holds a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConditionKind {
    /// `precondition`
    Precondition,
    /// `postcondition`
    Postcondition,
    /// `validation`
    Validation,
    /// `assert`
    Assert,
}

/// A condition and what to say when it does not hold.
#[derive(Clone, Debug)]
pub struct Condition {
    /// What kind of block it is.
    pub kind: ConditionKind,
    /// `condition`
    pub condition: Expr,
    /// `error_message`
    pub error_message: Expr,
    /// The block's type.
    pub header: Span,
}

impl ConditionKind {
    /// The block's type.
    pub fn word(self) -> &'static str {
        match self {
            ConditionKind::Precondition => "precondition",
            ConditionKind::Postcondition => "postcondition",
            ConditionKind::Validation => "validation",
            ConditionKind::Assert => "assert",
        }
    }
}

impl Condition {
    /// Reads a block. `None` when there is no condition, which is reported.
    pub(crate) fn decode(kind: ConditionKind, block: &Block, found: &mut Diagnostics) -> Option<Condition> {
        let mut fields =
            Fields::exact(&block.body, &schema(&["condition", "error_message"], &[], &[]), found);
        let condition = fields.take("condition");
        if let Some(condition) = &condition
            && references(&condition.expr).is_empty()
        {
            let summary = format!("Invalid {} expression", kind.word());
            let detail = "The condition expression must refer to at least one object from elsewhere in the configuration, or else its result would not be checking anything.";
            found.push(bad_argument(summary, detail, condition.expr.span));
        }
        Some(Condition {
            kind,
            condition: condition?.expr,
            // Without one the condition is looked at all the same.
            error_message: fields
                .take("error_message")
                .map_or(Expr { span: block.header, kind: ExprKind::Broken }, |message| message.expr),
            header: block.header,
        })
    }

    /// Reads all blocks of a kind.
    pub(crate) fn decode_all(
        kind: ConditionKind,
        blocks: &[Block],
        found: &mut Diagnostics,
    ) -> Vec<Condition> {
        let matching = blocks.iter().filter(|block| &*block.block_type.text == kind.word());
        matching.filter_map(|block| Self::decode(kind, block, found)).collect()
    }
}

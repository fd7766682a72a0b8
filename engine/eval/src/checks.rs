//! What conditions and check blocks found.

use std::collections::BTreeMap;
use std::fmt;

use ordain_config::Reference;
use ordain_config::blocks::{Condition, ConditionKind};
use ordain_diag::{CheckInstance, CheckKind, CheckResult, CheckStatus, Diagnostic, Diagnostics, Span, codes};
use ordain_lang::ast::{Expr, Traversal};
use ordain_lang::eval::{Cause, evaluate, explain};
use ordain_lang::refs::references;
use ordain_lang::{Functions, Resolution, Scope, World};
use ordain_value::{Marks, Type, Value, convert};

use crate::core::{Core, error};
use crate::scope::InstanceScope;
use crate::{Conditions, Mode};

/// What conditions of one instance say: status, and the message of one that does not hold.
type Said = Vec<(CheckStatus, Option<String>)>;

/// Findings while they are made.
#[derive(Default)]
pub(crate) struct CheckTable {
    objects: BTreeMap<(CheckKind, String), Object>,
}

/// One declared object.
#[derive(Default)]
struct Object {
    /// Whether it was found out which instances there are.
    reached: bool,
    instances: BTreeMap<String, Said>,
}

impl CheckTable {
    /// Declares an object, so that it is listed even when no instance is reached.
    pub(crate) fn declare(&mut self, kind: CheckKind, address: String) {
        self.objects.entry((kind, address)).or_default();
    }

    /// Notes that it was found out which instances there are, which may be none.
    pub(crate) fn reach(&mut self, kind: CheckKind, address: &impl fmt::Display) {
        // Most configurations declare none, and the text of an address takes time to make.
        if self.objects.is_empty() {
            return;
        }
        if let Some(object) = self.objects.get_mut(&(kind, address.to_string())) {
            object.reached = true;
        }
    }

    /// Notes an instance that exists, whose conditions were not evaluated yet.
    pub(crate) fn expect(&mut self, kind: CheckKind, address: &str, instance: String) {
        let object = self.objects.entry((kind, address.to_owned())).or_default();
        object.instances.entry(instance).or_default();
    }

    /// Notes what conditions of an instance say.
    pub(crate) fn record(&mut self, kind: CheckKind, address: &str, instance: String, verdicts: &[Verdict]) {
        let object = self.objects.entry((kind, address.to_owned())).or_default();
        let said = verdicts.iter().map(|verdict| (verdict.status, verdict.message.clone()));
        object.instances.entry(instance).or_default().extend(said);
    }

    /// All findings, in order.
    pub(crate) fn findings(self) -> Vec<CheckResult> {
        let finding = |((kind, address), object): ((CheckKind, String), Object)| {
            let instances: Vec<CheckInstance> = object.instances.into_iter().map(instance_finding).collect();
            let none = if object.reached { CheckStatus::Pass } else { CheckStatus::Unknown };
            let status = instances.iter().map(|instance| instance.status).max().unwrap_or(none);
            CheckResult { kind, address, status, instances }
        };
        self.objects.into_iter().map(finding).collect()
    }
}

fn instance_finding((address, said): (String, Vec<(CheckStatus, Option<String>)>)) -> CheckInstance {
    let status = said.iter().map(|(status, _)| *status).max().unwrap_or(CheckStatus::Unknown);
    CheckInstance { address, status, messages: said.into_iter().filter_map(|(_, message)| message).collect() }
}

/// What one condition says.
pub(crate) struct Verdict {
    pub(crate) status: CheckStatus,
    /// The message, when it does not hold.
    pub(crate) message: Option<String>,
}

impl Core {
    /// Whether any condition stops what comes after it.
    pub(crate) fn stops(&self, verdicts: &[Verdict]) -> bool {
        let holds_up = |verdict: &Verdict| match verdict.status {
            CheckStatus::Error => true,
            CheckStatus::Fail => {
                let warns = [Conditions::Warn, Conditions::WarnForResources, Conditions::SilentForResources];
                !warns.contains(&self.input.conditions)
            }
            _ => false,
        };
        verdicts.iter().any(holds_up)
    }

    /// Evaluates conditions. In a check block what is found are warnings, elsewhere errors, unless the input says
    /// what else comes of them.
    pub(crate) fn check_all(
        &self,
        scope: &InstanceScope<'_>,
        conditions: &[Condition],
        of: CheckKind,
    ) -> (Vec<Verdict>, Diagnostics) {
        let (mut found, mut verdicts) = (Diagnostics::new(), Vec::new());
        let silent = of == CheckKind::Resource && self.input.conditions == Conditions::SilentForResources;
        for condition in conditions {
            let mut said = Diagnostics::new();
            let verdict = self.check(scope, condition, of, &mut said);
            let ignored = self.input.conditions == Conditions::Ignore;
            if ignored && condition.kind != ConditionKind::Validation {
                let holds = verdict.status != CheckStatus::Error;
                found.extend(said.into_iter().filter(|item| !holds && item.is_error()));
            } else {
                found.append(said);
                verdicts.push(verdict);
            }
        }
        if silent {
            // What cannot be evaluated is an error all the same: something would be missing without a word.
            found = found.into_iter().filter(Diagnostic::is_error).collect();
        }
        (verdicts, found)
    }

    fn check(
        &self,
        scope: &InstanceScope<'_>,
        condition: &Condition,
        of: CheckKind,
        found: &mut Diagnostics,
    ) -> Verdict {
        let traversals = references(&condition.condition);
        let named = references(&condition.error_message);
        let problems = scope.check_references(&traversals);
        // Of an assertion and of an output both are looked at together.
        let together = condition.kind == ConditionKind::Assert || of == CheckKind::OutputValue;
        let named_badly = together && scope.check_references(&named).has_errors();
        if !problems.has_errors() && !named_badly {
            return self.verdict(scope, condition, of, found);
        }
        match condition.kind {
            ConditionKind::Assert => misnamed_assert(scope, &traversals, condition, found),
            ConditionKind::Validation => {
                found.append(problems);
                found.append(scope.check_references(&named));
            }
            ConditionKind::Precondition | ConditionKind::Postcondition if together => {
                let all: Vec<Traversal> = traversals.iter().chain(&named).cloned().collect();
                found.append(scope.check_references(&all));
                misnamed(scope, &condition.condition, &all, found);
                misnamed(scope, &condition.error_message, &all, found);
            }
            ConditionKind::Precondition | ConditionKind::Postcondition => {
                found.append(problems);
                misnamed(scope, &condition.condition, &traversals, found);
                found.append(scope.check_references(&named));
                misnamed(scope, &condition.error_message, &named, found);
            }
        }
        if named.is_empty() {
            self.message(scope, condition, of, found);
        }
        Verdict { status: CheckStatus::Error, message: None }
    }

    /// The message of a condition that was evaluated before it. As in Terraform, whether it is a text is looked at once
    /// there is something to say: not while the condition is `open`.
    fn late_message(
        &self,
        scope: &InstanceScope<'_>,
        condition: &Condition,
        of: CheckKind,
        open: bool,
        found: &mut Diagnostics,
    ) -> Option<String> {
        let mut said = Diagnostics::new();
        let message = self.message(scope, condition, of, &mut said);
        let failed = said.has_errors().then(|| UNSAID.to_owned());
        let told = |item: &Diagnostic| !(open && item.summary == NO_MESSAGE);
        found.extend(said.into_iter().filter(told));
        message.or(failed)
    }

    fn verdict(
        &self,
        scope: &InstanceScope<'_>,
        condition: &Condition,
        of: CheckKind,
        found: &mut Diagnostics,
    ) -> Verdict {
        let span = condition.condition.span;
        let failed = Verdict { status: CheckStatus::Error, message: None };
        let validating = self.input.mode == Mode::Validate;
        // The message is evaluated in any case, so that errors in it are found early: first of all, but for variables.
        let first = of != CheckKind::InputVariable && !(validating && of == CheckKind::Resource);
        let before = found.error_count();
        let early = if first { self.message(scope, condition, of, found) } else { None };
        let unsaid = found.error_count() > before;
        let (value, problems) = self.evaluate(scope, &condition.condition);
        found.append(problems);
        let message = if first {
            early
        } else {
            let open = value.as_ref().is_some_and(|value| !value.is_known());
            self.late_message(scope, condition, of, open, found)
        };
        let Some(value) = value.filter(|_| !unsaid) else { return failed };
        if validating && matches!(of, CheckKind::Resource | CheckKind::Check) {
            // Only whether it can be evaluated is asked; what it says may depend on anything.
            return Verdict { status: CheckStatus::Unknown, message: None };
        }
        let (value, marks) = value.unmark();
        let value = match yes_or_no(value) {
            Ok(value) => value,
            Err(detail) => {
                found.push(error(codes::eval::CHECK_FAILED, invalid_summary(condition.kind), detail, span));
                return failed;
            }
        };
        match value.as_bool() {
            None => self.unknown(scope, condition, found),
            Some(true) => Verdict { status: CheckStatus::Pass, message: None },
            // As Terraform does: what cannot be said yet is said when there are values.
            Some(false) if validating && message.is_none() && of == CheckKind::InputVariable => {
                Verdict { status: CheckStatus::Unknown, message: None }
            }
            Some(false) => {
                let text = message.clone().unwrap_or_else(|| HIDDEN.to_owned());
                let problem =
                    error(codes::eval::CHECK_FAILED, failed_summary(of, condition.kind), &text, span);
                let problem = if self.warns(of, condition.kind) { as_warning(problem) } else { problem };
                let cause = if marks.is_sensitive() { Cause::Sensitive } else { Cause::Plain };
                found.push(explain(&condition.condition, scope, problem, cause));
                // What may not be shown is not stored either.
                Verdict { status: CheckStatus::Fail, message }
            }
        }
    }

    /// Whether a condition that does not hold is a warning.
    fn warns(&self, of: CheckKind, kind: ConditionKind) -> bool {
        match (kind, self.input.conditions) {
            (ConditionKind::Assert, _) => true,
            (ConditionKind::Validation, _) | (_, Conditions::Refuse | Conditions::Ignore) => false,
            (_, Conditions::Warn) => true,
            (_, Conditions::WarnForResources | Conditions::SilentForResources) => of == CheckKind::Resource,
        }
    }

    fn unknown(&self, scope: &InstanceScope<'_>, condition: &Condition, found: &mut Diagnostics) -> Verdict {
        let waits = matches!(self.input.mode, Mode::Plan | Mode::Apply);
        if condition.kind == ConditionKind::Assert && waits {
            let detail = "The condition could not be evaluated at this time, a result will be known when this plan is applied.";
            let span = condition.condition.span;
            let summary = "Check block assertion known after apply";
            let finding = Diagnostic::warning(codes::eval::CHECK_FAILED, summary, detail).with_span(span);
            found.push(explain(&condition.condition, scope, finding, Cause::Plain));
        }
        Verdict { status: CheckStatus::Unknown, message: None }
    }

    /// Whether a message must not be null. As in Terraform: a variable's value is refused whatever is said of it, and
    /// validating looks at the messages of outputs only.
    fn refuses_null(&self, of: CheckKind) -> bool {
        match of {
            CheckKind::InputVariable => false,
            CheckKind::OutputValue | CheckKind::Check => true,
            CheckKind::Resource => self.input.mode != Mode::Validate,
        }
    }

    /// The message; `None` when it cannot be shown or is not known.
    fn message(
        &self,
        scope: &InstanceScope<'_>,
        condition: &Condition,
        of: CheckKind,
        found: &mut Diagnostics,
    ) -> Option<String> {
        let expr = &condition.error_message;
        let named = references(expr);
        let problems = scope.check_references(&named);
        if problems.has_errors() {
            found.append(problems);
            if of == CheckKind::Resource {
                misnamed(scope, expr, &named, found);
            }
            return None;
        }
        let value = found.take(self.evaluate(scope, expr))?;
        let marks = value.marks_deep();
        let text = match convert(value.unmark_deep().0, &Type::String) {
            Ok(text) => text,
            // As in Terraform, which asks resources only later.
            Err(_)
                if matches!(of, CheckKind::Resource | CheckKind::InputVariable)
                    && self.input.mode == Mode::Validate =>
            {
                return None;
            }
            Err(problem) => {
                let detail = format!("Unsuitable value for error message: {problem}.");
                found.push(error(codes::eval::CHECK_FAILED, NO_MESSAGE, detail, expr.span));
                return None;
            }
        };
        if text.is_null() && self.refuses_null(of) {
            let detail = "Unsuitable value for error message: must not be null.";
            found.push(error(codes::eval::CHECK_FAILED, NO_MESSAGE, detail, expr.span));
        }
        let text = text.as_str().map(|text| text.trim().to_owned())?;
        if marks.is_sensitive() || marks.is_ephemeral() {
            found.extend(self.not_shown(marks, expr.span));
            return None;
        }
        Some(text)
    }

    /// Why a message is not shown. While validating, nothing would be.
    fn not_shown(&self, marks: Marks, span: Span) -> Option<Diagnostic> {
        if marks.is_sensitive() {
            let detail = "The error expression used to explain this condition refers to sensitive values, so Terraform will not display the resulting message.\n\nYou can correct this by removing references to sensitive values, or by carefully using the nonsensitive() function if the expression will not reveal the sensitive data.";
            let summary = "Error message refers to sensitive values";
            let warning = Diagnostic::warning(codes::eval::CHECK_FAILED, summary, detail).with_span(span);
            return (self.input.mode != Mode::Validate).then_some(warning);
        }
        let detail = "The error expression used to explain this condition refers to ephemeral values, so Terraform will not display the resulting message.\n\nYou can correct this by removing references to ephemeral values, or by using the ephemeralasnull() function on the references to not reveal ephemeral data.";
        let summary = "Error message refers to ephemeral values";
        Some(error(codes::eval::CHECK_FAILED, summary, detail, span))
    }
}

/// What stands for the message of a variable's rule that cannot be evaluated.
const UNSAID: &str = "Failed to evaluate condition error message.";

/// Summary of findings about messages that are none.
const NO_MESSAGE: &str = "Invalid error message";

/// The value of a condition as a bool, which may be unknown.
fn yes_or_no(value: Value) -> Result<Value, String> {
    if value.is_null() {
        return Err("Condition expression must return either true or false, not null.".to_owned());
    }
    convert(value, &Type::Bool).map_err(|problem| format!("Invalid condition result value: {problem}."))
}

const HIDDEN: &str =
    "This check failed, but has an invalid error message as described in the other accompanying messages.";

/// A finding that a rule refuses a value: told where the value was given, with the place of the rule.
pub(crate) fn refused_at(finding: Diagnostic, given: Span, rules: &[Condition]) -> Diagnostic {
    let told = finding.summary == failed_summary(CheckKind::InputVariable, ConditionKind::Validation);
    let rule = rules.iter().find(|rule| told && finding.span == Some(rule.condition.span));
    match rule {
        Some(rule) => {
            let finding = finding.with_span(given);
            finding.with_related("This was checked by the validation rule at", rule.header)
        }
        None => finding,
    }
}

fn failed_summary(of: CheckKind, kind: ConditionKind) -> &'static str {
    match of {
        CheckKind::InputVariable => "Invalid value for variable",
        CheckKind::OutputValue => "Module output value precondition failed",
        CheckKind::Check => "Check block assertion failed",
        CheckKind::Resource if kind == ConditionKind::Postcondition => "Resource postcondition failed",
        CheckKind::Resource => "Resource precondition failed",
    }
}

fn invalid_summary(kind: ConditionKind) -> String {
    match kind {
        ConditionKind::Validation => "Invalid variable validation result".to_owned(),
        ConditionKind::Precondition | ConditionKind::Postcondition | ConditionKind::Assert => {
            "Invalid condition result".to_owned()
        }
    }
}

/// Where names of objects are wrong, Terraform goes on without any names, and says what comes of it.
fn misnamed(scope: &InstanceScope<'_>, expr: &Expr, all: &[Traversal], found: &mut Diagnostics) {
    if scope.fails_statically(all) {
        found.append(evaluate(expr, &Nameless { inner: scope, none: true }).1);
    }
}

/// The references of an assertion and of its message are looked at together; then only the message is evaluated, with
/// the names that there are.
fn misnamed_assert(
    scope: &InstanceScope<'_>,
    traversals: &[Traversal],
    condition: &Condition,
    found: &mut Diagnostics,
) {
    let all: Vec<Traversal> =
        traversals.iter().cloned().chain(references(&condition.error_message)).collect();
    let (good, bad): (Vec<Traversal>, Vec<Traversal>) =
        all.into_iter().partition(|traversal| Reference::parse(traversal).is_ok());
    found.append(scope.check_references(&bad));
    found.append(scope.check_references(&good));
    let none = scope.fails_statically(&good);
    if !none && scope.check_references(&references(&condition.error_message)).has_errors() {
        // Told above.
        return;
    }
    found.append(evaluate(&condition.error_message, &Nameless { inner: scope, none }).1);
}

/// A scope without the names that mean nothing, or without any.
struct Nameless<'s> {
    inner: &'s InstanceScope<'s>,
    none: bool,
}

impl Scope for Nameless<'_> {
    fn resolve(&self, traversal: &Traversal) -> Resolution {
        if self.none || Reference::parse(traversal).is_err() {
            let root = traversal.root();
            let detail = format!("There is no variable named {:?}.", root.text);
            return Resolution::Failed(Box::new(error(
                codes::eval::UNDECLARED,
                "Unknown variable",
                detail,
                root.span,
            )));
        }
        self.inner.resolve(traversal)
    }

    fn settle(&self, expr: &Expr, value: Value, found: &mut Diagnostics) -> Value {
        self.inner.settle(expr, value, found)
    }

    fn functions(&self) -> Option<&dyn Functions> {
        self.inner.functions()
    }

    fn world(&self) -> &dyn World {
        self.inner.world()
    }
}

/// What a check block finds never stops anything.
fn as_warning(problem: Diagnostic) -> Diagnostic {
    Diagnostic { severity: ordain_diag::Severity::Warning, ..problem }
}

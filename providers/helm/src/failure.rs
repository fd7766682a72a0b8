//! What went wrong, on its way to a diagnostic.

use ordain_diag::{Diagnostic, codes};
use ordain_kube::{Client, KubeError};

/// A summary as the real provider words it, and what happened.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    pub(crate) summary: String,
    pub(crate) detail: String,
    /// Whether the cluster went out of reach after something was written.
    pub(crate) doubt: bool,
}

impl Failure {
    pub(crate) fn new(summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { summary: summary.into(), detail: detail.into(), doubt: false }
    }

    /// The same failure of work that was done through a client.
    #[must_use]
    pub(crate) fn through(self, client: &Client) -> Self {
        Self { doubt: client.is_in_doubt(), ..self }
    }

    pub(crate) fn diagnostic(&self) -> Diagnostic {
        let code = if self.doubt { codes::apply::IN_DOUBT } else { codes::provider::PROVIDER_ERROR };
        let mut diagnostic = Diagnostic::error(code, self.summary.clone(), self.detail.clone());
        diagnostic.hints.extend(unset(&self.detail));
        if !self.doubt {
            return diagnostic;
        }
        diagnostic.with_hint(
            "The cluster went out of reach half way, so that nobody knows what became of the release. Once it answers again, run \
             apply with -resume; helm history shows what is stored.",
        )
    }
}

/// What a template looked into that is not set: Helm names the whole expression and the field it wanted.
fn unset(message: &str) -> Option<String> {
    let (before, after) = message.split_once("nil pointer evaluating interface {}.")?;
    let expression = before.rsplit_once("at <")?.1.split_once('>')?.0.trim();
    let field: String = after.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    let (holder, _) = expression.rsplit_once(&format!(".{field}"))?;
    let holder = holder.rsplit(|c: char| c.is_whitespace() || c == '(').next()?;
    (!holder.is_empty()).then(|| {
        format!("{holder} is not set, so that .{field} cannot be read from it. Give it in values or set, or mend the template.")
    })
}

/// Several refusals as Helm lists them.
pub(crate) fn several(errors: &[String]) -> String {
    let count = match errors.len() {
        1 => "1 error occurred:".to_owned(),
        n => format!("{n} errors occurred:"),
    };
    let lines: String = errors.iter().map(|e| format!("\n\t* {e}")).collect();
    format!("{count}{lines}\n\n")
}

/// A refusal of the API as text.
pub(crate) fn said(error: &KubeError) -> String {
    error.to_string()
}

#[cfg(test)]
mod tests {
    use super::Failure;

    #[test]
    fn what_is_not_set_is_named() {
        let detail = "template: web/templates/cm.yaml:6:17: executing \"web/templates/cm.yaml\" at <.Values.image.settings.tag>: nil pointer evaluating interface {}.tag";
        let hints = Failure::new("installation failed", detail).diagnostic().hints;
        assert!(hints.iter().any(|hint| hint.starts_with(".Values.image.settings is not set")), "{hints:?}");
        assert!(Failure::new("installation failed", "other").diagnostic().hints.is_empty());
    }
}

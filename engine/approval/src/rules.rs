//! Who may approve what: the decoded `ordain.hcl`, as plain data.

/// What a repository demands. Made by whoever read `ordain.hcl`; [`Rules::default`] is "no such file", under
/// which one interactive yes is enough.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// Environments, in the order of the file. The first that claims a directory counts.
    pub environments: Vec<Environment>,
    /// Whether there is an `ordain.hcl` at all. With one, directories that no environment claims are refused.
    pub declared: bool,
}

/// What one environment demands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Environment {
    /// Name, such as `staging`.
    pub name: String,
    /// Directories that belong to it, relative to the top of the repository; what lies below belongs to it too.
    pub paths: Vec<String>,
    /// Who may approve, as principals of `allowed_signers`; `*` and `?` are wildcards.
    pub approvers: Vec<String>,
    /// How many different people must approve. 0: one yes at the prompt is enough.
    pub quorum: u32,
    /// Whether the plan's author counts as one of them.
    pub author_may_approve: bool,
    /// Seconds that a plan may be applied after it was made.
    pub plan_lifetime: Option<i64>,
    /// Seconds that an approval counts after it was given.
    pub approval_lifetime: Option<i64>,
    /// Whether an approval counts for a later plan with the same effects.
    pub same_effects: bool,
    /// Public keys of those who may open the secrets of stored plans; empty: they are stored in clear.
    pub sealed_to: Vec<String>,
}

impl Environment {
    /// An environment with the careful defaults: one approval, not by the author, a day's life for plan and
    /// approval, only for the very plan that was approved.
    pub fn new(name: impl Into<String>) -> Self {
        const DAY: i64 = 24 * 60 * 60;
        Self {
            name: name.into(),
            paths: Vec::new(),
            approvers: Vec::new(),
            quorum: 1,
            author_may_approve: false,
            plan_lifetime: Some(DAY),
            approval_lifetime: Some(DAY),
            same_effects: false,
            sealed_to: Vec::new(),
        }
    }

    /// Whether a directory belongs to it.
    pub fn claims(&self, directory: &str) -> bool {
        let Some(directory) = plain(directory) else { return false };
        self.paths.iter().filter_map(|path| plain(path)).any(|path| {
            path.is_empty()
                || directory == path
                || directory.strip_prefix(&path).is_some_and(|rest| rest.starts_with('/'))
        })
    }

    /// Whether somebody may approve here.
    pub fn may_approve(&self, principal: &str) -> bool {
        self.approvers.iter().any(|pattern| matches(pattern, principal))
    }

    /// Whether somebody may approve a plan of this author here. Where no approvals are demanded everybody may.
    ///
    /// # Errors
    /// The reason, without full stop.
    pub fn admits(&self, principal: &str, author: Option<&str>) -> Result<(), String> {
        if self.quorum == 0 {
            return Ok(());
        }
        if !self.may_approve(principal) {
            return Err(format!("{principal} may not approve {}", self.name));
        }
        match author {
            _ if self.author_may_approve => Ok(()),
            None => Err(format!(
                "the plan does not say who made it, so it cannot be told whether {principal} is somebody else"
            )),
            Some(author) if author == principal => {
                Err(format!("{principal} made the plan and may not approve it as well"))
            }
            Some(_) => Ok(()),
        }
    }
}

impl Rules {
    /// The environment that claims a directory.
    pub fn environment_of(&self, directory: &str) -> Option<&Environment> {
        self.environments.iter().find(|environment| environment.claims(directory))
    }

    /// The environment of this name.
    pub fn named(&self, name: &str) -> Option<&Environment> {
        self.environments.iter().find(|environment| environment.name == name)
    }
}

/// The path without empty, `.` and `..` parts; `None` when it leads out of the top.
fn plain(path: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Whether a text fits a pattern with `*` (any characters) and `?` (one character). On a mismatch only the
/// last star is tried again, so the cost is at most the product of both lengths.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let text: Vec<char> = text.chars().collect();
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(c) if *c == '?' || Some(c) == text.get(t) => {
                p += 1;
                t += 1;
            }
            _ => match star {
                Some((at, from)) => {
                    star = Some((at, from + 1));
                    p = at + 1;
                    t = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(p).all(|c| *c == '*')
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;

//! Trees in text.

/// A line and the lines below it.
pub struct Branch {
    /// The line.
    pub label: String,
    /// What hangs below.
    pub inner: Vec<Branch>,
}

/// The lines of branches, each with a line break.
pub fn draw(branches: &[Branch]) -> String {
    let mut text = String::new();
    add(branches, "", &mut text);
    text
}

fn add(branches: &[Branch], indent: &str, text: &mut String) {
    for (at, branch) in branches.iter().enumerate() {
        let last = at + 1 == branches.len();
        let (tie, below) = if last { ("└── ", "    ") } else { ("├── ", "│   ") };
        text.push_str(&format!("{indent}{tie}{}\n", branch.label));
        add(&branch.inner, &format!("{indent}{below}"), text);
    }
}

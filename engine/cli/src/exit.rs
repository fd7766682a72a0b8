//! How a command ended.

/// How a command ended, and the exit code that says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// It did what it was asked.
    Done,
    /// It did not.
    Failed,
    /// `plan -detailed-exitcode`: there are changes. `fmt`: a file could not be read or parsed.
    Changes,
    /// `fmt -check`: some files are not in canonical form.
    NotFormatted,
}

impl Exit {
    /// The exit code.
    pub fn code(self) -> u8 {
        match self {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Changes => 2,
            Exit::NotFormatted => 3,
        }
    }
}

//! Values of root variables: from the environment, from files, from the command line.

/// A value given on the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given {
    /// `-var 'name=value'`
    Var(String),
    /// `-var-file=path`
    File(String),
}

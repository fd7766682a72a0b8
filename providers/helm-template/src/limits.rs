//! How much a rendering may do: charts are other people's programs.

/// What is left of a rendering's share.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    steps: u64,
    bytes: usize,
}

impl Default for Limits {
    /// Far beyond what any real chart takes (a large one needs some 10^5 steps), a few seconds at most.
    fn default() -> Self {
        Self { steps: 20_000_000, bytes: 256 << 20 }
    }
}

impl Limits {
    /// Takes steps; a step is about one evaluated command.
    ///
    /// # Errors
    /// A text for the user when there are none left.
    pub(crate) fn charge(&mut self, steps: u64) -> Result<(), String> {
        let left =
            self.steps.checked_sub(steps).ok_or("rendering takes too long: the limit of steps is reached")?;
        self.steps = left;
        Ok(())
    }

    /// Takes memory for text or items about to be made.
    ///
    /// # Errors
    /// A text for the user when there is none left.
    pub(crate) fn produce(&mut self, bytes: usize) -> Result<(), String> {
        let left =
            self.bytes.checked_sub(bytes).ok_or("rendering takes too much memory: the limit is reached")?;
        self.bytes = left;
        self.charge(u64::try_from(bytes / 64).unwrap_or(u64::MAX))
    }
}

//! How far each step got: which may begin, which never will.

use ordain_plan::{Step, StepKind};

/// How far a step got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    Waiting,
    Running,
    Done,
    Failed,
}

/// The execution graph while it is carried out.
pub(crate) struct Ledger {
    kinds: Vec<StepKind>,
    progress: Vec<Progress>,
    /// Number of steps that each one still waits for.
    waits: Vec<usize>,
    followers: Vec<Vec<u32>>,
    /// Steps that wait for no other step any more and were not asked for yet.
    opened: Vec<u32>,
}

impl Ledger {
    pub(crate) fn new(steps: &[Step]) -> Self {
        let mut followers = vec![Vec::new(); steps.len()];
        let mut opened = Vec::new();
        for (at, step) in (0u32..).zip(steps) {
            if step.after.is_empty() {
                opened.push(at);
            }
            for earlier in &step.after {
                if let Some(list) = followers.get_mut(earlier.0 as usize) {
                    list.push(at);
                }
            }
        }
        Self {
            kinds: steps.iter().map(|step| step.kind).collect(),
            progress: vec![Progress::Waiting; steps.len()],
            waits: steps.iter().map(|step| step.after.len()).collect(),
            followers,
            opened,
        }
    }

    pub(crate) fn kind(&self, step: u32) -> Option<StepKind> {
        self.kinds.get(step as usize).copied()
    }

    /// Steps that wait for no other step since this was asked last, in order.
    pub(crate) fn opened(&mut self) -> Vec<u32> {
        let mut opened = std::mem::take(&mut self.opened);
        opened.sort_unstable();
        opened
    }

    /// Hands an open step out once more, now that what it lacked is there.
    pub(crate) fn again(&mut self, step: u32) {
        self.opened.push(step);
    }

    /// Whether a step may begin as far as other steps go.
    pub(crate) fn is_open(&self, step: u32) -> bool {
        self.waits.get(step as usize) == Some(&0)
            && self.progress.get(step as usize) == Some(&Progress::Waiting)
    }

    pub(crate) fn begin(&mut self, step: u32) {
        self.set(step, Progress::Running);
    }

    pub(crate) fn finish(&mut self, step: u32, well: bool) {
        self.set(step, if well { Progress::Done } else { Progress::Failed });
        let mut ended: Vec<u32> = if well { vec![step] } else { Vec::new() };
        while let Some(step) = ended.pop() {
            for later in self.followers.get(step as usize).cloned().unwrap_or_default() {
                if self.release(later) {
                    ended.push(later);
                }
            }
        }
    }

    /// Whether every step ended well.
    pub(crate) fn is_complete(&self) -> bool {
        self.progress.iter().all(|progress| *progress == Progress::Done)
    }

    fn set(&mut self, step: u32, progress: Progress) {
        if let Some(slot) = self.progress.get_mut(step as usize) {
            *slot = progress;
        }
    }

    /// One step less to wait for. Joins do nothing, so they end as soon as they may begin: then true.
    fn release(&mut self, step: u32) -> bool {
        let Some(count) = self.waits.get_mut(step as usize) else { return false };
        *count = count.saturating_sub(1);
        if *count > 0 {
            return false;
        }
        if matches!(self.kind(step), Some(StepKind::Join(_))) {
            self.set(step, Progress::Done);
            return true;
        }
        self.opened.push(step);
        false
    }
}

//! Who works on tasks: at most so many calls to providers at a time, beside the loop where somebody takes work there.
//!
//! The evaluator is one, and so is the loop that owns it; what a provider says of an instance needs neither. While the
//! loop evaluates, tasks are worked on beside it, a bundle at a time and in the order in which they came. A few tasks
//! are not worth the way there: what comes one by one, as in a long chain, is done where it is.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use futures_util::future::{BoxFuture, FutureExt, poll_fn};
use futures_util::stream::{FuturesUnordered, Stream, StreamExt};

use crate::session::{Done, Session};
use crate::task::Task;

/// Takes work that runs beside its caller. What is dropped before its end is not needed any more.
pub type Beside = Arc<dyn Fn(BoxFuture<'static, ()>) + Send + Sync>;

/// How many tasks at once are worth the way to another thread.
const BUNDLE: usize = 16;

/// Those who work on tasks.
pub(crate) struct Crew {
    here: Bench,
    beside: Option<Away>,
}

impl Crew {
    pub(crate) fn new(session: &Arc<Session>, beside: Option<&Beside>) -> Self {
        let bench = || Bench::new(Arc::clone(session));
        Self { here: bench(), beside: beside.map(|beside| Away::new(bench(), beside)) }
    }

    /// Takes tasks; they are worked on at the latest when somebody asks for what is done.
    pub(crate) fn take(&mut self, tasks: Vec<Task>) {
        match &mut self.beside {
            // Only one place works at a time: together they could have more calls at work than are allowed.
            Some(away) if self.here.is_idle() && (away.tasks > 0 || tasks.len() >= BUNDLE) => {
                away.send(tasks);
            }
            _ => self.here.take(tasks),
        }
    }

    /// What was done, as soon as anything is; nothing when there is no work left.
    ///
    /// # Errors
    /// Work ended in the middle, as a program does that has a defect.
    pub(crate) async fn done(&mut self) -> Result<Vec<Done>, Broken> {
        poll_fn(|context| self.poll_done(context)).await
    }

    /// The same without waiting: nothing where nothing is done yet.
    pub(crate) fn done_by_now(&mut self) -> Result<Vec<Done>, Broken> {
        self.done().now_or_never().unwrap_or_else(|| Ok(Vec::new()))
    }

    fn poll_done(&mut self, context: &mut Context<'_>) -> Poll<Result<Vec<Done>, Broken>> {
        match &mut self.beside {
            Some(away) if away.tasks > 0 => away.poll_done(context),
            _ => self.here.poll_done(context).map(Ok),
        }
    }
}

/// Work ended in the middle.
pub(crate) struct Broken;

/// Tasks that are worked on in one place.
struct Bench {
    session: Arc<Session>,
    limit: usize,
    waiting: VecDeque<Task>,
    flying: FuturesUnordered<BoxFuture<'static, Done>>,
}

impl Bench {
    fn new(session: Arc<Session>) -> Self {
        let limit = session.options.parallelism.max(1);
        Self { session, limit, waiting: VecDeque::new(), flying: FuturesUnordered::new() }
    }

    fn take(&mut self, tasks: Vec<Task>) {
        match self.waiting.is_empty() {
            // As they came, not one by one.
            true => self.waiting = tasks.into(),
            false => self.waiting.extend(tasks),
        }
    }

    fn is_idle(&self) -> bool {
        self.waiting.is_empty() && self.flying.is_empty()
    }

    /// What is done once something is, or nothing when nothing is left.
    fn poll_done(&mut self, context: &mut Context<'_>) -> Poll<Vec<Done>> {
        // Most is done at once.
        let mut done = Vec::with_capacity(self.waiting.len());
        loop {
            // What waits for its turn waits as a task: the work that it becomes is larger. What is done at once does
            // not have to be looked after.
            while self.flying.len() < self.limit
                && let Some(task) = self.waiting.pop_front()
            {
                let mut work = task.carried_out(Arc::clone(&self.session)).boxed();
                match work.poll_unpin(context) {
                    Poll::Ready(result) => done.push(result),
                    Poll::Pending => self.flying.push(work),
                }
            }
            match self.flying.poll_next_unpin(context) {
                Poll::Ready(Some(result)) => done.push(result),
                Poll::Pending if done.is_empty() => return Poll::Pending,
                Poll::Pending | Poll::Ready(None) => return Poll::Ready(done),
            }
        }
    }
}

/// Work that is done beside the loop.
struct Away {
    bundles: UnboundedSender<Vec<Task>>,
    reports: UnboundedReceiver<Vec<Done>>,
    /// Tasks that were sent and are not done.
    tasks: usize,
}

impl Away {
    fn new(bench: Bench, beside: &Beside) -> Self {
        let (bundles, received) = unbounded();
        let (sender, reports) = unbounded();
        beside(work(bench, received, sender).boxed());
        Self { bundles, reports, tasks: 0 }
    }

    fn send(&mut self, tasks: Vec<Task>) {
        self.tasks += tasks.len();
        // Where nobody is left to take them, there are no reports either, and that is told.
        drop(self.bundles.unbounded_send(tasks));
    }

    fn poll_done(&mut self, context: &mut Context<'_>) -> Poll<Result<Vec<Done>, Broken>> {
        self.reports.poll_next_unpin(context).map(|report| {
            let done = report.ok_or(Broken)?;
            self.tasks = self.tasks.saturating_sub(done.len());
            Ok(done)
        })
    }
}

/// What a bench sees next.
enum Seen {
    Bundle(Vec<Task>),
    Done(Vec<Done>),
    End,
}

/// Works until nobody sends any more: then nobody waits for what is not done either.
async fn work(
    mut bench: Bench,
    mut bundles: UnboundedReceiver<Vec<Task>>,
    reports: UnboundedSender<Vec<Done>>,
) {
    loop {
        match poll_fn(|context| see(&mut bench, Pin::new(&mut bundles), context)).await {
            Seen::Bundle(tasks) => bench.take(tasks),
            Seen::Done(done) => match reports.unbounded_send(done) {
                Ok(()) => {}
                Err(_) => return,
            },
            Seen::End => return,
        }
    }
}

fn see(
    bench: &mut Bench,
    bundles: Pin<&mut UnboundedReceiver<Vec<Task>>>,
    context: &mut Context<'_>,
) -> Poll<Seen> {
    if !bench.is_idle()
        && let Poll::Ready(done) = bench.poll_done(context)
    {
        return Poll::Ready(Seen::Done(done));
    }
    bundles.poll_next(context).map(|bundle| bundle.map_or(Seen::End, Seen::Bundle))
}

#[cfg(test)]
#[path = "crew_tests.rs"]
mod tests;

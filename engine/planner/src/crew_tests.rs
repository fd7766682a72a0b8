use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread, ThreadId};

use async_trait::async_trait;
use futures_util::future::{BoxFuture, poll_fn};
use ordain_addr::ProviderConfigAddr;
use ordain_config::ModuleTree;
use ordain_diag::Diagnostics;
use ordain_eval::{Asked, WantedProvider};
use ordain_plan::Silent;
use ordain_provider::{ObjectSchemas, Provider, ProviderSource};
use ordain_value::{Type, Value};

use super::{BUNDLE, Beside, Broken, Crew};
use crate::Options;
use crate::session::{Done, Session};
use crate::task::Task;

struct Parked(Thread);

impl Wake for Parked {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

fn block_on<F: Future>(work: F) -> F::Output {
    let waker = Waker::from(Arc::new(Parked(thread::current())));
    let mut work = pin!(work);
    loop {
        match work.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(done) => return done,
            Poll::Pending => thread::park(),
        }
    }
}

/// A source that has no provider and says so after a while; it counts who asks at the same time, and where.
#[derive(Default)]
struct Slow {
    asking: AtomicUsize,
    most: AtomicUsize,
    threads: Mutex<Vec<ThreadId>>,
}

#[async_trait]
impl ProviderSource for Slow {
    async fn instance(&self, _: &ProviderConfigAddr) -> Result<Arc<dyn Provider>, Diagnostics> {
        let asking = self.asking.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(asking, Ordering::SeqCst);
        self.threads.lock().unwrap().push(thread::current().id());
        let mut left = 3;
        poll_fn(|context| {
            context.waker().wake_by_ref();
            left -= 1;
            if left == 0 { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
        self.asking.fetch_sub(1, Ordering::SeqCst);
        Err(Diagnostics::new())
    }
}

fn crew(parallelism: usize, beside: Option<Beside>) -> Crew {
    let session = Session {
        options: Options { parallelism, ..Options::default() },
        before_destroy: false,
        schemas: ObjectSchemas::new(std::collections::BTreeMap::new()),
        observer: Arc::new(Silent),
        tree: Arc::new(ModuleTree::default()),
    };
    Crew::new(&Arc::new(session), beside.as_ref())
}

fn on_a_thread() -> Beside {
    Arc::new(|work: BoxFuture<'static, ()>| drop(thread::spawn(|| block_on(work))))
}

fn address(number: usize) -> Arc<ProviderConfigAddr> {
    ProviderConfigAddr::parse(&format!("provider[\"x/y/z\"].n{number}")).unwrap().into()
}

fn tasks(source: &Arc<Slow>, numbers: std::ops::Range<usize>) -> Vec<Task> {
    let task = |number| {
        let config = Value::null(Type::Dynamic);
        let wanted = WantedProvider { address: address(number), config, span: None };
        Task::Provider(source.clone(), Box::new(wanted))
    };
    numbers.map(task).collect()
}

fn settled(number: usize) -> Task {
    Task::settled(Done::failed(Asked::Provider(address(number)), Diagnostics::new()))
}

/// Everything that a crew does until no work is left.
fn all(crew: &mut Crew) -> Vec<Arc<ProviderConfigAddr>> {
    let mut all = Vec::new();
    loop {
        let done = block_on(crew.done()).ok().expect("nobody went away");
        if done.is_empty() {
            return all;
        }
        all.extend(done.into_iter().map(|done| match done.answer {
            Some((Asked::Provider(address), _)) => address,
            _ => panic!("providers were asked for"),
        }));
    }
}

#[test]
fn no_more_calls_are_in_flight_than_asked_for() {
    for beside in [None, Some(on_a_thread())] {
        let (source, mut crew) = (Arc::new(Slow::default()), crew(3, beside));
        crew.take(tasks(&source, 0..40));
        crew.take(tasks(&source, 40..80));
        let mut done = all(&mut crew);
        done.sort();
        let mut expected: Vec<_> = (0..80).map(address).collect();
        expected.sort();
        assert_eq!(done, expected);
        assert_eq!(source.most.load(Ordering::SeqCst), 3);
    }
}

#[test]
fn bundles_are_done_beside_and_single_tasks_here() {
    let (source, mut crew) = (Arc::new(Slow::default()), crew(10, Some(on_a_thread())));
    crew.take(tasks(&source, 0..BUNDLE));
    all(&mut crew);
    let here = thread::current().id();
    let threads = || std::mem::take(&mut *source.threads.lock().unwrap());
    assert!(threads().iter().all(|thread| *thread != here));
    crew.take(tasks(&source, 0..BUNDLE - 1));
    all(&mut crew);
    assert_eq!(threads(), vec![here; BUNDLE - 1]);
}

#[test]
fn what_is_done_at_once_comes_in_the_order_of_the_tasks() {
    let mut crew = crew(2, Some(on_a_thread()));
    for first in [0, 20, 40] {
        crew.take((first..first + 20).map(settled).collect());
    }
    assert_eq!(all(&mut crew), (0..60).map(address).collect::<Vec<_>>());
    assert!(crew.done_by_now().is_ok_and(|done| done.is_empty()));
}

#[test]
fn work_that_ends_in_the_middle_is_told() {
    let mut crew = crew(10, Some(Arc::new(drop)));
    crew.take((0..BUNDLE).map(settled).collect());
    assert!(matches!(block_on(crew.done()), Err(Broken)));
}

use std::sync::mpsc::channel;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::runtime::Builder;

use super::beside;

#[test]
fn work_runs_on_a_thread_of_its_own_and_within_the_runtime() {
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let (sender, received) = channel();
    runtime.block_on(async {
        let work = async move {
            // Timers are the runtime's.
            tokio::time::sleep(Duration::from_millis(1)).await;
            sender.send(std::thread::current().id()).unwrap();
        };
        beside().unwrap()(work.boxed());
    });
    let there = received.recv_timeout(Duration::from_secs(20)).unwrap();
    assert_ne!(there, std::thread::current().id());
}

#[test]
fn one_thread_has_no_room_beside() {
    let alone = Builder::new_current_thread().build().unwrap();
    assert!(alone.block_on(async { beside().is_none() }));
    let one = Builder::new_multi_thread().worker_threads(1).build().unwrap();
    assert!(one.block_on(async { beside().is_none() }));
    assert!(beside().is_none());
}

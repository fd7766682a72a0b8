//! Provider processes end with us, also when we are killed and can ask nobody to end.
//!
//! Linux sends a signal to a process whose parent dies, if the process asked for it. Providers do not ask, so our
//! own program is started in their place, asks, and becomes the provider: [`run`]. The parent in that sense is the
//! thread that started the process; therefore all are started by one thread that lives as long as we do.

use std::path::Path;
use std::sync::mpsc::{Sender, channel};
use std::sync::{OnceLock, PoisonError, mpsc};

use tokio::process::{Child, Command};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

/// First argument of our program when it is to become a provider.
pub const GUARD: &str = "plugin-guard";

/// Asks for a signal at the death of the parent and becomes the program. The arguments are those after [`GUARD`]:
/// the parent's process id, and the program. Comes back only when that fails, with a sentence.
pub fn run(arguments: &[String]) -> String {
    let [parent, program] = arguments else { return format!("{GUARD} is for internal use") };
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{Signal, getppid, set_parent_process_death_signal};
        if let Err(error) = set_parent_process_death_signal(Some(Signal::KILL)) {
            return format!("no signal can be asked for: {error}");
        }
        // It may have died before we could ask.
        let present = getppid().map(|id| id.as_raw_nonzero().get().to_string());
        if present.as_ref() != Some(parent) {
            return "the parent is gone".to_owned();
        }
    }
    #[cfg(not(target_os = "linux"))]
    let _unused = parent;
    become_program(program)
}

#[cfg(unix)]
fn become_program(program: &str) -> String {
    let error = std::os::unix::process::CommandExt::exec(&mut std::process::Command::new(program));
    format!("{program} cannot be started: {error}")
}

#[cfg(not(unix))]
fn become_program(program: &str) -> String {
    format!("{program} cannot be started in this way on this system")
}

/// The command that starts a program, through the guard where there is one.
pub(crate) fn command(guard: Option<&Path>, program: &Path) -> Command {
    match guard.zip(program.to_str()) {
        None => Command::new(program),
        Some((guard, program)) => {
            let mut command = Command::new(guard);
            command.arg(GUARD).arg(std::process::id().to_string()).arg(program);
            command
        }
    }
}

type Job = (Command, Handle, oneshot::Sender<std::io::Result<Child>>);

/// Starts a command from the thread that lives as long as we do.
pub(crate) async fn spawn(command: Command) -> std::io::Result<Child> {
    static STARTER: OnceLock<std::sync::Mutex<Sender<Job>>> = OnceLock::new();
    let starter = STARTER.get_or_init(|| {
        let (send, jobs) = channel();
        std::thread::spawn(move || work(&jobs));
        send.into()
    });
    let (answer, answered) = oneshot::channel();
    let gone = || std::io::Error::other("the thread that starts processes is gone");
    let job = (command, Handle::current(), answer);
    let sent = starter.lock().unwrap_or_else(PoisonError::into_inner).send(job);
    sent.map_err(|_| gone())?;
    answered.await.map_err(|_| gone())?
}

fn work(jobs: &mpsc::Receiver<Job>) {
    while let Ok((mut command, runtime, answer)) = jobs.recv() {
        let _inside = runtime.enter();
        // Nobody waits any more: the process is ended when it is dropped.
        let _unheard = answer.send(command.spawn());
    }
}

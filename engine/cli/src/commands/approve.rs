//! `ordain approve`

use std::io::IsTerminal;
use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command};
use ordain_diag::Sources;
use ordain_operations::approving::{self, Options, Signing};
use ordain_operations::sealing;

use super::Entry;
use crate::exit::Exit;
use crate::flags::{is_on, switch, text, value};
use crate::render;
use crate::session::Session;
use crate::ui::Ui;

/// Row of the table.
pub const ENTRY: Entry = Entry {
    words: &["approve"],
    about: "Sign exactly one stored plan",
    flags,
    run: |matches, session| act(matches, session).unwrap_or_else(|exit| exit),
};

fn flags(command: Command) -> Command {
    command
        .arg(Arg::new("plan").required(true).help("Stored plan: a file, or the URL of a blob"))
        .arg(value(
            "key",
            "Private key in OpenSSH's form; ORDAIN_SSH_KEY or ~/.ssh/id_ed25519 when not given",
        ))
        .arg(value("as", "Who signs, as allowed_signers names them; git's user.email when not given"))
        .arg(value("attach", "Statement FILE that ssh-keygen signed; the signature is FILE.sig"))
        .arg(value("policies", "Directory of policies"))
        .arg(switch(
            "statement",
            false,
            "Only print what would be signed, for ssh-keygen -Y sign -n ordain-approval",
        ))
        .arg(switch("no-color", false, "No colours"))
}

fn act(matches: &ArgMatches, session: &mut Session) -> Result<Exit, Exit> {
    let place = text(matches, "plan").unwrap_or_default().to_owned();
    let bytes = session.block_on(ordain_operations::plan_store::read(&session.workdir, &place));
    let bytes = bytes.map_err(|error| session.fail(error))?;
    let (file, digests) =
        sealing::read(&session.workdir, &place, &bytes).map_err(|error| session.fail(error))?;
    let principal = text(matches, "as").map(str::to_owned);
    if is_on(matches, "statement") {
        let statement = approving::statement(&session.workdir, &file, digests, principal.as_deref());
        let statement = statement.map_err(|error| session.fail(error))?;
        session.ui.say(&statement.text());
        return Ok(Exit::Done);
    }
    let style = session.ui.style();
    render::plan::pieces(&file.plan, &file.schemas, style, false, &mut |piece| session.ui.say(piece));
    let signing = match text(matches, "attach") {
        Some(path) => Signing::Attached(PathBuf::from(path)),
        None => Signing::Key(text(matches, "key").map(PathBuf::from)),
    };
    let options = Options { signing, principal, policies: text(matches, "policies").map(PathBuf::from) };
    let workdir = session.workdir.clone();
    let (approved, found) = session.drive(|ui| {
        let (workdir, options, place) = (&workdir, &options, &place);
        approving::approve(workdir, place, options, || passphrase(ui, workdir))
    });
    let exit = session.report(&found, &Sources::new());
    if let Some(approved) = approved {
        session.ui.line(&format!(
            "\nApproved by {} ({}).\nRoot: {}\nThe plan now carries {} approval(s).",
            approved.principal, approved.key, digests.root, approved.approvals
        ));
    }
    Ok(exit)
}

/// The passphrase of an encrypted key: from the environment, else asked for without showing it.
fn passphrase(ui: &mut Ui, workdir: &ordain_operations::Workdir) -> Result<String, String> {
    if let Some(given) = workdir.env.get("ORDAIN_SSH_PASSPHRASE") {
        return Ok(given.clone());
    }
    if !std::io::stdin().is_terminal() {
        return Err("nobody can be asked; set ORDAIN_SSH_PASSPHRASE".to_owned());
    }
    let answer = ui.ask_hidden("Passphrase of the key: ");
    answer.ok_or_else(|| {
        "none was given, or the terminal cannot hide what is typed; set ORDAIN_SSH_PASSPHRASE".to_owned()
    })
}

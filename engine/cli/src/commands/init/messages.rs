//! What `init -json` says to programs: Terraform's message types, with what it adds as `log` messages.

use ordain_operations::init::{Event, News};

use super::lines;
use crate::ui::Ui;

/// One of the texts that stand for a step as a whole; `code` names it.
pub fn output(ui: &Ui, code: &str, text: &str) {
    if let Some(machine) = ui.machine() {
        machine.tell(text, "init_output", [("message_code", code.into())]);
    }
}

/// A piece of news.
pub fn tell(ui: &Ui, news: &News) {
    match news {
        News::CopyingModule(_) => {
            output(ui, "copying_configuration_message", lines::line(news, ui.style()).as_str());
        }
        News::Backend => output(ui, "initializing_backend_message", "Initializing the backend..."),
        News::Configured(kind) => {
            let text = format!(
                "Successfully configured the backend {kind:?}! Ordain will automatically\nuse this backend unless the backend configuration changes."
            );
            output(ui, "backend_configured_success", &text);
        }
        News::Modules => output(ui, "initializing_modules_message", "Initializing modules..."),
        News::Upgrading => output(ui, "upgrading_modules_message", "Upgrading modules..."),
        News::Providers => {
            output(ui, "initializing_provider_plugin_message", "Initializing provider plugins...");
        }
        News::Locked { first: true } => output(ui, "lock_info", lines::locked(true)),
        News::Locked { first: false } => output(ui, "dependencies_lock_changes_info", lines::locked(false)),
        News::Builtin(address) => log(ui, &format!("{address} is built in to Ordain")),
        News::Changed
        | News::Unsetting(_)
        | News::Unset(_)
        | News::Copied(_)
        | News::Downloading(..)
        | News::Module(..) => {
            log(ui, &lines::line(news, ui.style()));
        }
        News::Transfer(_) | News::Provider(Event::Transfer(_)) => {}
        News::Provider(event) => log(ui, &package(event)),
        News::Served(..) => log(ui, lines::line(news, ui.style()).trim_start_matches("- ")),
    }
}

fn log(ui: &Ui, text: &str) {
    if let Some(machine) = ui.machine() {
        machine.log(text);
    }
}

/// What happens to a package, in the words that programs look for.
fn package(event: &Event) -> String {
    match event {
        Event::Reusing(address) => {
            format!("{}: Reusing previous version from the dependency lock file", address.for_display())
        }
        Event::Finding(address, constraints) if constraints.is_empty() => {
            format!("Finding latest version of {}...", address.for_display())
        }
        Event::Finding(address, constraints) => format!(
            "Finding matching versions for provider: {}, version_constraint: {constraints:?}",
            address.for_display()
        ),
        Event::Installing(address, version) => {
            format!("Installing provider version: {} v{version}...", address.for_display())
        }
        Event::Installed(address, version, who) => {
            format!("Installed provider version: {} v{version} ({who})", address.for_display())
        }
        Event::Present(address, version) => {
            format!("{} v{version}: Using previously-installed provider version", address.for_display())
        }
        Event::Warned(address, words) => {
            format!("The registry has something to say about {}: {}", address.for_display(), words.join("; "))
        }
        Event::Transfer(_) => String::new(),
        Event::FromCache(address, version) => {
            format!("{} v{version}: Using from the shared cache directory", address.for_display())
        }
    }
}

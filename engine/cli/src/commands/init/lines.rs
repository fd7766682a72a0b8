//! What `init` says to people: one line for each piece of news.

use ordain_addr::ProviderAddr;
use ordain_operations::init::{Event, News};
use ordain_operations::serving::Served;

use crate::render::style::Style;

/// A piece of news as a line.
pub fn line(news: &News, style: Style) -> String {
    match news {
        News::CopyingModule(source) => style.bold(&format!("Copying configuration from {source:?}...")),
        News::Backend => style.bold("Initializing the backend..."),
        News::Configured(kind) => format!(
            "\nSuccessfully configured the backend {kind:?}! Ordain will automatically\nuse this backend unless the backend configuration changes."
        ),
        News::Changed => "Backend configuration changed!\n\nOrdain has detected that the backend is declared in another way than before, and looks for\nstates that have to come along.".to_owned(),
        News::Unsetting(kind) => format!("Ordain has detected you're unconfiguring your previously set {kind:?} backend."),
        News::Unset(kind) => format!("\nSuccessfully unset the backend {kind:?}. Ordain will now operate locally."),
        News::Copied(workspace) => format!("Copied the state of workspace {workspace:?}."),
        News::Modules => style.bold("Initializing modules..."),
        News::Upgrading => style.bold("Upgrading modules..."),
        News::Downloading(package, version, call) => downloading(package, version.as_deref(), call),
        // Told by a line of its own, which is written over.
        News::Transfer(_) => String::new(),
        News::Module(call, directory) => format!("- {call} in {directory}"),
        News::Providers => style.bold("Initializing provider plugins..."),
        News::Builtin(address) => format!("- {address} is built in to Ordain"),
        News::Provider(event) => package(event),
        News::Served(address, served) => serving(address, served),
        News::Locked { first } => format!("\n{}", locked(*first)),
    }
}

/// What was done to the lock file.
pub fn locked(first: bool) -> &'static str {
    match first {
        true => {
            "Ordain has created a lock file .terraform.lock.hcl to record the provider\nselections it made above. Include this file in your version control repository\nso that the same selections are made when you run \"ordain init\" in the future."
        }
        false => {
            "Ordain has made some changes to the provider dependency selections recorded\nin the .terraform.lock.hcl file. Review those changes and commit them to your\nversion control system if they represent changes you intended to make."
        }
    }
}

/// What is being downloaded, and for which call.
pub fn downloading(package: &str, version: Option<&str>, call: &str) -> String {
    let version = version.map(|version| format!(" {version}")).unwrap_or_default();
    format!("Downloading {package}{version} for {call}...")
}

fn package(event: &Event) -> String {
    match event {
        Event::Reusing(address) => {
            format!("- Reusing previous version of {} from the dependency lock file", address.for_display())
        }
        Event::Finding(address, constraints) if constraints.is_empty() => {
            format!("- Finding latest version of {}...", address.for_display())
        }
        Event::Finding(address, constraints) => {
            format!("- Finding {} versions matching {constraints:?}...", address.for_display())
        }
        Event::Installing(address, version) => {
            format!("- Installing {} v{version}...", address.for_display())
        }
        Event::Installed(address, version, who) => {
            format!("- Installed {} v{version} ({who})", address.for_display())
        }
        Event::Present(address, version) => {
            format!("- Using previously-installed {} v{version}", address.for_display())
        }
        Event::Warned(address, words) => {
            let rows: Vec<String> = words.iter().map(|word| format!("\n  - {word}")).collect();
            format!("- The registry has something to say about {}:{}", address.for_display(), rows.concat())
        }
        Event::Transfer(_) => String::new(),
        Event::FromCache(address, version) => {
            format!("- Using {} v{version} from the shared cache directory", address.for_display())
        }
    }
}

fn serving(address: &ProviderAddr, served: &Served) -> String {
    let name = address.for_display();
    let Served { version, why, .. } = served;
    if served.native {
        format!("- {name} v{version} is served natively: {why}")
    } else {
        format!("- {name} v{version} is served by the installed plugin: {why}")
    }
}

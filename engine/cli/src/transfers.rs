//! Downloads that take their time, as one line that is written over and over.

use ordain_operations::init::Transfer;

/// The longest line: what is wrapped could not be taken back.
const WIDTH: usize = 79;

/// What is being downloaded.
#[derive(Debug, Default)]
pub struct Transfers {
    active: Vec<Transfer>,
    drawn: usize,
}

impl Transfers {
    /// Takes in how far a download is, and gives what to write over the line that is there.
    pub fn update(&mut self, transfer: &Transfer) -> String {
        let known = self.active.iter().position(|one| one.name == transfer.name);
        match (known, transfer.over) {
            (Some(at), true) => drop(self.active.remove(at)),
            (Some(at), false) => {
                if let Some(one) = self.active.get_mut(at) {
                    one.clone_from(transfer);
                }
            }
            (None, true) => {}
            (None, false) => self.active.push(transfer.clone()),
        }
        self.redraw(&line(&self.active))
    }

    /// What takes the line away, so that another can be written in its place.
    pub fn clear(&mut self) -> String {
        self.redraw("")
    }

    fn redraw(&mut self, line: &str) -> String {
        let drawn = std::mem::replace(&mut self.drawn, line.chars().count());
        match drawn {
            0 => line.to_owned(),
            _ => format!("\r{}\r{line}", " ".repeat(drawn)),
        }
    }
}

/// Downloads as a line of text.
fn line(active: &[Transfer]) -> String {
    let rows: Vec<String> = active.iter().map(far).collect();
    let text = rows.join(", ");
    match text.chars().count() > WIDTH {
        false => text,
        true => text.chars().take(WIDTH.saturating_sub(3)).chain("...".chars()).collect(),
    }
}

/// How far one download is.
fn far(transfer: &Transfer) -> String {
    let Transfer { name, have, total, .. } = transfer;
    match total.filter(|total| *total >= *have && *total > 0) {
        Some(total) => {
            let percent = u128::from(*have) * 100 / u128::from(total);
            format!("{name}: {percent} % of {}", size(total))
        }
        None => format!("{name}: {}", size(*have)),
    }
}

/// A number of bytes for people.
fn size(bytes: u64) -> String {
    let tenths = |unit: u64| format!("{}.{}", bytes / unit, (bytes % unit) * 10 / unit);
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} kB", tenths(1_000)),
        1_000_000..1_000_000_000 => format!("{} MB", tenths(1_000_000)),
        _ => format!("{} GB", tenths(1_000_000_000)),
    }
}

#[cfg(test)]
#[path = "transfers_tests.rs"]
mod tests;

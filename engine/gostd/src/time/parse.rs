//! Text to moments (`time.Parse`): an absent zone means UTC.

use super::Moment;
use super::civil::{days_from_civil, days_in_month};
use super::layout::{DAYS, Field, MONTHS, Zone, next_field};

/// `time.Parse(layout, value)`.
///
/// # Errors
/// Go's text: `parsing time "…" as "…": cannot parse "…" as "…"`, or what is out of range.
pub fn parse(layout: &str, value: &str) -> Result<Moment, String> {
    read(layout, value).map_err(|error| error.text)
}

/// What keeps a text from being a moment, in its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    /// The part of the layout; empty where it is not one part that is wrong.
    pub element: String,
    /// What stands at that part; behind it if its number is out of range.
    pub value: String,
    /// What is wrong, with `: ` before it, where that is not that the part cannot be read.
    pub message: String,
    /// All of it, as Go puts it.
    pub text: String,
}

/// `time.Parse(layout, value)` with its error in parts.
///
/// # Errors
/// What cannot be read, or is out of range.
pub fn read(layout: &str, value: &str) -> Result<Moment, ParseError> {
    let mut reader = Reader { layout, whole: value, left: value, parts: Parts::default() };
    let mut rest = layout;
    loop {
        let (before, field, after) = next_field(rest);
        reader.skip(before)?;
        let Some((field, spelling)) = field else { break };
        let hold = reader.left;
        match reader.field(field, after) {
            Ok(()) => {}
            Err(Fault::Bad) => return Err(reader.cannot(hold, spelling)),
            Err(Fault::Range(what)) => {
                return Err(reader.message(spelling, format!(": {what} out of range")));
            }
        }
        rest = after;
    }
    if !reader.left.is_empty() {
        let extra = format!(": extra text: {}", quote(reader.left));
        return Err(reader.message("", extra));
    }
    reader.finish()
}

enum Fault {
    Bad,
    Range(&'static str),
}

#[derive(Default)]
struct Parts {
    year: i64,
    month: Option<u32>,
    day: Option<u32>,
    year_day: Option<u32>,
    hour: u32,
    minute: u32,
    second: u32,
    nanos: u32,
    /// `Some(true)` for PM.
    half: Option<bool>,
    zone: Option<(Option<i32>, String)>,
}

/// Go's own quoting here: what is no printable ASCII is shown byte by byte.
fn quote(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            ' '..='\u{7f}' => out.push(c),
            _ => c.encode_utf8(&mut [0; 4]).bytes().for_each(|b| out.push_str(&format!("\\x{b:02x}"))),
        }
    }
    out.push('"');
    out
}

struct Reader<'v> {
    layout: &'v str,
    whole: &'v str,
    left: &'v str,
    parts: Parts,
}

impl<'v> Reader<'v> {
    fn cannot(&self, value: &str, spelling: &str) -> ParseError {
        let text = format!(
            "parsing time {} as {}: cannot parse {} as {}",
            quote(self.whole),
            quote(self.layout),
            quote(value),
            quote(spelling)
        );
        ParseError { element: spelling.to_owned(), value: value.to_owned(), message: String::new(), text }
    }

    fn message(&self, spelling: &str, message: String) -> ParseError {
        let text = format!("parsing time {}{message}", quote(self.whole));
        ParseError { element: spelling.to_owned(), value: self.left.to_owned(), message, text }
    }

    /// Literal text; a blank in the layout matches any number of blanks.
    fn skip(&mut self, literal: &str) -> Result<(), ParseError> {
        let mut rest = literal;
        while let Some(c) = rest.chars().next() {
            if c == ' ' {
                if !self.left.is_empty() && !self.left.starts_with(' ') {
                    return Err(self.cannot(self.left, literal));
                }
                rest = rest.trim_start_matches(' ');
                self.left = self.left.trim_start_matches(' ');
                continue;
            }
            let Some(left) = self.left.strip_prefix(c) else { return Err(self.cannot(self.left, literal)) };
            self.left = left;
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
        }
        Ok(())
    }

    fn take(&mut self, count: usize) -> Result<&'v str, Fault> {
        let (taken, left) = self.left.split_at_checked(count).ok_or(Fault::Bad)?;
        self.left = left;
        Ok(taken)
    }

    fn digits(&mut self, count: usize) -> Result<u32, Fault> {
        let text = self.take(count)?;
        if !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(Fault::Bad);
        }
        text.parse().map_err(|_| Fault::Bad)
    }

    /// One to `most` digits; exactly `most` when `fixed`.
    fn number(&mut self, most: usize, fixed: bool) -> Result<u32, Fault> {
        let have = self.left.bytes().take(most).take_while(u8::is_ascii_digit).count();
        if have == 0 || (fixed && have < most) {
            return Err(Fault::Bad);
        }
        self.digits(have)
    }

    fn bounded(&mut self, fixed: bool, low: u32, high: u32, what: &'static str) -> Result<u32, Fault> {
        let value = self.number(2, fixed)?;
        if (low..=high).contains(&value) { Ok(value) } else { Err(Fault::Range(what)) }
    }

    fn lookup(&mut self, table: &[&str], short: bool) -> Result<u32, Fault> {
        for (i, name) in table.iter().enumerate() {
            let name = if short { name.get(..3).unwrap_or(name) } else { name };
            if self.left.get(..name.len()).is_some_and(|t| t.eq_ignore_ascii_case(name)) {
                self.take(name.len())?;
                return u32::try_from(i).map_err(|_| Fault::Bad);
            }
        }
        Err(Fault::Bad)
    }

    fn field(&mut self, field: Field, after: &str) -> Result<(), Fault> {
        match field {
            Field::Year => {
                let year = i64::from(self.digits(2)?);
                self.parts.year = if year >= 69 { 1900 + year } else { 2000 + year };
            }
            Field::LongYear => self.parts.year = i64::from(self.digits(4)?),
            Field::Month => self.parts.month = Some(self.lookup(&MONTHS, true)? + 1),
            Field::LongMonth => self.parts.month = Some(self.lookup(&MONTHS, false)? + 1),
            Field::NumMonth => self.parts.month = Some(self.bounded(false, 1, 12, "month")?),
            Field::ZeroMonth => self.parts.month = Some(self.bounded(true, 1, 12, "month")?),
            Field::Weekday => drop(self.lookup(&DAYS, true)?),
            Field::LongWeekday => drop(self.lookup(&DAYS, false)?),
            Field::Day | Field::UnderDay | Field::ZeroDay => {
                if field == Field::UnderDay {
                    self.left = self.left.strip_prefix(' ').unwrap_or(self.left);
                }
                self.parts.day = Some(self.number(2, field == Field::ZeroDay)?);
            }
            Field::UnderYearDay | Field::ZeroYearDay => {
                if field == Field::UnderYearDay {
                    self.left =
                        self.left.strip_prefix("  ").or(self.left.strip_prefix(' ')).unwrap_or(self.left);
                }
                self.parts.year_day = Some(self.number(3, field == Field::ZeroYearDay)?);
            }
            Field::UpperPm | Field::LowerPm => self.half(field == Field::UpperPm)?,
            Field::ZoneName => self.zone_name()?,
            Field::Zone(zone) => self.zone(zone)?,
            Field::Fraction0(digits, _) => self.fraction(digits + 1)?,
            Field::Fraction9(..) => {
                let digits = fraction_digits(self.left);
                if digits > 0 {
                    self.fraction(digits + 1)?;
                }
            }
            _ => self.clock(field, after)?,
        }
        Ok(())
    }

    fn clock(&mut self, field: Field, after: &str) -> Result<(), Fault> {
        match field {
            Field::Hour => self.parts.hour = self.bounded(false, 0, 23, "hour")?,
            Field::Hour12 => self.parts.hour = self.bounded(false, 0, 12, "hour")?,
            Field::ZeroHour12 => self.parts.hour = self.bounded(true, 0, 12, "hour")?,
            Field::Minute => self.parts.minute = self.bounded(false, 0, 59, "minute")?,
            Field::ZeroMinute => self.parts.minute = self.bounded(true, 0, 59, "minute")?,
            _ => {
                self.parts.second = self.bounded(field == Field::ZeroSecond, 0, 59, "second")?;
                // A fraction may follow even where the layout has none.
                let next = next_field(after).1.map(|(f, _)| f);
                let digits = fraction_digits(self.left);
                if digits > 0 && !matches!(next, Some(Field::Fraction0(..) | Field::Fraction9(..))) {
                    self.fraction(digits + 1)?;
                }
            }
        }
        Ok(())
    }

    fn half(&mut self, upper: bool) -> Result<(), Fault> {
        self.parts.half = Some(match (self.take(2)?, upper) {
            ("PM", true) | ("pm", false) => true,
            ("AM", true) | ("am", false) => false,
            _ => return Err(Fault::Bad),
        });
        Ok(())
    }

    fn fraction(&mut self, bytes: usize) -> Result<(), Fault> {
        let text = self.take(bytes)?;
        let digits = text.strip_prefix(['.', ',']).ok_or(Fault::Bad)?;
        let kept: String = digits.chars().chain(std::iter::repeat('0')).take(9).collect();
        if !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(Fault::Bad);
        }
        self.parts.nanos = kept.parse().map_err(|_| Fault::Range("fractional second"))?;
        Ok(())
    }

    fn zone(&mut self, zone: Zone) -> Result<(), Fault> {
        if zone.z && self.left.starts_with('Z') {
            self.take(1)?;
            self.parts.zone = Some((Some(0), "UTC".into()));
            return Ok(());
        }
        let sign = match self.take(1)? {
            "+" => 1,
            "-" => -1,
            _ => return Err(Fault::Bad),
        };
        let mut beyond = None;
        let mut pair = |wanted: bool, colon: bool, high: u32, what: &'static str| -> Result<i32, Fault> {
            if !wanted {
                return Ok(0);
            }
            if colon && self.take(1)? != ":" {
                return Err(Fault::Bad);
            }
            let value = self.digits(2)?;
            if value > high {
                beyond = beyond.or(Some(what));
            }
            i32::try_from(value).map_err(|_| Fault::Bad)
        };
        let hour = pair(true, false, 24, "time zone offset hour")?;
        let minute = pair(zone.minutes, zone.colons, 60, "time zone offset minute")?;
        let second = pair(zone.seconds, zone.colons, 60, "time zone offset second")?;
        if let Some(what) = beyond {
            return Err(Fault::Range(what));
        }
        self.parts.zone = Some((Some(sign * ((hour * 60 + minute) * 60 + second)), String::new()));
        Ok(())
    }

    fn zone_name(&mut self) -> Result<(), Fault> {
        if let Some(left) = self.left.strip_prefix("UTC") {
            self.left = left;
            self.parts.zone = Some((Some(0), "UTC".into()));
            return Ok(());
        }
        let len = zone_name_len(self.left).ok_or(Fault::Bad)?;
        let name = self.take(len)?;
        self.parts.zone = Some((None, name.to_owned()));
        Ok(())
    }

    fn finish(self) -> Result<Moment, ParseError> {
        let parts = &self.parts;
        let mut hour = parts.hour;
        match parts.half {
            Some(true) if hour < 12 => hour += 12,
            Some(false) if hour == 12 => hour = 0,
            _ => {}
        }
        let days = match parts.year_day {
            Some(day) => {
                let length = if days_in_month(parts.year, 2) == 29 { 366 } else { 365 };
                if !(1..=length).contains(&day) {
                    return Err(self.message("", ": day-of-year out of range".to_owned()));
                }
                days_from_civil(parts.year, 1, 1) + i64::from(day) - 1
            }
            None => {
                let (month, day) = (parts.month.unwrap_or(1), parts.day.unwrap_or(1));
                if day < 1 || day > days_in_month(parts.year, month) {
                    return Err(self.message("", ": day out of range".to_owned()));
                }
                days_from_civil(parts.year, month, day)
            }
        };
        let seconds = days * 86_400 + i64::from(hour * 3600 + parts.minute * 60 + parts.second);
        let (offset, zone) = match &parts.zone {
            None => (0, "UTC".to_owned()),
            Some((Some(0), _)) => (0, "UTC".to_owned()),
            Some((Some(offset), name)) => (*offset, name.clone()),
            // Abbreviations count as UTC, as in Go; GMT+3 shows the offset that its name has, and the time is UTC all the same.
            Some((None, name)) => {
                return Ok(Moment {
                    seconds,
                    nanos: parts.nanos,
                    offset: gmt_offset(name),
                    zone: name.clone(),
                });
            }
        };
        Ok(Moment { seconds: seconds - i64::from(offset), nanos: parts.nanos, offset, zone })
    }
}

/// Number of digits after a leading `.` or `,`.
fn fraction_digits(text: &str) -> usize {
    text.strip_prefix(['.', ',']).map_or(0, |t| t.bytes().take_while(u8::is_ascii_digit).count())
}

fn gmt_offset(name: &str) -> i32 {
    name.strip_prefix("GMT").and_then(|h| h.parse::<i32>().ok()).map_or(0, |h| h * 3600)
}

/// Length of a zone abbreviation: three or four capitals, five ending in `ST`, `GMT±n`, `±hh`.
fn zone_name_len(text: &str) -> Option<usize> {
    if text.starts_with("ChST") || text.starts_with("MeST") {
        return Some(4);
    }
    let signed = |t: &str| {
        let digits = t.strip_prefix(['+', '-'])?.bytes().take_while(u8::is_ascii_digit).count();
        (digits > 0).then_some(digits + 1)
    };
    if let Some(after) = text.strip_prefix("GMT") {
        return Some(3 + signed(after).unwrap_or(0));
    }
    if text.starts_with(['+', '-']) {
        return signed(text).filter(|n| *n == 3);
    }
    match text.bytes().take(6).take_while(u8::is_ascii_uppercase).count() {
        3 => Some(3),
        4 if text.get(3..4) == Some("T") || text.starts_with("WITA") => Some(4),
        5 if text.get(4..5) == Some("T") => Some(5),
        _ => None,
    }
}

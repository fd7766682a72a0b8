//! Maintenance windows: objects of their own below a cluster.

use http::Method;
use ordain_azure::{Call, Scope};
use serde_json::{Map, Value as Json, json};

use super::describe;
use crate::failure::Failure;
use crate::resources::Read;
use crate::resources::fields::at;
use crate::resources::pool::API;
use crate::session::Session;
use ordain_sdk::{View, integer, items, text};

/// Argument, name of the object, in the order in which they are written.
const WINDOWS: [(&str, &str); 3] = [
    ("maintenance_window", "default"),
    ("maintenance_window_auto_upgrade", "aksManagedAutoUpgradeSchedule"),
    ("maintenance_window_node_os", "aksManagedNodeOSUpgradeSchedule"),
];

fn path(id: &str, name: &str) -> String {
    format!("{id}/maintenanceConfigurations/{name}")
}

/// Writes what changed. A window that is gone from the configuration is deleted.
pub(crate) async fn write(
    session: &Session,
    id: &str,
    view: &View,
    creating: bool,
    scope: &Scope,
) -> Result<(), Failure> {
    for (argument, name) in WINDOWS {
        if !view.changed(argument) {
            continue;
        }
        let path = path(id, name);
        let Some(block) = view.block(argument) else {
            if !creating {
                let call = Call::new(Method::DELETE, &path, API);
                let deleted = session.azure.call(&call, scope).await;
                deleted.map_err(|error| {
                    error.during(format!("deleting Maintenance Configuration {name:?} for {}", describe(id)))
                })?;
            }
            continue;
        };
        let properties = if argument == "maintenance_window" {
            json!({"notAllowedTime": spans(block, false), "timeInWeek": slots(block)})
        } else {
            // A start date that the service holds already is left out: it refuses dates in the past.
            let existing = if creating {
                Json::Null
            } else {
                session
                    .azure
                    .call(&Call::get(&path, API), scope)
                    .await
                    .map(|answer| answer.body)
                    .unwrap_or_default()
            };
            json!({"maintenanceWindow": window(block, &existing)})
        };
        let body = json!({"properties": properties});
        let call = Call::new(Method::PUT, &path, API).body(&body);
        let written = session.azure.call(&call, scope).await;
        written.map_err(|error| {
            error.during(format!("creating/updating Maintenance Configuration {name:?} for {}", describe(id)))
        })?;
    }
    Ok(())
}

/// Before a cluster is deleted: the default window, when there is one.
pub(crate) async fn delete_default(
    session: &Session,
    id: &str,
    known: &Json,
    scope: &Scope,
) -> Result<(), Failure> {
    if items(known, "maintenance_window").is_empty() {
        return Ok(());
    }
    let path = path(id, "default");
    match session.azure.call(&Call::new(Method::DELETE, &path, API), scope).await {
        Err(error) if !error.is_not_found() => {
            Err(error.during(format!("deleting Maintenance Configuration for {}", describe(id))).into())
        }
        _ => Ok(()),
    }
}

fn spans(block: &Json, dates: bool) -> Vec<Json> {
    let shown = |text: &str| {
        let date = text.split('T').next().unwrap_or(text);
        if dates { date.to_owned() } else { text.to_owned() }
    };
    let spans = items(block, "not_allowed").iter();
    spans.map(|span| json!({"start": shown(text(span, "start")), "end": shown(text(span, "end"))})).collect()
}

fn slots(block: &Json) -> Vec<Json> {
    let slots = items(block, "allowed").iter();
    slots.map(|slot| json!({"day": text(slot, "day"), "hourSlots": items(slot, "hours")})).collect()
}

fn window(block: &Json, existing: &Json) -> Json {
    let interval = integer(block, "interval");
    let schedule = match text(block, "frequency") {
        "Daily" => json!({"daily": {"intervalDays": interval}}),
        "Weekly" => json!({"weekly": {"intervalWeeks": interval, "dayOfWeek": text(block, "day_of_week")}}),
        "AbsoluteMonthly" => {
            json!({"absoluteMonthly": {"intervalMonths": interval, "dayOfMonth": integer(block, "day_of_month")}})
        }
        _ => json!({"relativeMonthly": {
            "intervalMonths": interval,
            "dayOfWeek": text(block, "day_of_week"),
            "weekIndex": text(block, "week_index"),
        }}),
    };
    let mut out = json!({
        "durationHours": integer(block, "duration"),
        "notAllowedDates": spans(block, true),
        "schedule": schedule,
        "startTime": text(block, "start_time"),
        "utcOffset": text(block, "utc_offset"),
    });
    let start = text(block, "start_date").split('T').next().unwrap_or_default();
    if !start.is_empty() && text(at(existing, "/properties/maintenanceWindow"), "startDate") != start {
        crate::resources::fields::set(&mut out, "startDate", json!(start));
    }
    out
}

/// Reads the windows; errors count as "there is none", as in the original.
pub(crate) async fn read(session: &Session, id: &str, scope: &Scope, into: &mut Read) {
    for (argument, name) in WINDOWS {
        let path = path(id, name);
        let found = session.azure.call(&Call::get(&path, API), scope).await;
        let properties = found.map(|answer| at(&answer.body, "/properties").clone()).unwrap_or_default();
        let block = match argument {
            "maintenance_window" => flatten_default(&properties),
            _ => flatten_window(at(&properties, "/maintenanceWindow")),
        };
        into.insert(argument.to_owned(), json!(block.into_iter().collect::<Vec<_>>()));
    }
}

fn flatten_default(properties: &Json) -> Option<Json> {
    if !properties.is_object() {
        return None;
    }
    let slots = items(properties, "timeInWeek").iter();
    let slots: Vec<Json> =
        slots.map(|slot| json!({"day": text(slot, "day"), "hours": items(slot, "hourSlots")})).collect();
    Some(json!({"allowed": slots, "not_allowed": flatten_spans(properties, "notAllowedTime", false)}))
}

fn flatten_spans(value: &Json, name: &str, dates: bool) -> Vec<Json> {
    let shown = |text: &str| if dates { instant(text) } else { text.to_owned() };
    let spans = items(value, name).iter();
    spans.map(|span| json!({"start": shown(text(span, "start")), "end": shown(text(span, "end"))})).collect()
}

fn instant(date: &str) -> String {
    if date.is_empty() || date.contains('T') { date.to_owned() } else { format!("{date}T00:00:00Z") }
}

fn flatten_window(window: &Json) -> Option<Json> {
    if !window.is_object() {
        return None;
    }
    let kinds = [
        ("daily", "Daily", "intervalDays"),
        ("weekly", "Weekly", "intervalWeeks"),
        ("absoluteMonthly", "AbsoluteMonthly", "intervalMonths"),
        ("relativeMonthly", "RelativeMonthly", "intervalMonths"),
    ];
    let schedule = at(window, "/schedule");
    let mut out = Map::new();
    for (key, frequency, interval) in kinds {
        let Some(kind) = schedule.get(key).filter(|kind| kind.is_object()) else { continue };
        out.insert("frequency".to_owned(), json!(frequency));
        out.insert("interval".to_owned(), json!(integer(kind, interval)));
        out.insert("day_of_week".to_owned(), json!(text(kind, "dayOfWeek")));
        out.insert("day_of_month".to_owned(), json!(integer(kind, "dayOfMonth")));
        out.insert("week_index".to_owned(), json!(text(kind, "weekIndex")));
    }
    out.insert("duration".to_owned(), json!(integer(window, "durationHours")));
    out.insert("start_date".to_owned(), json!(instant(text(window, "startDate"))));
    out.insert("start_time".to_owned(), json!(text(window, "startTime")));
    out.insert("utc_offset".to_owned(), json!(text(window, "utcOffset")));
    out.insert("not_allowed".to_owned(), json!(flatten_spans(window, "notAllowedDates", true)));
    Some(Json::Object(out))
}

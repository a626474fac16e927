//! The control door over HTTP.

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{Control, ControlError};
use crate::faults::{FaultId, FaultSpec};

type Reply = Result<Json<Value>, ControlError>;

impl IntoResponse for ControlError {
    fn into_response(self) -> Response {
        let status = match self {
            Self::UnknownSystem(_) | Self::NotFound(_) => StatusCode::NOT_FOUND,
            Self::Invalid(_) => StatusCode::BAD_REQUEST,
            Self::Listener(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        (status, Json(json!({"error": self.to_string()}))).into_response()
    }
}

/// Every path of the control door, as `GET /control` lists them.
const PATHS: &[(&str, &str)] = &[
    ("GET /control", "this list, and how each system is"),
    (
        "POST /control/faults",
        "{system, match?: {method, pathContains, action, bodyContains}, after?, times?, fault: {kind, …}} → {id}",
    ),
    ("GET /control/faults", "the faults in force, spent ones included"),
    ("DELETE /control/faults[/ID]", "takes one or all back"),
    ("POST /control/systems/SYSTEM/down", "closes the listener: connections are refused"),
    ("POST /control/systems/SYSTEM/up", "opens it again on the same port"),
    (
        "GET, POST /control/systems/SYSTEM/settings",
        "window field, lateness, drift, reply forms, credential, politeness",
    ),
    ("GET /control/SYSTEM/facts", "counts, people, ids of foreign items"),
    (
        "POST /control/SYSTEM/edit",
        "edits upstream as another user: {caseId, set?, status?, comment?: {text, isRestricted, authorIndex}}",
    ),
    ("GET /control/SYSTEM/cases?skip&limit", "ids of the items that exist"),
    ("POST /control/SYSTEM/cases", "creates one: {createdAt?, set?}"),
    ("GET, DELETE /control/SYSTEM/cases/ID", "the server's truth, late applications included; or removes it"),
    ("GET /control/effects?system", "what was applied, when, how often, in order"),
    ("GET /control/requests", "counters, violations and the last requests"),
    ("GET, POST /control/clock", "{offsetSeconds} or {set: RFC 3339}"),
    ("POST /control/reset", "everything back to the start"),
];

/// The control door's paths.
pub(crate) fn router(control: Control) -> Router {
    Router::new()
        .route("/control", get(overview))
        .route("/control/faults", get(list_faults).post(add_fault).delete(clear_faults))
        .route("/control/faults/{id}", delete(remove_fault))
        .route("/control/systems/{system}/down", post(down))
        .route("/control/systems/{system}/up", post(up))
        .route("/control/systems/{system}/settings", get(settings).post(change_settings))
        .route("/control/{system}/facts", get(facts))
        .route("/control/{system}/edit", post(edit))
        .route("/control/{system}/cases", get(ids).post(create))
        .route("/control/{system}/cases/{id}", get(truth).delete(remove))
        .route("/control/effects", get(effects))
        .route("/control/requests", get(requests))
        .route("/control/clock", get(clock).post(set_clock))
        .route("/control/reset", post(reset))
        .fallback(async || ControlError::NotFound("no such path; GET /control lists them".to_owned()))
        .with_state(control)
}

/// The body as JSON whatever its content type says; an empty one is `{}`.
fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, ControlError> {
    let text: &[u8] = if body.is_empty() { b"{}" } else { body };
    serde_json::from_slice(text).map_err(|error| ControlError::Invalid(error.to_string()))
}

async fn overview(State(control): State<Control>) -> Reply {
    let systems: serde_json::Map<String, Value> = control
        .0
        .served
        .iter()
        .map(|served| {
            let about = json!({
                "baseUrl": format!("http://127.0.0.1:{}", served.station.port()),
                "up": served.station.is_up(),
            });
            (served.system.name().to_owned(), about)
        })
        .collect();
    let paths: serde_json::Map<String, Value> =
        PATHS.iter().map(|(path, what)| ((*path).to_owned(), json!(what))).collect();
    Ok(Json(json!({"systems": systems, "now": control.now(), "paths": paths})))
}

async fn list_faults(State(control): State<Control>) -> Reply {
    Ok(Json(json!({"faults": control.faults()})))
}

async fn add_fault(State(control): State<Control>, body: Bytes) -> Reply {
    let id = control.add_fault(read::<FaultSpec>(&body)?)?;
    Ok(Json(json!({"id": id})))
}

async fn clear_faults(State(control): State<Control>) -> Reply {
    control.clear_faults();
    Ok(Json(json!({"faults": []})))
}

async fn remove_fault(State(control): State<Control>, Path(id): Path<FaultId>) -> Reply {
    control.remove_fault(id)?;
    Ok(Json(json!({"removed": id})))
}

async fn down(State(control): State<Control>, Path(system): Path<String>) -> Reply {
    control.down(&system).await?;
    Ok(Json(json!({"up": false})))
}

async fn up(State(control): State<Control>, Path(system): Path<String>) -> Reply {
    control.up(&system)?;
    Ok(Json(json!({"up": true})))
}

async fn settings(State(control): State<Control>, Path(system): Path<String>) -> Reply {
    Ok(Json(control.settings(&system)?))
}

async fn change_settings(State(control): State<Control>, Path(system): Path<String>, body: Bytes) -> Reply {
    Ok(Json(control.change_settings(&system, &read(&body)?)?))
}

async fn facts(State(control): State<Control>, Path(system): Path<String>) -> Reply {
    Ok(Json(control.facts(&system)?))
}

async fn edit(State(control): State<Control>, Path(system): Path<String>, body: Bytes) -> Reply {
    Ok(Json(control.edit(&system, &read(&body)?)?))
}

#[derive(Deserialize)]
struct Slice {
    skip: Option<usize>,
    limit: Option<usize>,
}

async fn ids(State(control): State<Control>, Path(system): Path<String>, Query(slice): Query<Slice>) -> Reply {
    Ok(Json(control.ids(&system, slice.skip.unwrap_or(0), slice.limit.unwrap_or(1000))?))
}

async fn create(State(control): State<Control>, Path(system): Path<String>, body: Bytes) -> Reply {
    Ok(Json(control.create(&system, &read(&body)?)?))
}

async fn truth(State(control): State<Control>, Path((system, id)): Path<(String, String)>) -> Reply {
    Ok(Json(control.truth(&system, &id)?))
}

async fn remove(State(control): State<Control>, Path((system, id)): Path<(String, String)>) -> Reply {
    Ok(Json(control.delete(&system, &id)?))
}

#[derive(Deserialize)]
struct OfSystem {
    system: Option<String>,
}

async fn effects(State(control): State<Control>, Query(of): Query<OfSystem>) -> Reply {
    Ok(Json(json!({"effects": control.effects(of.system.as_deref())})))
}

async fn requests(State(control): State<Control>) -> Reply {
    Ok(Json(json!(control.requests())))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ClockChange {
    offset_seconds: Option<i64>,
    set: Option<DateTime<Utc>>,
}

async fn clock(State(control): State<Control>) -> Reply {
    Ok(Json(json!({"now": control.now(), "offsetSeconds": control.clock().offset_seconds()})))
}

async fn set_clock(state: State<Control>, body: Bytes) -> Reply {
    let change: ClockChange = read(&body)?;
    if let Some(seconds) = change.offset_seconds {
        state.clock().set_offset_seconds(seconds);
    }
    if let Some(now) = change.set {
        state.clock().set_now(now);
    }
    clock(state).await
}

async fn reset(State(control): State<Control>) -> Reply {
    control.reset()?;
    Ok(Json(json!({"reset": true})))
}

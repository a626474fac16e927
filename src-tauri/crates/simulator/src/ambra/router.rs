//! Which call is which, and who may make it.

use axum::http::{Method, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::call::Call;
use super::errors::Refused;
use super::form::Form;
use super::made::Kind;
use super::{
    Ambra, NAME, accounts, audit, bundle, cases, comments, lists, qctasks, reports, sign_in, status, studies, tags,
};
use crate::exchange::{Answer, Asked};

type Handler = fn(&Call<'_>) -> Result<Value, Refused>;

/// Where viewer links lead.
const VIEWER: &str = "<!DOCTYPE html>\n<html><head><title>Viewer</title></head><body><h1>Made-up viewer</h1>\
    <p>The images would be here.</p></body></html>\n";

/// How a caller proves who they are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Proof {
    /// "(optional if basic authentication or an OAuth token is used)".
    Any,
    /// The document lists the session id alone.
    SidOnly,
}

const CALLS: &[(&str, Proof, Handler)] = &[
    ("/session/user", Proof::Any, sign_in::user),
    ("/session/permissions", Proof::Any, sign_in::permissions),
    ("/study/list", Proof::Any, lists::studies),
    ("/study/count", Proof::Any, lists::study_count),
    ("/study/get", Proof::SidOnly, studies::get),
    ("/study/permissions", Proof::Any, studies::permissions),
    ("/study/star", Proof::Any, studies::star),
    ("/study/approve", Proof::Any, studies::approve),
    ("/study/reject", Proof::Any, studies::reject),
    ("/study/audit", Proof::Any, studies::audit),
    ("/study/external/viewer", Proof::Any, studies::external_viewer),
    ("/study/status/get", Proof::SidOnly, status::get),
    ("/study/status/set", Proof::Any, status::change),
    ("/study/status/history", Proof::Any, status::history),
    ("/study/status/locks", Proof::Any, status::locks),
    ("/study/comment/add", Proof::Any, comments::add),
    ("/study/comment/delete", Proof::Any, comments::delete),
    ("/study/comment/get", Proof::Any, comments::get),
    ("/tag/list", Proof::Any, tags::list),
    ("/tag/add", Proof::Any, tags::add),
    ("/tag/delete", Proof::Any, tags::delete),
    ("/case/list", Proof::Any, lists::cases),
    ("/case/get", Proof::Any, cases::get),
    ("/case/set", Proof::Any, cases::change),
    ("/case/return", Proof::Any, cases::give_back),
    ("/order/list", Proof::Any, lists::orders),
    ("/order/get", Proof::Any, |call| studies::one(call, Kind::Order, "order_view")),
    ("/patient/list", Proof::Any, lists::patients),
    ("/patient/get", Proof::Any, |call| studies::one(call, Kind::Patient, "patient_view")),
    ("/radreport/get", Proof::Any, reports::radreport),
    ("/hl7/study/report", Proof::Any, reports::hl7_text),
    ("/account/list", Proof::Any, accounts::list),
    ("/account/get", Proof::Any, accounts::get),
    ("/account/user/list", Proof::Any, accounts::users),
    ("/audit/object", Proof::Any, audit::of_object),
    ("/filter/list", Proof::Any, lists::filters),
    ("/filter/get", Proof::Any, |call| studies::one(call, Kind::Filter, "study_view")),
    ("/message/list", Proof::Any, lists::messages),
    ("/message/get", Proof::Any, |call| studies::one(call, Kind::Message, "message_view")),
    ("/qctask/list", Proof::Any, lists::qctasks),
    ("/qctask/get", Proof::Any, |call| studies::one(call, Kind::QcTask, "qctask_view")),
    ("/qctask/status/set", Proof::Any, qctasks::change_status),
];

/// Answers a request.
pub(crate) fn answer(system: &Ambra, asked: &Asked) -> Answer {
    if matches!(asked.segments().as_slice(), ["viewer" | "external-viewer"]) && asked.method == Method::GET {
        return Answer::typed(StatusCode::OK, "text/html; charset=utf-8", VIEWER);
    }
    let Some(path) = path_of(asked) else {
        return Refused::with_status(StatusCode::NOT_FOUND).into();
    };
    if asked.method != Method::POST {
        if asked.query.contains("sid=") {
            system.ground.record.violated(NAME, asked, "a session id was sent in a URL");
        }
        return Refused::must_be_post().into();
    }
    if path == "/bundle" {
        return bundle::run(system, asked);
    }
    match call(system, asked, &path, &Form::of(asked)) {
        Ok(reply) => Answer::json(StatusCode::OK, &reply),
        Err(refused) => refused.into(),
    }
}

/// `/study/list` of `/api/v3//study/list`.
pub(crate) fn path_of(asked: &Asked) -> Option<String> {
    match asked.segments().as_slice() {
        ["api", "v3", rest @ ..] if !rest.is_empty() => Some(format!("/{}", rest.join("/"))),
        _ => None,
    }
}

/// The session that the head names: `X-AmbraHealth-SID`.
pub(crate) fn sid_of_head(asked: &Asked) -> Option<String> {
    asked.header("x-ambrahealth-sid").map(str::to_owned)
}

/// One call, alone or out of a bundle.
pub(crate) fn call(system: &Ambra, asked: &Asked, path: &str, form: &Form) -> Result<Value, Refused> {
    let sid = form.get("sid").map(str::to_owned).or_else(|| sid_of_head(asked));
    match path {
        "/session/login" => return sign_in::login(system, form),
        "/session/oauth/token" => return sign_in::token(system, form),
        "/session/pin" => return sign_in::pin(system, form, sid.as_deref()),
        "/session/ttl" => return sign_in::ttl(system, sid.as_deref()),
        "/session/logout" => return sign_in::logout(system, sid.as_deref()),
        _ => {}
    }
    let found = CALLS.iter().find(|(known, ..)| *known == path);
    let (_, proof, handler) = found.ok_or_else(|| Refused::with_status(StatusCode::NOT_FOUND))?;
    let settings = system.settings();
    let now = system.ground.clock.now();
    let by_sid = sid.and_then(|sid| system.sessions().user(&sid, settings.session_minutes, now));
    let who = match by_sid {
        Some(who) => who,
        None if *proof == Proof::Any => by_head(system, asked).ok_or_else(Refused::no_session)?,
        None => return Err(Refused::no_session()),
    };
    handler(&Call { system, asked, path, form, who, settings })
}

/// HTTP Basic, or a bearer token of `/session/oauth/token`.
fn by_head(system: &Ambra, asked: &Asked) -> Option<usize> {
    let (scheme, secret) = asked.header("authorization")?.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return system.sessions().token_user(secret, system.ground.clock.now());
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(secret).ok()?).ok()?;
    let (login, password) = text.split_once(':')?;
    sign_in::checked(system, login, password, "INVALID_CREDENTIALS").ok()
}

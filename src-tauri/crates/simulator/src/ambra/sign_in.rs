//! `/session/*`: signing in and out, the PIN, who I am and what I may.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::Ambra;
use super::call::{Call, ok};
use super::errors::Refused;
use super::form::Form;
use super::made::{self, catalog::NAMESPACES};
use super::sessions::PinVerdict;
use super::{gate, lists};
use crate::dice::Dice;
use crate::people::CLINICIANS;

/// The password of a clinician; the first one's is a setting.
pub(crate) fn password(system: &Ambra, who: usize) -> String {
    if who == 0 {
        return system.settings().password;
    }
    format!("made-up-{}", Dice::new(system.plot.seed, &[0x7077, who as u64]).code(16))
}

fn named(login: &str) -> Option<usize> {
    CLINICIANS.iter().position(|who| who.email.eq_ignore_ascii_case(login))
}

/// Name and password, in whichever error the call has for a wrong one.
pub(crate) fn checked(system: &Ambra, login: &str, secret: &str, wrong: &str) -> Result<usize, Refused> {
    let settings = system.settings();
    let now = system.ground.clock.now();
    let who = named(login).ok_or_else(|| Refused::because(wrong))?;
    let right = password(system, who);
    let mut sessions = system.sessions();
    if sessions.is_locked_out(who, settings.lockout_after, now) {
        return Err(Refused::because("LOCKOUT"));
    }
    if right != secret {
        sessions.failed(who, now);
        return Err(Refused::because(wrong));
    }
    match &settings.login_refused_with {
        Some(reason) => Err(Refused::because(reason)),
        None => Ok(who),
    }
}

/// `/session/login`. Vanity and location are accepted and mean nothing here.
pub(crate) fn login(system: &Ambra, form: &Form) -> Result<Value, Refused> {
    let login = form.get("login").or_else(|| form.get("email")).or_else(|| form.get("account_login"));
    let missing: Vec<&str> = [("login", login), ("password", form.get("password"))]
        .into_iter()
        .filter_map(|(name, value)| value.is_none().then_some(name))
        .collect();
    if form.flag("use_pkey") && form.get("password").is_some() {
        return Err(Refused::because("ONLY_ONE"));
    }
    if !missing.is_empty() {
        return Err(Refused::missing(&missing));
    }
    let secret = form.get("password").unwrap_or_default();
    let who = checked(system, login.unwrap_or_default(), secret, "INVALID_CREDENTIALS")?;
    let settings = system.settings();
    let now = system.ground.clock.now();
    let mut sessions = system.sessions();
    let sid = match form.get("validate_session") {
        Some(sid) if sessions.user(sid, settings.session_minutes, now) == Some(who) => sid.to_owned(),
        Some(_) => return Err(Refused::because("VALIDATION_FAILED")),
        None => sessions.open(who, settings.pin_required, now),
    };
    let mut reply = json!({
        "status": "OK",
        "sid": sid,
        "uuid": made::user_id(system.plot.seed, who),
        "name": made::user_name(who),
        "training_todo": 0,
        "pin_required": u8::from(settings.pin_required),
        "sign_required": 0,
        "terms_md5": null,
        "privacy_md5": null,
        "indicator_md5": null,
        "is_proxy": 0,
    });
    if settings.pin_required {
        reply["pin_via"] = json!("EMAIL");
    }
    Ok(reply)
}

/// `/session/pin`. `remember_device` is accepted and forgotten.
pub(crate) fn pin(system: &Ambra, form: &Form, sid: Option<&str>) -> Result<Value, Refused> {
    let missing: Vec<&str> = [("sid", sid), ("pin", form.get("pin"))]
        .into_iter()
        .filter_map(|(name, value)| value.is_none().then_some(name))
        .collect();
    if !missing.is_empty() {
        return Err(Refused::missing(&missing));
    }
    let code = form.get("pin").unwrap_or_default();
    match system.sessions().try_pin(sid.unwrap_or_default(), code, system.ground.clock.now()) {
        PinVerdict::Right => Ok(ok()),
        PinVerdict::Wrong => Err(Refused::because("INVALID_PIN")),
        PinVerdict::Expired => Err(Refused::because("PIN_EXPIRED")),
        PinVerdict::NoSession => Err(Refused::because("INVALID_SID")),
    }
}

/// `/session/ttl`: EXPIRED where other calls answer 401.
pub(crate) fn ttl(system: &Ambra, sid: Option<&str>) -> Result<Value, Refused> {
    let sid = sid.ok_or_else(|| Refused::missing(&["sid"]))?;
    let minutes = system.settings().session_minutes;
    let left = system.sessions().ttl(sid, minutes, system.ground.clock.now());
    left.map(|ttl| json!({"status": "OK", "ttl": ttl})).ok_or_else(|| Refused::because("EXPIRED"))
}

pub(crate) fn logout(system: &Ambra, sid: Option<&str>) -> Result<Value, Refused> {
    let sid = sid.ok_or_else(|| Refused::missing(&["sid"]))?;
    if system.sessions().close(sid) { Ok(ok()) } else { Err(Refused::not_found()) }
}

/// `/session/oauth/token`.
pub(crate) fn token(system: &Ambra, form: &Form) -> Result<Value, Refused> {
    let [grant, login, secret] = form.required(["grant_type", "client_id", "client_secret"])?;
    if grant != "client_credentials" {
        return Err(Refused::because("AUTH_FAILED"));
    }
    let who = checked(system, login, secret, "AUTH_FAILED")?;
    let duration = form.get("duration").and_then(|text| text.parse::<i64>().ok()).unwrap_or(3_600).clamp(1, 86_400);
    let now = system.ground.clock.now();
    let token = system.sessions().open_token(who, duration, now);
    Ok(json!({
        "status": "OK", "access_token": token, "created_at": now.0 / 1_000, "expires_in": duration, "token_type": "bearer",
    }))
}

/// `/session/user`; "the rest of the fields are the same as /user/get".
pub(crate) fn user(call: &Call<'_>) -> Result<Value, Refused> {
    lists::account(call, false)?;
    let seed = call.system.plot.seed;
    let clinician = &CLINICIANS[call.who];
    let mut reply = json!({
        "status": "OK",
        "uuid": made::user_id(seed, call.who),
        "name": made::user_name(call.who),
        "first": clinician.first,
        "last": clinician.last,
        "email": clinician.email,
        "alt_emails": null,
        "mobile_phone": null,
        "namespace_id": own_namespace(seed, call.who),
        "sysadmin": 0,
        "support": 0,
        "is_anonymous": 0,
        "time_zone": call.settings.time_zone,
        "pin_required": u8::from(call.settings.pin_required),
        "npi": clinician.npi,
        "session_expire": call.settings.session_minutes,
        "accelerator_used": 0,
        "namespaces": NAMESPACES.iter().enumerate().map(|(number, name)| json!({"uuid": made::namespace(seed, number), "name": name})).collect::<Vec<_>>(),
    });
    if call.form.get("settings").is_some() {
        reply["settings"] = json!({});
    }
    super::fields::read(call.form, call.path).cut(&mut reply);
    Ok(reply)
}

/// A user's own (PHR) namespace.
fn own_namespace(seed: u64, who: usize) -> Uuid {
    made::namespace(seed, 100 + who)
}

/// `/session/permissions`.
pub(crate) fn permissions(call: &Call<'_>) -> Result<Value, Refused> {
    let seed = call.system.plot.seed;
    let (account, namespace) = (call.form.get("account_id"), call.form.get("namespace_id"));
    let known = match (account, namespace) {
        (None, None) => return Err(Refused::missing(&["account_id", "namespace_id"])),
        (Some(id), _) => id == made::account_id(seed).to_string(),
        (None, Some(id)) => {
            let shared = (0..NAMESPACES.len()).map(|number| made::namespace(seed, number));
            shared.chain([own_namespace(seed, call.who)]).any(|known| known.to_string() == id)
        }
    };
    if !known {
        return Err(Refused::not_found());
    }
    let mut reply = Map::from_iter([("status".to_owned(), json!("OK"))]);
    reply.extend(gate::of_account(&call.settings));
    reply.insert("role_id".to_owned(), json!(made::role_id(seed)));
    let mut reply = Value::Object(reply);
    super::fields::read(call.form, call.path).cut(&mut reply);
    Ok(reply)
}

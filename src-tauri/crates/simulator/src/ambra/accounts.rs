//! The account, and the people in it.

use serde_json::{Value, json};

use super::call::Call;
use super::errors::Refused;
use super::fields;
use super::gate;
use super::made::{self, catalog::NAMESPACES};
use super::paging::Page;
use crate::people::CLINICIANS;

fn account(call: &Call<'_>) -> Value {
    let seed = call.system.plot.seed;
    let role = made::dice(seed, 0x726f, 0).uuid();
    let mut account = json!({
        "uuid": made::account_id(seed),
        "name": NAMESPACES[0],
        "vanity": "harrow-bridge",
        "session_expire": call.settings.session_minutes,
        "namespace_id": made::namespace(seed, 0),
        "must_approve": 1,
        "must_approve_upload": 0,
        "must_approve_harvest": 0,
        "no_share": 0,
        "can_request": 0,
        "search_threshold": 20,
        "vendor": null,
        "role_id": role,
        "role_name": "Radiologist",
        "settings": call.settings.account,
        "connected": 0,
    });
    if call.form.flag("permissions") {
        account["permissions"] = json!(gate::of_account(&call.settings));
        for (key, value) in [
            ("default_role_id", json!(role)),
            ("default_role_name", json!("Radiologist")),
            ("has_activity_permission", json!(0)),
        ] {
            account[key] = value;
        }
    }
    account
}

/// `/account/list`: there is one.
pub(crate) fn list(call: &Call<'_>) -> Result<Value, Refused> {
    let page = Page::read(call.form, 1_000);
    let rows: Vec<Value> = if page.number == 1 { vec![account(call)] } else { Vec::new() };
    let mut reply = json!({"status": "OK", "page": page.told(1), "accounts": rows});
    fields::read(call.form, call.path).cut(&mut reply);
    Ok(reply)
}

/// `/account/get`.
pub(crate) fn get(call: &Call<'_>) -> Result<Value, Refused> {
    let [id] = call.form.required(["uuid"])?;
    if id != made::account_id(call.system.plot.seed).to_string() {
        return Err(Refused::not_found());
    }
    let mut reply = account(call);
    reply["status"] = json!("OK");
    fields::read(call.form, call.path).cut(&mut reply);
    Ok(reply)
}

/// `/account/user/list`: "Permission account_user_view or case_edit". Filters by name only (`user_name`, `user_email`).
pub(crate) fn users(call: &Call<'_>) -> Result<Value, Refused> {
    let [id] = call.form.required(["uuid"])?;
    let seed = call.system.plot.seed;
    if id != made::account_id(seed).to_string() {
        return Err(Refused::not_found());
    }
    if !gate::may(&call.settings, "account_user_view") {
        gate::demand(&call.settings, "case_edit")?;
    }
    let page = Page::read(call.form, 1_000);
    let people: Vec<Value> = CLINICIANS
        .iter()
        .enumerate()
        .map(|(who, clinician)| {
            json!({
                "uuid": made::dice(seed, 0x7561, u32::try_from(who).unwrap_or_default()).uuid(),
                "user_id": made::user_id(seed, who),
                "user_name": made::user_name(who),
                "user_email": clinician.email,
                "role_id": made::dice(seed, 0x726f, 0).uuid(),
                "role_name": "Radiologist",
                "disabled": 0,
                "account_email": null,
                "account_alias": null,
                "account_login": null,
                "global": 0,
                "sso_only": 0,
            })
        })
        .filter(|user| fits(call, user))
        .collect();
    let rows: Vec<&Value> = people.iter().skip(page.start()).take(page.rows).collect();
    let mut reply = json!({"status": "OK", "page": page.told(people.len()), "users": rows});
    fields::read(call.form, call.path).cut(&mut reply);
    Ok(reply)
}

fn fits(call: &Call<'_>, user: &Value) -> bool {
    ["user_id", "user_name", "user_email"]
        .iter()
        .all(|name| call.form.get(&format!("filter.{name}.equals")).is_none_or(|wanted| user[*name] == wanted))
}

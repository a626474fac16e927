//! The account, and the people in it.

use serde_json::{Value, json};

use super::call::Call;
use super::errors::Refused;
use super::fields;
use super::made::{self, catalog::NAMESPACES};
use super::{gate, lists, names};
use crate::people::CLINICIANS;

fn account(call: &Call<'_>) -> Value {
    let seed = call.system.plot.seed;
    let role = made::role_id(seed);
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
    lists::page_of_few(call, names::ACCOUNT, "accounts", vec![account(call)])
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

/// `/account/user/list`: "Permission account_user_view or case_edit".
pub(crate) fn users(call: &Call<'_>) -> Result<Value, Refused> {
    let [id] = call.form.required(["uuid"])?;
    let seed = call.system.plot.seed;
    if id != made::account_id(seed).to_string() {
        return Err(Refused::not_found());
    }
    if !gate::may(&call.settings, "account_user_view") {
        gate::demand(&call.settings, "case_edit")?;
    }
    let people: Vec<Value> = CLINICIANS
        .iter()
        .enumerate()
        .map(|(who, clinician)| {
            json!({
                "uuid": made::dice(seed, 0x7561, u32::try_from(who).unwrap_or_default()).uuid(),
                "user_id": made::user_id(seed, who),
                "user_name": made::user_name(who),
                "user_email": clinician.email,
                "role_id": made::role_id(seed),
                "role_name": "Radiologist",
                "disabled": 0,
                "account_email": null,
                "account_alias": null,
                "account_login": null,
                "global": 0,
                "sso_only": 0,
            })
        })
        .collect();
    lists::page_of_few(call, names::USER, "users", people)
}

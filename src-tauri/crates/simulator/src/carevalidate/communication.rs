//! `ADD_COMMUNICATION`: a comment, or with `isRestricted` an internal note.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use uuid::Uuid;

use super::changes::{Change, activity};
use super::errors::Refused;
use super::ledger::KeptFile;
use super::writes::{Desk, Plan};
use crate::dice::Dice;
use crate::people::CLINICIANS;

/// Checks `{communication: {text, isRestricted, webhookNotify?, author: {email, firstName?, lastName?}, attachments?}}`.
pub(crate) fn plan(desk: &mut Desk<'_>, body: &Value) -> Result<Plan, Refused> {
    let wish = &body["communication"];
    if !wish.is_object() {
        return Err(Refused::field("communication", "is required"));
    }
    let text = wish["text"].as_str().filter(|text| !text.trim().is_empty());
    let text = text.ok_or_else(|| Refused::field("communication.text", "is required"))?;
    // The vendor's pages disagree on the default; false here [open].
    let internal = boolean(wish, "isRestricted")?.unwrap_or(false);
    boolean(wish, "webhookNotify")?;
    let author = author(&wish["author"])?;
    let id = desk.dice.uuid();
    let (attachments, files) = attachments(desk, &wish["attachments"], internal, &author)?;
    let comment = json!({
        "id": id, "text": text, "isRestricted": internal, "forms": [], "createdAt": desk.now, "author": author, "attachments": attachments,
    });
    let kind = if internal { "ADD_NOTE" } else { "ADD_COMMENT" };
    Ok(Plan {
        changes: vec![Change::Comment { comment, internal }, activity(desk.dice.uuid(), kind, desk.now, None, None)],
        payload: payload(wish, &files),
        files,
        id: id.to_string(),
        message: "Communication added",
        author: Some(wish["author"].clone()),
    })
}

fn boolean(wish: &Value, name: &str) -> Result<Option<bool>, Refused> {
    match &wish[name] {
        Value::Null => Ok(None),
        Value::Bool(value) => Ok(Some(*value)),
        _ => Err(Refused::field(&format!("communication.{name}"), "must be a boolean")),
    }
}

/// Who speaks, as reads show it: id and names, no e-mail. A clinician is known by e-mail; anybody else becomes a new user.
fn author(wish: &Value) -> Result<Value, Refused> {
    let email = wish["email"].as_str().filter(|email| email.contains('@'));
    let email = email.ok_or_else(|| Refused::field("communication.author.email", "must be a valid email"))?;
    let folded = email.trim().to_lowercase();
    if let Some(known) = CLINICIANS.iter().find(|who| who.email == folded) {
        return Ok(json!({"id": known.id, "firstName": known.first, "lastName": known.last}));
    }
    let name = |key: &str| match &wish[key] {
        Value::Null => Ok(None),
        Value::String(name) => Ok(Some(name.clone())),
        _ => Err(Refused::field(&format!("communication.author.{key}"), "must be a string")),
    };
    let hash = blake3::hash(folded.as_bytes());
    let bytes: [u8; 8] = std::array::from_fn(|place| hash.as_bytes()[place]);
    let id = format!("usr-e{}", Dice::new(u64::from_le_bytes(bytes), &[]).code(15));
    Ok(json!({"id": id, "firstName": name("firstName")?, "lastName": name("lastName")?}))
}

type Files = Vec<(Uuid, KeptFile)>;

/// `[{fileName, content (base64), isPHI?, isRestricted?}]`, decoded and kept.
fn attachments(
    desk: &mut Desk<'_>,
    wish: &Value,
    internal: bool,
    author: &Value,
) -> Result<(Vec<Value>, Files), Refused> {
    let wished = match wish {
        Value::Null => return Ok((Vec::new(), Vec::new())),
        Value::Array(all) => all,
        _ => return Err(Refused::field("communication.attachments", "must be an array")),
    };
    let mut shown = Vec::new();
    let mut kept = Vec::new();
    for one in wished {
        let name = one["fileName"].as_str().filter(|name| !name.is_empty());
        let name = name.ok_or_else(|| Refused::field("communication.attachments.fileName", "is required"))?;
        let content = one["content"].as_str().and_then(|content| STANDARD.decode(content).ok());
        let bytes = content.ok_or_else(|| Refused::field("communication.attachments.content", "must be base64"))?;
        let id = desk.dice.uuid();
        shown.push(json!({
            "id": id,
            "isRestricted": one["isRestricted"].as_bool().unwrap_or(internal),
            "isPHI": one["isPHI"].as_bool().unwrap_or(false),
            "fileName": name,
            "isDeleted": false,
            "createdAt": desk.now,
            "uploadedBy": author,
        }));
        kept.push((id, KeptFile { name: name.to_owned(), bytes }));
    }
    Ok((shown, kept))
}

/// The communication as sent, with sizes and hashes instead of contents.
fn payload(wish: &Value, files: &Files) -> Value {
    let mut payload = wish.clone();
    for (attachment, (_, file)) in payload["attachments"].as_array_mut().into_iter().flatten().zip(files) {
        attachment["content"] =
            json!(format!("{} bytes, BLAKE3 {}", file.bytes.len(), blake3::hash(&file.bytes).to_hex()));
    }
    payload
}

//! One specimen of a list: read, converted, and its own JSON made fit to keep and to compare.

use rounds_domain::pull::{Record, Rejected};
use serde::Deserialize;
use serde_json::{Value, value::RawValue};

use super::{
    convert::{self, Of, Rules},
    dto::Specimen,
};
use crate::{
    kept,
    lenient::{Dto, Lenient, Path, Text},
};

/// Reads one specimen.
pub(super) fn read(raw: &RawValue, of: Of<'_>, rules: &Rules) -> Result<Record, Rejected> {
    let text = raw.get();
    let Some((value, text)) = kept::parse(text) else {
        let reason = "The record cannot be read: it is nested too deeply, holds too many values or broken characters.";
        return Err(Rejected { external_id: id_only(text), reason: reason.into(), raw: String::new() });
    };
    let Some(fields) = value.as_object() else {
        let reason = format!("The record is {} instead of a specimen.", kept::kind_of(&value));
        return Err(Rejected { external_id: None, reason, raw: text });
    };
    // An id that is no plain value names nothing.
    let plain = fields.get("id").is_some_and(|id| id.is_string() || id.is_number());
    let specimen = Specimen::of(fields);
    let Some(id) = specimen.id.clone().filter(|_| plain) else {
        let reason = match fields.get("id") {
            None => "The record has no id, so it cannot be kept as a specimen.".to_owned(),
            Some(id) => format!("The record's id is {}, so it cannot be kept as a specimen.", kept::kind_of(id)),
        };
        return Err(Rejected { external_id: None, reason, raw: text });
    };
    let mut odd = Vec::new();
    Specimen::odd_fields(fields, &Path::Record, &mut odd);
    let item = convert::specimen(&id, &specimen, &odd, of, rules);
    // Whose it is, and what they are called, is part of what is shown and stands outside of the record.
    let print = kept::fingerprint(&value, |_, _| true);
    let fingerprint = format!("{print} {} {}", of.patient.unwrap_or_default(), of.name.unwrap_or_default());
    let fingerprint = blake3::hash(fingerprint.as_bytes()).to_hex().to_string();
    Ok(Record { item, children: vec![], fingerprint, raw: text })
}

/// Whether a specimen as it came has this id.
pub(super) fn names(raw: &RawValue, id: &str) -> bool {
    id_only(raw.get()).as_deref() == Some(id)
}

/// The id alone, without reading the rest.
fn id_only(text: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct OnlyId<'a> {
        #[serde(borrow, default)]
        id: Option<&'a RawValue>,
    }
    let only: OnlyId<'_> = serde_json::from_str(text).ok()?;
    let id: Value = serde_json::from_str(only.id?.get()).ok()?;
    Text::read(Some(&id)).filter(|_| id.is_string() || id.is_number())
}

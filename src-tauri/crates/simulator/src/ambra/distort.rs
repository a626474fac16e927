//! Pages that are spoiled on demand, in this system's own shape.

use serde_json::{Value, json};

use crate::dice::Dice;
use crate::exchange::{Answer, Asked};
use crate::faults::Distortion;

pub(crate) fn distort(asked: &Asked, page: Answer, distortion: Distortion) -> Answer {
    let Some(mut body) = page.value() else { return page };
    let mut dice = Dice::new(asked.number, &[0x6469_7374]);
    if distortion == Distortion::RepeatCursor {
        // Page numbers have no cursor to repeat: the page says that it is the first and that there is more.
        body["page"]["number"] = json!(1);
        body["page"]["more"] = json!(1);
    }
    let keys = ["studies", "cases", "orders", "patients", "filters", "messages", "qctasks", "users", "accounts"];
    let key = keys.into_iter().find(|key| body[*key].is_array()).unwrap_or_default();
    if let Some(rows) = body[key].as_array_mut().filter(|rows| !rows.is_empty()) {
        let place = dice.index(rows.len());
        match distortion {
            Distortion::RepeatCursor | Distortion::ExpiredCursor => {}
            Distortion::DuplicateRows => {
                let again: Vec<Value> = rows.iter().step_by(3).cloned().collect();
                rows.extend(again);
                rows.reverse();
            }
            Distortion::RecordWithoutId => {
                if let Some(fields) = rows[place].as_object_mut() {
                    fields.remove("uuid");
                }
            }
            Distortion::UnknownStatus => {
                let status = match key {
                    "cases" => "case_status",
                    "qctasks" => "qctask_status",
                    _ => "study_status",
                };
                rows[place][status] = json!("On Sabbatical");
            }
            Distortion::GarbledRecord => garble(&mut rows[place]),
        }
    }
    Answer { body: body.to_string().into(), ..page }
}

/// Numbers for texts, texts for lists, lists for objects; the id stays.
fn garble(row: &mut Value) {
    row["patient_name"] = json!({"unexpected": true});
    row["study_status"] = json!(42);
    row["updated"] = json!(1_700_000_000);
    row["created"] = json!("yesterday");
    row["must_approve"] = json!("perhaps");
    row["comments"] = json!("none");
    row["permissions"] = json!(["study_view"]);
    row["sps"] = json!({"0": null});
}

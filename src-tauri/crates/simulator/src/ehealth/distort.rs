//! Pages that are spoiled on demand, in this system's own shape.

use serde_json::{Value, json};

use crate::dice::Dice;
use crate::exchange::{Answer, Asked};
use crate::faults::Distortion;

pub(crate) fn distort(asked: &Asked, page: Answer, distortion: Distortion) -> Answer {
    let Some(mut body) = page.value() else { return page };
    let mut dice = Dice::new(asked.number, &[0x6469_7374]);
    match distortion {
        // It calls itself the first, and more to come.
        Distortion::RepeatCursor => {
            body["paging"] = json!({"page_number": 1, "page_size": 1, "total_pages": 9, "total_entries": 9});
        }
        Distortion::ExpiredCursor => {}
        _ => {
            if let Some(rows) = body["data"].as_array_mut().filter(|rows| !rows.is_empty()) {
                let place = dice.index(rows.len());
                spoil(rows, place, distortion);
            }
        }
    }
    Answer { body: body.to_string().into(), ..page }
}

fn spoil(rows: &mut Vec<Value>, place: usize, distortion: Distortion) {
    match distortion {
        Distortion::DuplicateRows => {
            let again: Vec<Value> = rows.iter().step_by(3).cloned().collect();
            rows.extend(again);
            rows.reverse();
        }
        Distortion::RecordWithoutId => {
            if let Some(fields) = rows[place].as_object_mut() {
                fields.remove("id");
            }
        }
        Distortion::UnknownStatus => rows[place]["status"] = json!("quarantined"),
        _ => garble(&mut rows[place]),
    }
}

/// Numbers for texts, texts for lists, lists for objects; the id stays.
fn garble(specimen: &mut Value) {
    specimen["type"] = json!([[17]]);
    specimen["status"] = json!(42);
    specimen["inserted_at"] = json!(1_700_000_000);
    specimen["collection"] = json!("yesterday");
    specimen["container"] = json!("a tube");
    specimen["accession_identifier"] = json!(12);
    specimen["subject"] = json!([null]);
}

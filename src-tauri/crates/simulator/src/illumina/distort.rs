//! Pages that are spoiled on demand, in this system's own shape.

use serde_json::{Value, json};

use crate::dice::Dice;
use crate::exchange::{Answer, Asked};
use crate::faults::Distortion;

pub(crate) fn distort(asked: &Asked, page: Answer, distortion: Distortion) -> Answer {
    let Some(mut body) = page.value() else { return page };
    let mut dice = Dice::new(asked.number, &[0x6469_7374]);
    if distortion == Distortion::RepeatCursor {
        // Page numbers have no cursor to repeat, and none that expires: the page says that it is the first and that there is more.
        body["number"] = json!(0);
        body["last"] = json!(false);
    }
    if let Some(rows) = body["content"].as_array_mut().filter(|rows| !rows.is_empty()) {
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
                    fields.remove("id");
                }
            }
            Distortion::UnknownStatus => rows[place]["status"] = json!("On Sabbatical"),
            Distortion::GarbledRecord => garble(&mut rows[place]),
        }
    }
    Answer { body: body.to_string().into(), ..page }
}

/// Numbers for texts, texts for lists, lists for objects; the id stays.
fn garble(row: &mut Value) {
    row["displayId"] = json!({"unexpected": true});
    row["status"] = json!(42);
    row["updatedDate"] = json!(1_700_000_000);
    row["createdDate"] = json!("yesterday");
    row["tags"] = json!("none");
    row["caseSubjects"] = json!({"0": null});
    row["testDefinition"] = json!(["a", "b"]);
    row["owners"] = json!([17, null, {"x": 1}]);
    row["ingestionResult"] = json!("{\"cut");
}

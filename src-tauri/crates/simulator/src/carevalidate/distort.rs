//! Pages that are spoiled on demand, in this system's own shape.

use serde_json::{Value, json};

use super::query::unknown_cursor;
use crate::dice::Dice;
use crate::exchange::{Answer, Asked};
use crate::faults::Distortion;

pub(crate) fn distort(asked: &Asked, page: Answer, distortion: Distortion) -> Answer {
    if distortion == Distortion::ExpiredCursor {
        return unknown_cursor().into();
    }
    let Some(mut body) = page.value() else { return page };
    let mut dice = Dice::new(asked.number, &[0x6469_7374]);
    if distortion == Distortion::RepeatCursor {
        let asked_with = asked.parameters().into_iter().find(|(name, _)| name == "after").map(|(_, id)| json!(id));
        let info = &mut body["data"]["pageInfo"];
        info["cursor"]["end"] = asked_with.unwrap_or_else(|| info["cursor"]["start"].clone());
        info["hasNextPage"] = json!(true);
        return Answer { body: body.to_string().into(), ..page };
    }
    if let Some(cases) = body["data"]["cases"].as_array_mut().filter(|cases| !cases.is_empty()) {
        let place = dice.index(cases.len());
        match distortion {
            Distortion::DuplicateRows => {
                let again: Vec<Value> = cases.iter().step_by(3).cloned().collect();
                cases.extend(again);
                cases.reverse();
                body["data"]["count"] = json!(body["data"]["cases"].as_array().map_or(0, Vec::len));
            }
            Distortion::RecordWithoutId => {
                if let Some(fields) = cases[place].as_object_mut() {
                    fields.remove("id");
                }
            }
            Distortion::UnknownStatus => cases[place]["status"] = json!("ON_SABBATICAL"),
            _ => garble(&mut cases[place]),
        }
    }
    Answer { body: body.to_string().into(), ..page }
}

/// Numbers for texts, texts for lists, lists for objects; the id stays.
fn garble(case: &mut Value) {
    case["title"] = json!({"unexpected": true});
    case["status"] = json!(42);
    case["createdAt"] = json!(1_700_000_000);
    case["isArchived"] = json!("no");
    case["submitter"] = json!(["Ann", "Lee"]);
    case["comments"] = json!("none");
    case["decisions"] = json!({"0": null});
    case["payments"] = json!([17, "x", null]);
}

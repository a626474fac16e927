//! Reports as text.

use rounds_domain::detail::{Fact, FactGroup};
use serde_json::Value;

use super::{date, fact, present};
use crate::{ambra::dto, lenient::Anything, lenient::Lenient};

/// The radiology reports and the latest HL7 report of a study, each a group.
pub(super) fn groups(study: &dto::Study) -> Vec<FactGroup> {
    let many = study.radreports.len() > 1;
    let radreports = study.radreports.iter().enumerate().map(|(index, report)| {
        let title = if many { format!("Report {}", index + 1) } else { "Report".to_owned() };
        let mut facts = present([
            fact("Report", &report.description),
            fact("Type", &report.kind.clone().filter(|kind| !kind.eq_ignore_ascii_case("radreport"))),
            date("Written", &report.created),
            date("Changed", &report.updated),
        ]);
        facts.extend(fields(&report.fields));
        FactGroup { title, facts }
    });
    let hl7 = FactGroup { title: "Report (HL7)".into(), facts: present([fact("Text", &study.report_text)]) };
    radreports.chain([hl7]).filter(|group| !group.facts.is_empty()).collect()
}

/// A report's fields are a hash; some installations send it as JSON in a text.
fn fields(fields: &Anything) -> Vec<Fact> {
    let Some(text) = &fields.0 else { return Vec::new() };
    match serde_json::from_str(text) {
        Ok(Value::Object(fields)) => {
            let mut told: Vec<(&String, &Value)> = fields.iter().collect();
            told.sort_by_key(|(name, _)| place(name));
            told.into_iter()
                .filter_map(|(name, value)| Fact::some(&spoken(name), Anything::read(Some(value)).0))
                .collect()
        }
        _ => Fact::some("Text", Some(text.as_str())).into_iter().collect(),
    }
}

/// A report is read from what was done to what it means; fields of other names stand between the two.
fn place(name: &str) -> usize {
    const FIRST: [&str; 5] = ["exam", "indication", "history", "technique", "comparison"];
    const LAST: [&str; 4] = ["finding", "impression", "conclusion", "recommendation"];
    let name = name.to_ascii_lowercase();
    let among = |names: &[&str]| names.iter().position(|known| name.contains(known));
    among(&FIRST).or_else(|| among(&LAST).map(|at| FIRST.len() + 1 + at)).unwrap_or(FIRST.len())
}

/// `clinical_history` as a label: `Clinical history`.
fn spoken(name: &str) -> String {
    let name = name.replace('_', " ");
    let mut letters = name.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

//! What an action needs of its system that no declaration tells.

use rounds_domain::{
    action::Fields,
    declare::{ActionDeclaration, System},
};
use rounds_simulator::Running;
use serde_json::{Value, json};

use super::Failure;

/// How a system is set for an action, and what of its own the action names.
pub(super) struct Needs {
    system: String,
    /// Settings, of the simulator and of the connection alike.
    pub(super) settings: Value,
    /// Values of fields, by their keys.
    pub(super) fields: Fields,
}

impl Needs {
    pub(super) fn of(simulator: &Running, system: &System, action: &ActionDeclaration) -> Result<Self, Failure> {
        let (settings, fields) = match (system.name.as_str(), action.name.as_str()) {
            ("lims", name) => at_lims(&simulator.facts("lims")?, name),
            // "When interpretation and reporting are bypassed in the test".
            ("illumina", "status") => (json!({"everyTestBypasses": true}), Fields::new()),
            ("ehealth", "reject") => (json!({}), Fields::from_iter([("reason".to_owned(), json!("HEMOLYZED"))])),
            _ => (json!({}), Fields::new()),
        };
        Ok(Self { system: system.name.clone(), settings, fields })
    }

    /// Sets the simulator so.
    pub(super) fn set(&self, simulator: &Running) -> Result<(), Failure> {
        simulator.change_settings(&self.system, &self.settings)?;
        Ok(())
    }
}

/// Whether an action is declared so that its absence has a reason: it is offered nowhere, and nothing is ever sent.
pub(super) fn is_out_of_reach(system: &str, action: &str) -> bool {
    // It wants a digital signature.
    (system, action) == ("ehealth", "cancel")
}

/// At a laboratory the patient mode says what is taken, and a record is named by the laboratory's own ids.
fn at_lims(facts: &Value, action: &str) -> (Value, Fields) {
    let mode = match action {
        "createLinkedCase" | "createPatient" | "updatePatient" => "option1",
        "createCaseAndUpdatePatient" => "option2",
        _ => "legacy",
    };
    let record = &facts["patients"][3];
    let mut fields = Fields::new();
    // An action has a field for one of the two, or for neither.
    fields.insert("MCID".into(), Value::from(record["MCID"].to_string()));
    fields.insert("patientMRN".into(), record["medicalRecordNumber"].clone());
    if action == "updatePatient" {
        fields.insert("contact".into(), json!({"phoneNumber": "+1-904-555-0199"}));
        // Nothing is emptied.
        fields.insert("emptied".into(), json!([]));
    }
    (json!({"patientMode": mode}), fields)
}

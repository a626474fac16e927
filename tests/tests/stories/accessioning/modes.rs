//! The three ways in which a laboratory treats patients.

use rounds_domain::{
    item::{IdentifierKind, ItemKind, StatusGroup},
    outbox::OutboxState,
};
use serde_json::{Value, json};

use super::{LIMS, Laboratory, case, own_case, patient};

fn mcid(record: &Value) -> String {
    record["MCID"].to_string()
}

/// The requisition of a record's person.
fn known(record: &Value) -> Value {
    let contact = &record["payload"]["contact"];
    json!({"firstName": contact["firstName"], "lastName": contact["lastName"], "dateOfBirth": contact["dateOfBirth"]})
}

#[tokio::test]
async fn what_a_laboratory_does_not_take_is_offered_with_its_reason() {
    for (mode, offered) in [
        ("legacy", &["createCase"][..]),
        ("option1", &["createCase", "createLinkedCase", "createPatient", "updatePatient"]),
        ("option2", &["createCase", "createCaseAndUpdatePatient"]),
    ] {
        let lab = Laboratory::open(mode).await;
        let all = lab.offers().await;
        assert_eq!(all.len(), 5, "{mode}");
        let open: Vec<&str> =
            all.iter().filter(|one| one.refused.is_none()).map(|one| one.declaration.name.as_str()).collect();
        assert_eq!(open, offered, "{mode}");
        for closed in all.iter().filter(|one| one.refused.is_some()) {
            let refused = lab.make(&closed.declaration.name, &own_case("TST26-1")).await.expect_err(mode);
            assert_eq!(Some(refused.to_string()), closed.refused, "{mode}");
        }
        lab.done("createCase", &own_case("TST26-1")).await;
        let effect = lab.effects().remove(0);
        assert!(effect.payload["patient"].get("MCID").is_none(), "{mode}: no MCID, the case's own patient");
    }
}

#[tokio::test]
async fn a_case_links_a_record_and_sends_nothing_else_of_its_patient() {
    let lab = Laboratory::open("option1").await;
    let record = lab.record(3);
    let fields = case("TST26-1", &json!({"MCID": mcid(&record), "known": known(&record)}));
    lab.done("createLinkedCase", &fields).await;
    let [effect] = &lab.effects()[..] else { panic!("once") };
    assert_eq!(effect.action, "CREATE_LINKED_CASE");
    assert_eq!(effect.payload["patient"], json!({"MCID": record["MCID"]}));
    assert_eq!(lab.record(3), record, "nothing of the record is changed");
    let page = lab.case("TST26-1").await;
    let number = |label: &str| {
        page.identifiers.iter().find(|one| one.label == label).map(|one| (one.kind, Value::from(one.value.clone())))
    };
    assert_eq!(number("MRN"), Some((IdentifierKind::Mrn, record["medicalRecordNumber"].clone())));
    assert_eq!(number("MCID"), Some((IdentifierKind::Patient, json!(mcid(&record)))));
    assert!(page.row.flags.is_empty(), "it is whom the requisition names: {:?}", page.row.flags);
}

#[tokio::test]
async fn a_case_that_was_linked_with_a_look_alike_says_so() {
    let lab = Laboratory::open("option1").await;
    // The same birth date, another name or address: people 97 and 98 look alike.
    let (meant, linked) = (lab.record(3), lab.record(97));
    let fields = case("TST26-1", &json!({"MCID": mcid(&linked), "known": known(&meant)}));
    lab.done("createLinkedCase", &fields).await;
    let page = lab.case("TST26-1").await;
    assert!(
        page.row.flags.iter().any(|flag| flag.alert && flag.label.contains("another patient")),
        "{:?}",
        page.row.flags
    );
    let shown = page.row.patient.unwrap();
    let family = linked["payload"]["contact"]["lastName"].as_str().unwrap().to_uppercase();
    assert!(shown.starts_with(&family), "whom the laboratory names counts: {shown}");
}

#[tokio::test]
async fn a_case_overwrites_the_record_that_it_links_where_the_laboratory_does_so() {
    let lab = Laboratory::open("option2").await;
    let record = lab.record(3);
    let fields = case("TST26-1", &json!({"MCID": mcid(&record), "patient": patient()}));
    lab.done("createCaseAndUpdatePatient", &fields).await;
    let [effect] = &lab.effects()[..] else { panic!("once") };
    assert_eq!(effect.action, "CREATE_CASE_AND_OVERWRITE_PATIENT");
    let now = lab.record(3);
    assert_eq!(now["payload"]["contact"]["lastName"], "Cordero");
    assert_eq!((&now["MCID"], &now["medicalRecordNumber"]), (&record["MCID"], &record["medicalRecordNumber"]));
}

#[tokio::test]
async fn a_new_record_and_a_change_of_one_arrive_once_and_only_what_changed() {
    for settings in [json!({}), json!({"idsAsText": true, "changeSaysNothing": false})] {
        let lab = Laboratory::open_with("option1", rounds_simulator::Temperament::Unkind, &settings).await;
        let made = lab.done("createPatient", &patient()).await;
        let page = lab.item(&made).await;
        assert_eq!((page.row.kind, page.row.status_group), (ItemKind::Patient, StatusGroup::Done));
        let effect = lab.effects().remove(0);
        assert_eq!(effect.action, "CREATE_PATIENT");
        let id = page.identifiers.iter().find(|one| one.label == "ID").expect("the ID of the reply");
        assert_eq!(Some(&id.value), effect.made_id.as_ref());

        let mrn = lab.record(3)["medicalRecordNumber"].as_str().unwrap().to_owned();
        let before = lab.record(3)["payload"].clone();
        let change = json!({"patientMRN": mrn, "contact": {"phoneNumber": "+1-904-555-0199"}, "emptied": [{"name": "contact.email"}]});
        let changed = lab.done("updatePatient", &change).await;
        let effect = lab.effects().remove(1);
        assert_eq!((effect.action.as_str(), &effect.case_id), ("UPDATE_PATIENT", &mrn));
        assert_eq!(effect.payload, json!({"contact": {"phoneNumber": "+1-904-555-0199", "email": ""}}));
        let mut expected = before;
        expected["contact"]["phoneNumber"] = json!("+1-904-555-0199");
        expected["contact"]["email"] = json!("");
        assert_eq!(lab.record(3)["payload"], expected, "everything else stays as it is there");
        // A second change of the same record is done on the same item, after the first.
        let again = json!({"patientMRN": mrn, "address": {"city": "Lund"}});
        let second = lab.done("updatePatient", &again).await;
        assert_eq!(second.item, changed.item, "one record, one lane");
        assert_eq!(lab.effects().len(), 3);
    }
}

#[tokio::test]
async fn a_mode_that_was_set_meanwhile_lets_nothing_leave_in_the_old_meaning() {
    let lab = Laboratory::open("option1").await;
    lab.simulator.down(LIMS).await.unwrap();
    let record = lab.record(3);
    let made = lab.make("createLinkedCase", &case("TST26-1", &json!({"MCID": mcid(&record)}))).await.unwrap();
    let change = rounds_sync::desk::ConnectionSettings {
        settings: [("patientMode".to_owned(), "option2".to_owned())].into(),
        ..Default::default()
    };
    lab.desk.rounds().set_connection(lab.connection, change).await.unwrap();
    lab.simulator.change_settings(LIMS, &json!({"patientMode": "option2"})).unwrap();
    lab.simulator.up(LIMS).unwrap();
    let row = lab.settled(made.id).await;
    assert_eq!(row.state, OutboxState::NeedsPerson);
    assert!(row.words.contains("option 2"), "{}", row.words);
    assert_eq!(
        (lab.effects().len(), lab.record(3)),
        (0, record),
        "under that mode it would have overwritten the record"
    );
}

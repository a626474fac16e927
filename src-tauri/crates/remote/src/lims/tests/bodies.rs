//! What is sent, beside the document's example.

use serde_json::{Value, json};

use super::{
    super::{
        actions::{CREATE_CASE, CREATE_CASE_AND_UPDATE, CREATE_LINKED_CASE, CREATE_PATIENT, UPDATE_PATIENT},
        item,
    },
    REPAIRED, SOURCE, action, case, example, lab,
};

fn body(settings: &[(&str, &str)], name: &str, fields: &Value) -> Result<Value, String> {
    let request = lab("https://lab.example.org", settings).request(&action(name, fields));
    request.map(|request| request.body).map_err(|error| error.message)
}

fn repaired() -> Value {
    serde_json::from_str::<Value>(REPAIRED).expect("the repaired example is JSON")["patient"].clone()
}

#[test]
fn the_documents_example_is_no_json_and_is_repaired_without_changing_what_it_says() {
    assert!(serde_json::from_str::<Value>(SOURCE).is_err());
    let lines = SOURCE.lines().map(|line| line.split_once("//").map_or(line, |(before, _)| before));
    let text: String = lines
        .collect::<Vec<_>>()
        .join("\n")
        .replace("\"socialSecurityNumber\": null", "\"socialSecurityNumber\": null,");
    let mut kept = String::from("{");
    for (at, letter) in text.char_indices() {
        let next = text[at + letter.len_utf8()..].trim_start().chars().next();
        if letter != ',' || !matches!(next, Some('}' | ']')) {
            kept.push(letter);
        }
    }
    let mended: Value = serde_json::from_str(&kept).expect("mended");
    assert_eq!(mended["patient"], repaired());
}

#[test]
fn a_case_sends_the_documents_patient_with_empty_texts_empty_and_nothing_null_but_the_number() {
    let sent = body(&[], CREATE_CASE, &case(&json!({"patient": example()}))).expect("a body");
    assert_eq!(sent["patient"], repaired());
    let bare = json!({"contact": {"firstName": "A", "lastName": "B", "sex": "F"}});
    let sent = body(&[], CREATE_CASE, &case(&json!({"patient": bare}))).expect("a body");
    for needed in ["contact", "address", "insurances", "medicationIDs"] {
        assert!(sent["patient"].get(needed).is_some_and(|value| !value.is_null()), "{needed} is there even if empty");
    }
    let contact = &sent["patient"]["contact"];
    assert_eq!(
        (&contact["middleName"], &contact["dateOfBirth"]),
        (&json!(""), &Value::Null),
        "a date has no empty text"
    );
}

#[test]
fn a_case_sends_its_samples_as_a_tree_and_its_times_in_utc() {
    let sent = body(&[], CREATE_CASE, &case(&json!({"patient": example()}))).expect("a body");
    let mut rest = sent.clone();
    rest.as_object_mut().expect("an object").remove("patient");
    assert_eq!(
        rest,
        json!({"operation": "create", "caseNumber": "TST23-00014", "dateOfService": "2023-06-01", "requisitionNumber": "LGEC_32541",
        "receivedDate": "2022-10-18T03:11:00.000Z", "stat": true, "testCase": false,
        "client": {"npi": "1841363512"}, "receivingLab": {"mcid": "APS_Lab"},
        "diagnoses": [{"code": "Z12.11", "codeSystem": "ICD10", "description": "", "mode": "Pre-Op"}],
        "physicians": [{"npi": "1558371450", "relationship": "ordering"}],
        "specimens": [
            {"sampleNumber": "-A", "parentSampleNumber": null, "sampleType": {"MCID": "Specimen"},
                "pathology": {"tissueOrigin": {"MCID": "(GI) Anus"}}},
            {"sampleNumber": "-A-1", "parentSampleNumber": "-A", "sampleType": {"MCID": "Cassette"}},
            {"sampleNumber": "-A-1-1", "parentSampleNumber": "-A-1", "sampleType": {"MCID": "Slide"},
                "pathology": {"pathologyStain": {"MCID": "H&E"}}},
        ]})
    );
}

#[test]
fn what_a_connection_says_of_every_case_goes_with_it_unless_the_case_says_otherwise() {
    let settings = [
        ("client_npi", "1"),
        ("receiving_lab", "Lab"),
        ("lean_lab", "Lean"),
        ("location_npi", "2"),
        ("discipline", "Pathology"),
        ("specialty", "GI"),
        ("specimen_modality", "Pathology"),
        ("ordering_application", "rounds"),
    ];
    let mut plain = case(&json!({"patient": example()}));
    let sent = body(&settings, CREATE_CASE, &plain).expect("a body");
    assert_eq!((&sent["client"]["npi"], &sent["receivingLab"]["mcid"]), (&json!("1841363512"), &json!("APS_Lab")));
    plain.as_object_mut().expect("an object").retain(|key, _| key != "client" && key != "receivingLab");
    let sent = body(&settings, CREATE_CASE, &plain).expect("a body");
    assert_eq!((&sent["client"]["npi"], &sent["receivingLab"]["mcid"]), (&json!("1"), &json!("Lab")));
    assert_eq!((&sent["leanLab"]["mcid"], &sent["locationOfService"]["npi"]), (&json!("Lean"), &json!("2")));
    assert_eq!(
        (&sent["disciplineIdentifier"], &sent["disciplineSpecialtyIdentifier"]),
        (&json!("Pathology"), &json!("GI"))
    );
    assert_eq!(sent["orderingApplication"], json!("rounds"));
    assert_eq!(sent["specimens"][0]["specimenModality"], json!("Pathology"));
}

#[test]
fn each_mode_sends_what_its_laboratory_takes_and_nothing_of_another_mode() {
    let linked = case(&json!({"MCID": "1032", "known": {"lastName": "Cordero"}}));
    let overwriting = case(&json!({"MCID": "1032", "patient": example()}));
    let (one, two) = ([("patientMode", "option1")], [("patientMode", "option2")]);
    assert_eq!(body(&one, CREATE_LINKED_CASE, &linked).map(|sent| sent["patient"].clone()), Ok(json!({"MCID": 1032})));
    let sent = body(&two, CREATE_CASE_AND_UPDATE, &overwriting).expect("a body");
    let mut expected = repaired();
    expected["MCID"] = json!(1032);
    assert_eq!(sent["patient"], expected);
    for settings in [&[][..], &one[..], &two[..]] {
        let sent = body(settings, CREATE_CASE, &case(&json!({"patient": example()}))).expect("a body");
        assert_eq!(sent["patient"], repaired(), "no MCID: the case's own patient");
    }
    for (settings, name, fields) in [
        (&[][..], CREATE_LINKED_CASE, &linked),
        (&[][..], CREATE_CASE_AND_UPDATE, &overwriting),
        (&[][..], CREATE_PATIENT, &example()),
        (&one[..], CREATE_CASE_AND_UPDATE, &overwriting),
        (&two[..], CREATE_LINKED_CASE, &linked),
        (&two[..], UPDATE_PATIENT, &json!({"patientMRN": "P1", "contact": {"email": "a@example.org"}})),
    ] {
        let refused = body(settings, name, fields).expect_err(name);
        assert!(refused.contains("Nothing was sent"), "a mode that was set since: {refused}");
    }
}

#[test]
fn an_id_of_digits_is_a_number_unless_that_would_be_another_id() {
    let one = ("patientMode", "option1");
    let mcid = |settings: &[(&str, &str)], id: &str| {
        body(settings, CREATE_LINKED_CASE, &case(&json!({"MCID": id}))).map(|sent| sent["patient"]["MCID"].clone())
    };
    for (id, sent) in [
        ("1032", json!(1032)),
        ("0032", json!("0032")),
        ("Payer110", json!("Payer110")),
        ("99999999999999999999", json!("99999999999999999999")),
    ] {
        assert_eq!(mcid(&[one], id), Ok(sent));
    }
    assert_eq!(mcid(&[one, ("id_form", "text")], "1032"), Ok(json!("1032")));
}

#[test]
fn a_change_of_a_record_sends_what_changed_and_empties_what_is_named() {
    let one = ("patientMode", "option1");
    let fields = json!({"patientMRN": "P 1/2", "contact": {"phoneNumber": "555-0100", "middleName": "  "},
        "emptied": [{"name": "contact.email"}, {"name": "contact.socialSecurityNumber"}, {"name": "insurances"}, {"name": "address.street2"}]});
    let lab = lab("https://lab.example.org", &[one]);
    let request = lab.request(&action(UPDATE_PATIENT, &fields)).map_err(|error| error.message).expect("a request");
    assert_eq!(
        request.body,
        json!({"contact": {"phoneNumber": "555-0100", "email": "", "socialSecurityNumber": null}, "address": {"street2": ""}, "insurances": []}),
        "what was left empty stays as it is there"
    );
    assert_eq!(request.path, ["patients", "P 1/2"]);
    for (fields, why) in [
        (json!({"patientMRN": "P1"}), "Nothing is filled in"),
        (
            json!({"patientMRN": "P1", "contact": {"email": "a@example.org"}, "emptied": [{"name": "contact.email"}]}),
            "“E-mail” is filled in and to be emptied",
        ),
        (json!({"patientMRN": "P1", "contact": {"socialSecurityNumber": "000-12-345"}}), "nine digits"),
    ] {
        let refused = item::made(&action(UPDATE_PATIENT, &fields)).expect_err(why);
        assert!(refused.contains(why) && !refused.contains("000-12"), "{refused}");
    }
}

#[test]
fn a_new_record_is_the_same_payload_bare_or_inside_patient() {
    let one = ("patientMode", "option1");
    assert_eq!(body(&[one], CREATE_PATIENT, &example()), Ok(repaired()));
    assert_eq!(
        body(&[one, ("patient_body", "wrapped")], CREATE_PATIENT, &example()),
        Ok(json!({"patient": repaired()}))
    );
}

//! What stands beside the studies: saved filters as views, messages, the account's patients, the way into the viewer.

use rounds_domain::item::{IdentifierKind, ItemKind};
use rounds_engine::pull::plan::Extent;
use serde_json::json;

use super::{AMBRA, Department};

#[tokio::test]
async fn a_filter_saved_there_shows_here_what_it_shows_there() {
    let department = Department::at_work(150, &json!({})).await;
    let view = department.desk.rounds().connections().await.unwrap().remove(0);
    let named = |name: &str| view.views.iter().find(|view| view.name == name).expect("it was saved there");
    assert_eq!(view.views.len(), 4);
    // What the system itself would list.
    let all = department.simulator.ids(AMBRA, 0, 1_000).unwrap()["ids"].clone();
    let truths: Vec<serde_json::Value> = all
        .as_array()
        .unwrap()
        .iter()
        .map(|id| department.simulator.truth(AMBRA, id.as_str().unwrap()).unwrap())
        .filter(|truth| truth["kind"] == "study")
        .map(|truth| truth["case"].clone())
        .collect();
    let there = |fits: &dyn Fn(&serde_json::Value) -> bool| {
        truths.iter().filter(|study| fits(study)).map(|study| study["uuid"].as_str().unwrap().to_owned()).collect()
    };
    let unread = |study: &serde_json::Value| study["study_status"].is_null() || study["study_status"] == "Unread";
    for (name, expected) in [
        ("Unread CT", there(&|study| unread(study) && study["modality"] == "CT")),
        ("Awaiting approval", there(&|study| study["must_approve"] == 1)),
        ("On hold", there(&|study| study["study_status"] == "On Hold")),
    ] {
        let expected: std::collections::BTreeSet<String> = expected;
        let query = named(name).query.as_ref().expect("it can be said here");
        let shown = department.desk.found(&format!("system:\"PACS\" {query}")).await;
        assert_eq!(shown, expected, "{name}: {query}");
        assert!(!expected.is_empty(), "{name} shows something");
    }
    let either = named("Unread CT or on hold");
    assert_eq!(either.query, None, "nothing is shown that is only nearly the same");
    assert!(either.why_not.as_ref().is_some_and(|why| why.contains("several other filters")));
}

#[tokio::test]
async fn messages_are_read_where_their_study_is_and_all_of_them_in_one_list() {
    let department = Department::at_work(900, &json!({})).await;
    let messages = department.desk.rounds().messages(department.connection).await.unwrap();
    let view = department.desk.rounds().connections().await.unwrap().remove(0);
    assert_eq!(view.messages as usize, messages.len());
    let about = messages.iter().find(|message| message.item.is_some()).expect("one is about a study");
    assert!(messages.iter().any(|message| message.item.is_none()), "and one about none");
    let times: Vec<_> = messages.iter().map(|one| one.message.made.as_ref().and_then(|made| made.at)).collect();
    assert!(times.windows(2).all(|pair| pair[0] >= pair[1]), "newest first");
    let study = department.view(about.item.unwrap()).await;
    assert!(study.messages.contains(&about.message));
    assert_eq!(study.row.patient, about.patient);
    let asked = |path: &str| department.simulator.requests().last.iter().filter(|one| one.path.ends_with(path)).count();
    let before = asked("/message/list");
    department.sync(Extent::Recent).await;
    assert_eq!(asked("/message/list"), before + 1, "asked for again because a person asked");
}

#[tokio::test]
async fn what_a_record_leaves_out_of_its_patient_comes_from_the_accounts_own_patients() {
    let department = Department::at_work(90, &json!({})).await;
    let whole = |kind, view: &rounds_domain::view::ItemView| {
        kind != ItemKind::Order || view.patient.as_ref().is_some_and(|patient| patient.birth_date.is_some())
    };
    let study = department.find(ItemKind::Study, |view| whole(ItemKind::Study, view)).await;
    let order = department.find(ItemKind::Order, |view| whole(ItemKind::Order, view)).await;
    let left_out = json!({"patient_birth_date": null, "patient_sex": null});
    for item in [&study, &order] {
        department.edit(&json!({"caseId": item.row.external_id, "set": left_out}));
    }
    let stranger = department
        .find(ItemKind::Study, |view| view.row.id != study.row.id && view.row.patient != study.row.patient)
        .await;
    department.edit(&json!({"caseId": stranger.row.external_id,
        "set": {"patient_birth_date": null, "patient_sex": "O", "patientid": "no such number"}}));
    department.sync(Extent::Full).await;
    for before in [study, order] {
        let now = department.view(before.row.id).await;
        assert_eq!(now.row.birth_date, before.row.birth_date, "{:?}", before.row.kind);
        assert_eq!(now.row.gender, before.row.gender);
        let told = now.facts.iter().flat_map(|group| &group.facts);
        let told: Vec<&str> =
            told.filter(|fact| fact.label.contains("patient record")).map(|fact| fact.value.as_str()).collect();
        assert_eq!(told, ["birth date, sex"], "whoever reads it is told where it comes from");
    }
    let now = department.view(stranger.row.id).await;
    assert_eq!(now.row.birth_date, None, "nobody's birth date is guessed");
}

#[tokio::test]
async fn a_case_knows_its_patient_by_its_studies_and_says_less_when_they_are_not_of_one_person() {
    let department = Department::at_work(120, &json!({})).await;
    let case = department.find(ItemKind::Case, |case| case.row.birth_date.is_some()).await;
    assert!(case.identifiers.iter().any(|identifier| identifier.kind == IdentifierKind::Mrn), "{:?}", case.identifiers);
    let truth = department.truth(&case);
    let study = truth["_studies"][0].as_str().unwrap();
    department.edit(&json!({"caseId": study, "set": {"patient_name": "Else^Somebody"}}));
    department.edit(&json!({"caseId": case.row.external_id, "set": {"name": "Second look"}}));
    department.sync(Extent::Full).await;
    let now = department.view(case.row.id).await;
    assert_eq!(now.row.birth_date, None);
    let named = now.row.patient.expect("the case names its person itself");
    assert!(!named.to_lowercase().contains("somebody"), "{named}");
}

#[tokio::test]
async fn a_study_leads_into_its_viewer_and_nowhere_else() {
    let department = Department::at_work(30, &json!({})).await;
    let study = department.find(ItemKind::Study, |study| !study.links.is_empty()).await;
    let link = &study.links[0];
    assert!(link.url.contains(&study.row.external_id) && !link.url.contains("sid="), "{}", link.url);
    let rounds = department.desk.rounds();
    assert_eq!(rounds.page_to_open(study.row.id, &link.url).await.unwrap(), link.url);
    assert!(rounds.page_to_open(study.row.id, "https://elsewhere.example.org").await.is_err());
    assert!(study.facts.iter().flat_map(|group| &group.facts).all(|fact| fact.value != link.url), "a link is no fact");
}

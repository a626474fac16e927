//! The same person at two systems: proposed with the evidence, decided by a person, and never more than a mark beside two patients.

use std::collections::BTreeSet;

use rounds_domain::{
    action::Fields,
    ids::{ConnectionId, ItemId},
    item::ItemKind,
    outbox::OutboxState,
    same_person::{EvidenceKind, THRESHOLD},
    view::{SamePatient, SamePerson},
};
use rounds_engine::pull::plan::Extent;
use rounds_simulator::{Options, Running, Simulator, Temperament};
use rounds_sync::{
    Patience,
    desk::{ConnectionForm, DeskError, Intent},
};
use serde_json::json;

use crate::{
    clinic::{Desk, SYSTEM, form, words},
    programs::Ctl,
};

const AMBRA: &str = "ambra";

/// A desk with a clinic and an imaging department that share their made-up people.
struct Both {
    simulator: Running,
    desk: Desk,
    clinic: ConnectionId,
    department: ConnectionId,
    /// A case of Oksana Hrytsenko's.
    case: String,
    /// Studies: of hers, of her twin's, of a namesake's.
    hers: String,
    twins: String,
    namesakes: String,
}

fn imaging(simulator: &Running) -> ConnectionForm {
    let about = &simulator.announcement.systems[AMBRA];
    let mut settings = words(&about.settings);
    settings.insert("requests_per_second".into(), "100".into());
    ConnectionForm {
        system: AMBRA.into(),
        name: "PACS".into(),
        base_url: about.base_url.clone(),
        settings,
        secrets: words(&about.secret),
    }
}

async fn simulator() -> Running {
    let systems = vec![SYSTEM.to_owned(), AMBRA.to_owned()];
    let options = Options { items: 40, temperament: Temperament::Kind, systems, seed: 5, ..Options::default() };
    Simulator::start(options).await.unwrap()
}

/// Makes the people of whom the stories tell, and answers the case and the three studies.
async fn peopled(simulator: &Running) -> (String, [String; 3]) {
    let desk = Desk::new().await;
    desk.connect(form(&simulator.announcement.systems[SYSTEM], "Clinic", &[])).await;
    desk.connect(imaging(simulator)).await;
    desk.rounds().sync_now(None, Extent::Full, Patience::SHORT).await.unwrap();
    let case = desk.found("kind:case system:clinic").await.pop_first().unwrap();
    let mut studies = desk.found("kind:study").await.into_iter();
    let studies = [studies.next().unwrap(), studies.next().unwrap(), studies.next().unwrap()];
    let mut submitter = simulator.truth(SYSTEM, &case).unwrap()["case"]["submitter"].clone();
    for (key, value) in [
        ("id", "usr-made-up-1"),
        ("firstName", "Оксана"),
        ("lastName", "Гриценко"),
        ("dob", "1985-03-14"),
        ("gender", "Female"),
    ] {
        submitter[key] = json!(value);
    }
    simulator.edit(SYSTEM, &json!({"caseId": case, "set": {"submitter": submitter}})).unwrap();
    let people = [
        ("Gritsenko^Oksana", "19850314", "77000001"),
        ("Gritsenko^Olena", "19850314", "77000002"),
        ("Gritsenko^Oksana", "19610102", "77000003"),
    ];
    for (study, (name, born, mrn)) in studies.iter().zip(people) {
        let set = json!({"patient_name": name, "patient_birth_date": born, "patientid": mrn, "patient_sex": "F"});
        simulator.edit(AMBRA, &json!({"caseId": study, "set": set})).unwrap();
    }
    (case, studies)
}

impl Both {
    async fn at_work() -> Self {
        let simulator = simulator().await;
        let (case, [hers, twins, namesakes]) = peopled(&simulator).await;
        let desk = Desk::new().await;
        let clinic = desk.connect(form(&simulator.announcement.systems[SYSTEM], "Clinic", &[])).await;
        let department = desk.connect(imaging(&simulator)).await;
        let both = Self { simulator, desk, clinic, department, case, hers, twins, namesakes };
        both.sync().await;
        both
    }

    async fn sync(&self) {
        let report = self.desk.rounds().sync_now(None, Extent::Full, Patience::SHORT).await.unwrap();
        assert!(report.connections.iter().all(|one| one.error.is_none()), "nothing stands in the way of this sync");
    }

    fn item(&self) -> ItemId {
        ItemId::derive(self.clinic, ItemKind::Case, &self.case)
    }

    fn study(&self, study: &str) -> ItemId {
        ItemId::derive(self.department, ItemKind::Study, study)
    }

    async fn same(&self, item: ItemId) -> SamePerson {
        self.desk.rounds().same_person(item).await.unwrap()
    }

    async fn confirm(&self, study: &str) {
        let rounds = self.desk.rounds();
        let (one, other) = (rounds.patient_of(self.item()).await, rounds.patient_of(self.study(study)).await);
        rounds.confirm_same(one.unwrap(), other.unwrap()).await.unwrap();
    }

    async fn comment(&self, text: &str) {
        let fields = Fields::from_iter([("text".to_owned(), json!(text))]);
        let intent = Intent { item: self.item(), action: "comment".into(), fields, hold: false, after: vec![] };
        let row = self.desk.rounds().act(intent).await.unwrap();
        self.sync().await;
        assert_eq!(self.desk.row(row.id).await.state, OutboxState::Confirmed);
    }
}

/// The external ids of the items of these patients.
fn items(patients: &[SamePatient]) -> BTreeSet<String> {
    patients.iter().flat_map(|one| &one.items).map(|row| row.external_id.clone()).collect()
}

#[tokio::test]
async fn a_patient_of_two_systems_is_proposed_and_look_alikes_are_not() {
    let both = Both::at_work().await;
    let same = both.same(both.item()).await;
    assert_eq!(items(&same.proposed), BTreeSet::from([both.hers.clone()]), "neither her twin nor a namesake");
    assert!(same.confirmed.is_empty(), "nobody but a person confirms");
    let [proposed] = same.proposed.as_slice() else { panic!("one patient") };
    let kinds: BTreeSet<EvidenceKind> = proposed.evidence.iter().map(|one| one.what).collect();
    let expected = [
        EvidenceKind::FamilyNameSpelling,
        EvidenceKind::SameGivenName,
        EvidenceKind::SameBirthDate,
        EvidenceKind::SameSex,
    ];
    assert_eq!(kinds, expected.into(), "across two scripts and two ways to write a date: {:#?}", proposed.evidence);
    assert_eq!(proposed.weight, proposed.evidence.iter().map(|one| one.weight).sum::<i32>());
    assert_eq!((proposed.connection_name.as_str(), proposed.system_title.is_empty()), ("PACS", false));
    let back = both.same(both.study(&both.hers)).await;
    assert!(items(&back.proposed).contains(&both.case), "the other page says the same");
    for other in [&both.twins, &both.namesakes] {
        let proposed = items(&both.same(both.study(other)).await.proposed);
        assert!(!proposed.contains(&both.case), "{other} is somebody else");
    }
    let request = rounds_domain::view::ListRequest {
        query: "gritsenko".into(),
        sort: rounds_domain::view::SortColumn::Work,
        descending: false,
        offset: 0,
        limit: 50,
    };
    let rows = both.desk.rounds().worklist(request).await.unwrap().rows;
    assert!(!rows.is_empty() && rows.iter().all(|row| row.similar), "each of them may be taken for another: {rows:#?}");

    // Whoever the two systems share by themselves: every pair has the evidence.
    let all = both.desk.rounds().same_proposals(0, 200).await.unwrap();
    assert!(all.total > 1, "the made-up people are the same in both systems");
    assert_eq!(all.pairs.len(), all.total as usize);
    assert!(all.pairs.windows(2).all(|two| two[0].other.weight >= two[1].other.weight), "the most convincing first");
    for pair in &all.pairs {
        assert_ne!(pair.one.connection, pair.other.connection);
        assert!(pair.other.weight >= THRESHOLD, "{:#?}", pair.other.evidence);
        assert!(pair.other.evidence.iter().any(|one| one.what != EvidenceKind::SameSex && one.weight >= 24));
    }
}

#[tokio::test]
async fn what_a_person_decides_holds_until_they_undo_it() {
    let mut both = Both::at_work().await;
    let before = both.desk.rounds().same_proposals(0, 0).await.unwrap().total;
    both.confirm(&both.hers).await;
    both.confirm(&both.hers).await;
    for (item, other) in [(both.item(), &both.hers), (both.study(&both.hers), &both.case)] {
        let same = both.same(item).await;
        assert!(items(&same.confirmed).contains(other), "both pages show the other");
        assert!(!items(&same.proposed).contains(other), "what is confirmed is no proposal");
        assert!(same.confirmed[0].decided.is_some() && same.confirmed[0].changed.is_empty());
    }
    assert_eq!(both.desk.rounds().same_proposals(0, 0).await.unwrap().total, before - 1);
    // Somebody else by mistake, on top of it.
    both.confirm(&both.namesakes).await;
    let through = both.same(both.study(&both.hers)).await;
    assert!(items(&through.confirmed).contains(&both.namesakes), "through the case, until that is undone");
    assert!(
        through.confirmed.iter().any(|one| one.decided.is_none()),
        "and it says that nobody confirmed just these two"
    );

    let rounds = both.desk.rounds();
    let me = rounds.patient_of(both.item()).await.unwrap();
    let [hers, namesakes] = [
        rounds.patient_of(both.study(&both.hers)).await.unwrap(),
        rounds.patient_of(both.study(&both.namesakes)).await.unwrap(),
    ];
    let refused = rounds.undo_same(hers, namesakes).await;
    assert!(matches!(refused, Err(DeskError::NotOffered(_))), "nobody decided about just these two");
    rounds.undo_same(me, namesakes).await.unwrap();
    rounds.undo_same(me, hers).await.unwrap();
    assert!(rounds.undo_same(me, hers).await.is_err(), "once is enough");
    let same = both.same(both.item()).await;
    assert!(same.confirmed.is_empty());
    assert_eq!(items(&same.proposed), BTreeSet::from([both.hers.clone()]), "what was undone is asked again");

    both.desk.rounds().refuse_same(me, hers).await.unwrap();
    both.sync().await;
    both.desk.start_again().await;
    both.sync().await;
    let same = both.same(both.item()).await;
    assert_eq!((same.proposed.len(), same.confirmed.len(), same.refused), (0, 0, 1), "nobody is asked again");
    // One connection has somebody twice: that is not ours to say.
    let rounds = both.desk.rounds();
    let refused = rounds.confirm_same(hers, namesakes).await.expect_err("both are the department's").to_string();
    assert!(refused.contains("one connection"), "{refused}");
}

#[tokio::test]
async fn what_is_done_after_a_link_goes_where_it_went_before() {
    let both = Both::at_work().await;
    both.comment("before").await;
    both.confirm(&both.hers).await;
    both.comment("after").await;
    let effects = both.simulator.effects(Some(SYSTEM));
    assert_eq!(effects.len(), 2, "once each");
    assert!(effects.iter().all(|effect| effect.case_id == both.case), "to the case's own id: {effects:#?}");
    assert!(both.simulator.effects(Some(AMBRA)).is_empty(), "and nothing to the other system");
}

#[tokio::test]
async fn a_link_stays_and_says_so_when_what_is_told_changes_and_goes_with_its_connection() {
    let both = Both::at_work().await;
    both.confirm(&both.hers).await;
    let set = json!({"patient_birth_date": "19610102"});
    both.simulator.edit(AMBRA, &json!({"caseId": both.hers, "set": set})).unwrap();
    both.sync().await;
    let same = both.same(both.item()).await;
    let [confirmed] = same.confirmed.as_slice() else { panic!("the link stays: {same:#?}") };
    let changed: Vec<EvidenceKind> = confirmed.changed.iter().map(|one| one.what).collect();
    assert_eq!(changed, [EvidenceKind::OtherBirthDate], "and says what speaks against it now");

    both.desk.rounds().remove_connection(both.department).await.unwrap();
    let same = both.same(both.item()).await;
    assert!(same.confirmed.is_empty() && same.proposed.is_empty(), "with the connection went its patients: {same:#?}");
    assert_eq!(both.desk.rounds().same_proposals(0, 10).await.unwrap().total, 0);
    let set = json!({"patient_birth_date": "19850314"});
    both.simulator.edit(AMBRA, &json!({"caseId": both.hers, "set": set})).unwrap();
    both.desk.connect(imaging(&both.simulator)).await;
    both.sync().await;
    let same = both.same(both.item()).await;
    assert!(same.confirmed.is_empty(), "what was decided went with the connection too");
    assert_eq!(items(&same.proposed), BTreeSet::from([both.hers.clone()]));
}

#[tokio::test]
async fn it_can_all_be_done_without_a_window() {
    let simulator = simulator().await;
    let (case, [hers, ..]) = peopled(&simulator).await;
    let ctl = Ctl::new().await;
    ctl.connect(form(&simulator.announcement.systems[SYSTEM], "Clinic", &[])).await;
    ctl.connect(imaging(&simulator)).await;
    ctl.good(&["sync", "--full"]).await;
    let (case, study) = (format!("{SYSTEM}:{case}"), format!("{AMBRA}:{hers}"));
    let list = ctl.good(&["same", "list"]).await;
    assert_eq!(list["total"].as_u64(), list["pairs"].as_array().map(|pairs| pairs.len() as u64));
    let shown = ctl.good(&["same", "show", &case]).await;
    assert_eq!(shown["proposed"][0]["items"][0]["externalId"], json!(hers));
    assert_eq!(shown["proposed"][0]["evidence"][0]["what"], json!("sameBirthDate"), "the heaviest first");
    let linked = ctl.good(&["link", &case, &study]).await;
    assert_eq!(linked["confirmed"][0]["items"][0]["externalId"], json!(hers));
    assert_eq!(linked["proposed"], json!([]));
    let undone = ctl.good(&["same", "undo", &case, &study]).await;
    assert_eq!(
        (undone["confirmed"].as_array().map(Vec::len), undone["proposed"].as_array().map(Vec::len)),
        (Some(0), Some(1))
    );
    let refused = ctl.good(&["same", "refuse", &case, &study]).await;
    assert_eq!((refused["proposed"].as_array().map(Vec::len), &refused["refused"]), (Some(0), &json!(1)));
    let confirmed = ctl.good(&["same", "confirm", &study, &case]).await;
    assert_eq!(confirmed["confirmed"].as_array().map(Vec::len), Some(1), "whoever changes their mind may");
    let said = ctl.run(&["link", &case, "ambra:nobody"]).await;
    assert_eq!((said.code, &said.json["error"]["code"]), (1, &json!("notFound")));
}

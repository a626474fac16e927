//! Files attached to a case: they arrive whole, once, and what is not known of them is told.

use rounds_domain::{
    action::{ReasonKind, Verb},
    file::OutFile,
    ids::ActionId,
    outbox::{OutboxState, OutboxState::Confirmed},
};
use rounds_engine::pull::plan::Extent;
use rounds_simulator::Fault;
use rounds_sync::desk::{AttachmentState, DeskError};
use serde_json::{Value, json};

use super::{Laboratory, nothing, offer};

const NAME: &str = "report of today.pdf";

fn report() -> Vec<u8> {
    [b"%PDF-1.7 made up ".as_slice(), &[0, 255, 254, 13, 10, 45, 45]].concat()
}

impl Laboratory {
    async fn keep(&self, case: &str, name: &str, content: Vec<u8>) -> Result<OutFile, DeskError> {
        self.desk.rounds().keep_file(self.id(case), "attach", "file", name, content).await
    }

    async fn attach(&self, case: &str) -> ActionId {
        let file = self.keep(case, &format!("folder/{NAME}"), report()).await.unwrap();
        self.act(case, "attach", json!({"file": [file]})).await.unwrap()
    }

    /// The files of this name upstream.
    fn there(&self, case: &str) -> Vec<Value> {
        let files = self.truth(case)["_files"].as_array().cloned().unwrap();
        files.into_iter().filter(|file| file["name"] == NAME).collect()
    }
}

#[tokio::test]
async fn a_file_arrives_once_as_it_was_and_can_be_opened() {
    for settings in [nothing(), json!({"replyWithFile": false, "filesSigned": true})] {
        let laboratory = Laboratory::at_work(10, &settings).await;
        let case = laboratory.case_that(|_| true);
        let id = laboratory.attach(&case).await;
        let row = laboratory.settled(id).await;
        assert_eq!((row.state, row.conflict), (Confirmed, None), "{settings}: {}", row.words);
        laboratory.sync(Extent::Full).await;
        let effects = laboratory.effects(&case);
        assert_eq!(effects.len(), 1, "{settings}: {effects:#?}");
        let content = format!("{} bytes, BLAKE3 {}", report().len(), OutFile::of("", &report()).hash);
        let sent = json!({"name": NAME, "mediaType": "application/pdf", "content": content});
        assert_eq!((effects[0].action.as_str(), &effects[0].payload), ("ADD_FILE", &sent), "{settings}");
        let file = laboratory.there(&case)[0]["id"].as_str().unwrap().to_owned();
        let (rounds, item) = (laboratory.desk.rounds(), laboratory.id(&case));
        rounds.fetch_attachment_now(item, file.clone()).await.unwrap();
        let AttachmentState::Here { bytes, .. } = rounds.attachment(item, file).await.unwrap() else {
            panic!("{settings}: it is here")
        };
        assert!(bytes == report(), "{settings}: byte for byte");
        assert_eq!(laboratory.simulator.violations().len(), 0, "{settings}");
    }
}

#[tokio::test]
async fn whatever_becomes_of_the_answer_it_is_there_at_most_once_and_known_where_it_can_be() {
    let alone = json!({"fileNamesAlone": true});
    for (fault, settings, state, words, effects) in [
        (Fault::AppliedReplyLost, nothing(), Confirmed, "confirmed", 1),
        (Fault::NotAppliedReplyLost, nothing(), OutboxState::NeedsPerson, "possibly sent", 0),
        (Fault::AppliedReplyLost, alone.clone(), OutboxState::NeedsPerson, "possibly sent", 1),
        (Fault::NotAppliedReplyLost, alone, OutboxState::NeedsPerson, "possibly sent", 0),
    ] {
        let laboratory = Laboratory::at_work(10, &settings).await;
        let case = laboratory.case_that(|_| true);
        laboratory.meets("POST", "/files", fault.clone());
        let id = laboratory.attach(&case).await;
        let row = laboratory.settled(id).await;
        let what = format!("{fault:?}, {settings}: {}", row.words);
        assert_eq!(laboratory.simulator.faults()[0].struck, 1, "{what}: the fault struck");
        assert_eq!(row.state, state, "{what}");
        assert!(row.words.starts_with(words), "{what}");
        laboratory.sync(Extent::Full).await;
        assert_eq!(laboratory.effects(&case).len(), effects, "{what}");
    }
}

#[tokio::test]
async fn a_file_of_the_same_name_that_was_there_before_is_not_taken_for_mine() {
    let laboratory = Laboratory::at_work(10, &nothing()).await;
    let case = laboratory.case_that(|_| true);
    let first = laboratory.attach(&case).await;
    assert_eq!(laboratory.settled(first).await.state, Confirmed);
    laboratory.meets("POST", "/files", Fault::NotAppliedReplyLost);
    let second = laboratory.attach(&case).await;
    let row = laboratory.settled(second).await;
    assert_eq!(row.reason.map(|reason| reason.kind), Some(ReasonKind::PossiblySent), "{}", row.words);
    assert_eq!(laboratory.there(&case).len(), 1, "the first alone");
}

#[tokio::test]
async fn what_was_attached_offline_leaves_days_later_though_the_case_has_changed() {
    let laboratory = Laboratory::at_work(10, &nothing()).await;
    let case = laboratory.case_that(|_| true);
    laboratory.simulator.down(super::ILLUMINA).await.unwrap();
    let id = laboratory.attach(&case).await;
    laboratory.sync(Extent::Recent).await;
    assert_eq!(laboratory.desk.row(id).await.state, OutboxState::Queued);
    laboratory.simulator.up(super::ILLUMINA).unwrap();
    laboratory.edit(&json!({"caseId": case, "set": {"tags": ["changed"]}}));
    laboratory.desk.clock.advance(std::time::Duration::from_hours(60));
    let row = laboratory.settled(id).await;
    assert_eq!(row.state, Confirmed, "a file stands in nobody's way: {}", row.words);
    assert_eq!(laboratory.effects(&case).len(), 1);
}

#[tokio::test]
async fn what_is_too_long_or_of_another_kind_is_refused_here_and_what_the_system_refuses_in_its_words() {
    let laboratory = Laboratory::at_work(10, &json!({"longestFile": 20})).await;
    let case = laboratory.case_that(|_| true);
    for (name, content, words) in [
        ("a.txt", vec![b'x'; (45 << 20) + 1], "longer than 45 MB"),
        ("a.exe", b"MZ".to_vec(), "of a kind that is not taken"),
        ("a.pdf", b"MZ".to_vec(), "not what its name says"),
        ("a.txt", Vec::new(), "is empty"),
    ] {
        let refused = laboratory.keep(&case, name, content).await.unwrap_err().to_string();
        assert!(refused.contains(words), "{refused}");
    }
    assert!(laboratory.act(&case, "attach", json!({})).await.is_err(), "without a file there is nothing to attach");
    let id = laboratory.attach(&case).await;
    let row = laboratory.settled(id).await;
    assert_eq!(row.reason.as_ref().map(|reason| reason.kind), Some(ReasonKind::Refused), "{}", row.words);
    assert!(row.words.contains("larger than the maximum"), "{}", row.words);
    assert!(laboratory.effects(&case).is_empty());
}

#[tokio::test]
async fn the_part_of_the_form_is_called_as_the_tenant_wants_it() {
    for (given, state) in [("file", OutboxState::NeedsPerson), ("attachment", Confirmed)] {
        let settings = json!({"filePart": "attachment"});
        let laboratory = Laboratory::at_work_with(10, &settings, &[("file_part", given)]).await;
        let case = laboratory.case_that(|_| true);
        let id = laboratory.attach(&case).await;
        let row = laboratory.settled(id).await;
        assert_eq!(row.state, state, "{given}: {}", row.words);
    }
}

#[tokio::test]
async fn attaching_is_offered_where_it_is_switched_on_and_the_files_can_be_read() {
    for (settings, but, refused) in [
        (nothing(), ("allow_attach_files", "true"), None),
        (nothing(), ("allow_attach_files", "false"), Some("Switched off")),
        (json!({"without": ["files"]}), ("allow_delete_files", "true"), Some("does not let this key read the files")),
    ] {
        let laboratory = Laboratory::at_work_with(10, &settings, &[but]).await;
        let view = laboratory.view(&laboratory.case_that(|_| true)).await;
        let offered = offer(&view, "attach");
        assert_eq!(offered.declaration.verb, Verb::Attach);
        let told = offered.refused.as_deref().unwrap_or_default();
        assert_eq!(offered.refused.is_some(), refused.is_some(), "{told}");
        assert!(told.contains(refused.unwrap_or_default()), "{told}");
    }
}

//! Whatever is done with a study, a case or an order arrives once, also when its answer is lost. The system's own record of
//! what it applied is the judge.

use rounds_domain::{item::ItemKind, outbox::OutboxState, view::ItemView};
use rounds_simulator::Fault;
use rounds_sync::desk::DeskError;
use serde_json::{Value, json};

use super::{Department, is_offered, offer, targets};

/// Something that is done, and what it meets.
struct Deed {
    kind: ItemKind,
    action: &'static str,
    path: &'static str,
    fits: fn(&ItemView) -> bool,
    fields: fn(&ItemView) -> Value,
    /// Whether a read can tell that it did not arrive, so that it is sent again by itself.
    tells: bool,
    /// Whether a read shows that it arrived and whose it is, or that this is all one.
    shows: bool,
}

fn deeds() -> Vec<Deed> {
    let deed = |kind, action, path, fits, fields, tells, shows| Deed { kind, action, path, fits, fields, tells, shows };
    let tag: fn(&ItemView) -> Value = |_| json!({"tag": "journal club"});
    let any: fn(&ItemView) -> bool = |_| true;
    let first_tag: fn(&ItemView) -> Value = |view| json!({"tag": targets(view, "untag")[0]});
    let tagged: fn(&ItemView) -> bool = |view| is_offered(view, "untag");
    let returnable: fn(&ItemView) -> bool = |view| is_offered(view, "return");
    let none: fn(&ItemView) -> Value = |_| json!({});
    vec![
        deed(ItemKind::Study, "tag", "/tag/add", any, tag, false, true),
        deed(ItemKind::Case, "tag", "/tag/add", any, tag, false, true),
        deed(ItemKind::Order, "tag", "/tag/add", any, tag, false, true),
        deed(ItemKind::Case, "untag", "/tag/delete", tagged, first_tag, false, true),
        deed(ItemKind::Order, "untag", "/tag/delete", tagged, first_tag, false, true),
        deed(ItemKind::Study, "star", "/study/star", any, |_| json!({"star": true}), true, true),
        deed(
            ItemKind::Case,
            "return",
            "/case/return",
            returnable,
            |_| json!({"reason": "Images missing \n"}),
            false,
            true,
        ),
        deed(
            ItemKind::Study,
            "delete-comment",
            "/study/comment/delete",
            |view| is_offered(view, "delete-comment"),
            |view| json!({"comment": targets(view, "delete-comment")[0]}),
            false,
            true,
        ),
        deed(
            ItemKind::Study,
            "qc-status",
            "/qctask/status/set",
            |view| is_offered(view, "qc-status"),
            |view| json!({"to": targets(view, "qc-status")[0]}),
            true,
            false,
        ),
        deed(
            ItemKind::Case,
            "unassign-admin",
            "/case/set",
            |view| is_offered(view, "unassign-admin"),
            none,
            true,
            false,
        ),
    ]
}

/// Makes what a deed needs and the made-up data may lack.
async fn prepare(department: &Department, deed: &Deed) -> ItemView {
    let kind = deed.kind;
    match deed.action {
        "untag" => {
            let one = department.find(kind, |_| true).await;
            department.edit(&json!({"caseId": one.row.external_id, "tag": "teaching"}));
        }
        "delete-comment" => {
            let one = department.find(kind, |view| is_offered(view, "comment")).await;
            let mine = json!({"text": "Please compare", "authorIndex": 0});
            department.edit(&json!({"caseId": one.row.external_id, "comment": mine}));
        }
        "return" => {
            let one = department.find(kind, |_| true).await;
            let handed_in = json!({"submitted": 1, "completed": 0, "closed": 0, "locked_user_id": null,
                "returned_date": null, "returned_reason": null});
            department.edit(&json!({"caseId": one.row.external_id, "set": handed_in}));
        }
        "star" => {
            return department.find(kind, |view| !view.row.flags.iter().any(|flag| flag.label == "Starred")).await;
        }
        _ => return department.find(kind, deed.fits).await,
    }
    department.sync(rounds_engine::pull::plan::Extent::Full).await;
    department.find(kind, deed.fits).await
}

#[tokio::test]
async fn whatever_becomes_of_the_answer_it_arrives_at_most_once_and_nothing_is_claimed_that_is_not_known() {
    for deed in deeds() {
        for (fault, applied) in [(Fault::AppliedReplyLost, true), (Fault::NotAppliedReplyLost, false)] {
            let department = Department::at_work(90, &json!({})).await;
            let item = prepare(&department, &deed).await;
            department.meets(deed.path, fault);
            let id = department.act(&item, deed.action, (deed.fields)(&item)).await.expect(deed.action);
            let row = department.settled(id).await;
            let what = format!("{} on a {}, applied: {applied}", deed.action, deed.kind.word());
            // A task has an id of its own, so what was written is counted by what was called.
            let written = || {
                department.simulator.effects(Some(super::AMBRA)).iter().filter(|one| one.action == deed.path).count()
            };
            let effects = written();
            assert_eq!(department.simulator.faults()[0].struck, 1, "{what}: the fault struck");
            if (!applied && deed.tells) || (applied && deed.shows) {
                assert_eq!((row.state, effects), (OutboxState::Confirmed, 1), "{what}: {}", row.words);
            } else {
                assert_eq!(row.state, OutboxState::NeedsPerson, "{what}: {}", row.words);
                // An order tells no time of change, so that what reads as before may have been set back.
                let told = if deed.kind == ItemKind::Order { "conflict" } else { "possibly" };
                assert!(row.words.starts_with(told), "{what}: {}", row.words);
                assert_eq!(effects, usize::from(applied), "{what}");
                department.sync(rounds_engine::pull::plan::Extent::Full).await;
                assert_eq!(written(), effects, "{what}: nothing more is sent by itself");
            }
        }
    }
}

#[tokio::test]
async fn a_comment_that_is_being_taken_back_says_so_and_can_stay() {
    let department = Department::at_work(60, &json!({})).await;
    let deed = deeds().into_iter().find(|deed| deed.action == "delete-comment").unwrap();
    let study = prepare(&department, &deed).await;
    let mine = targets(&study, "delete-comment").remove(0);
    let intent = rounds_sync::desk::Intent {
        item: study.row.id,
        action: "delete-comment".into(),
        fields: [("comment".to_owned(), json!(mine))].into_iter().collect(),
        hold: true,
        after: vec![],
    };
    let row = department.desk.rounds().act(intent).await.unwrap();
    assert!(row.names[&mine].contains("Please compare"), "nobody reads ids: {:?}", row.names);
    let removal = |view: &ItemView| {
        let comment = view.comments.iter().find(|comment| comment.id.as_deref() == Some(&mine));
        comment.and_then(|comment| comment.removal.as_ref().map(|row| row.id))
    };
    assert_eq!(removal(&department.view(study.row.id).await), Some(row.id), "it stands there, being removed");
    department.desk.rounds().undo(row.id).await.unwrap();
    assert_eq!(removal(&department.view(study.row.id).await), None, "taken back: it stays");
    assert!(department.effects(&study).is_empty());
    let id = department.act(&study, "delete-comment", json!({"comment": mine})).await.unwrap();
    assert_eq!(department.settled(id).await.state, OutboxState::Confirmed);
    let gone = department.view(study.row.id).await.comments.iter().all(|comment| comment.id.as_deref() != Some(&mine));
    assert!(gone && department.effects(&study).len() == 1);
    let told = department.desk.row(id).await.names.remove(&mine);
    assert_eq!(told.as_deref(), Some("a comment that is gone now"), "a receipt shows no ids");
}

#[tokio::test]
async fn an_item_offers_only_what_its_kind_has() {
    let department = Department::at_work(60, &json!({})).await;
    let case = department.find(ItemKind::Case, |_| true).await;
    assert!(offer(&case, "approve").is_none() && offer(&case, "complete").is_some());
    let order = department.find(ItemKind::Order, |_| true).await;
    assert_eq!(order.actions.iter().map(|offer| offer.declaration.name.as_str()).collect::<Vec<_>>(), ["tag", "untag"]);
    assert!(
        department.desk.found(&order.row.external_id).await.contains(&order.row.external_id),
        "an order is work too"
    );
}

#[tokio::test]
async fn a_tag_whose_answer_was_lost_is_there_whatever_others_did_with_the_tags() {
    let department = Department::at_work(60, &json!({})).await;
    let study = department.find(ItemKind::Study, |view| is_offered(view, "tag")).await;
    department.meets("/tag/add", Fault::AppliedReplyLost);
    let id = department.act(&study, "tag", json!({"tag": "journal club"})).await.unwrap();
    department.sync(rounds_engine::pull::plan::Extent::Recent).await;
    department.edit(&json!({"caseId": study.row.external_id, "tag": "somebody else's"}));
    let row = department.settled(id).await;
    assert_eq!(row.state, OutboxState::Confirmed, "{}", row.words);
    let sent = department.effects(&study).into_iter().filter(|effect| effect.action == "/tag/add").count();
    assert_eq!(sent, 1);
}

#[tokio::test]
async fn an_approval_that_cannot_be_carried_out_is_refused_before_it_is_saved() {
    let department = Department::at_work(30, &json!({})).await;
    let study = department.find(ItemKind::Study, |_| true).await;
    department.edit(&json!({"caseId": study.row.external_id, "set": {"must_approve": 1}}));
    department.sync(rounds_engine::pull::plan::Extent::Full).await;
    for (fields, words) in [
        (json!({"delay": 10, "must_match": "{}"}), "not both"),
        (json!({"must_match": "notjson"}), "JSON hash"),
        (json!({"must_match": "[1]"}), "JSON hash"),
        (json!({"delay": 601}), "cannot be used"),
    ] {
        let refused = department.act(&study, "approve", fields.clone()).await.expect_err(words);
        assert!(matches!(&refused, DeskError::Invalid(why) if why.contains(words)), "{fields}: {refused}");
    }
    assert!(department.view(study.row.id).await.outbox.is_empty(), "nothing was saved");
    let id = department.act(&study, "approve", json!({"delay": "10"})).await.unwrap();
    assert_eq!(department.settled(id).await.state, OutboxState::Confirmed);
}

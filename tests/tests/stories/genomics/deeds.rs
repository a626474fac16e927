//! Everything that can be done here, each with what it needs and what it leaves behind: it arrives once, also when its answer is lost
//! or there was no network. The system's own record of what it applied is the judge. (Files: `enclosed`.)

use rounds_domain::outbox::OutboxState;
use rounds_engine::pull::plan::Extent;
use rounds_simulator::Fault;
use serde_json::{Value, json};

use super::{ILLUMINA, Laboratory, nothing};

/// What a read can tell after the answer was lost.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Tells {
    /// Whether it arrived, and that it was mine.
    Everything,
    /// Whether it arrived, not whose hand it was. What did not arrive may be sent again: the last write wins.
    WhatStands,
    /// Whether it arrived; it is a decision and never sent again by itself.
    Decision,
    /// Nothing.
    Nothing,
}

/// What a case must be like.
enum Fits {
    /// It stands there.
    At(&'static str),
    /// It holds this.
    Has(fn(&Value) -> bool),
}

/// Something that is done.
struct Deed {
    action: &'static str,
    method: &'static str,
    path: &'static str,
    /// The record's name for it, and what was sent.
    effect: (&'static str, fn(&Value) -> Value),
    fields: fn(&Value) -> Value,
    fits: Fits,
    tells: Tells,
}

/// Files of a case that are there from the start.
fn has_file(case: &Value) -> bool {
    case["_files"].as_array().is_some_and(|files| !files.is_empty())
}

fn has_metadata(case: &Value) -> bool {
    !case["_metadata"].is_null()
}

fn first(case: &Value, list: &str, key: &str) -> Value {
    case[list][0][key].clone()
}

/// The last comment of a case: `prepare` wrote it as mine.
fn mine(case: &Value) -> Value {
    case["_comments"].as_array().and_then(|all| all.last()).map(|comment| comment["id"].clone()).unwrap_or_default()
}

fn deeds() -> Vec<Deed> {
    vec![
        Deed {
            action: "status",
            method: "POST",
            path: "/status",
            effect: ("STATUS", |_| json!({"status": "Complete", "subState": "DELIVERED"})),
            fields: |_| json!({"to": "Complete/DELIVERED"}),
            fits: Fits::At(super::READY),
            tells: Tells::WhatStands,
        },
        Deed {
            action: "qc-override",
            method: "POST",
            path: "/qc-actions?action=override",
            effect: ("QC_OVERRIDE", |_| json!({"action": "override"})),
            fields: |_| json!({}),
            fits: Fits::At("In Progress/QC_WARNING"),
            tells: Tells::Decision,
        },
        Deed {
            action: "qc-modify",
            method: "POST",
            path: "/qc-actions?action=modify",
            effect: ("QC_MODIFY", |_| json!({"action": "modify"})),
            fields: |_| json!({}),
            fits: Fits::At("In Progress/QC_WARNING"),
            tells: Tells::Decision,
        },
        Deed {
            action: "process",
            method: "POST",
            path: "/process",
            effect: ("PROCESS", |_| Value::Null),
            fields: |_| json!({}),
            fits: Fits::At("In Progress/READY_FOR_PROCESSING"),
            tells: Tells::Decision,
        },
        Deed {
            action: "comment",
            method: "POST",
            path: "/comments",
            effect: ("ADD_COMMENT", |_| json!({"text": "Please phase the second variant."})),
            fields: |_| json!({"text": "Please phase the second variant."}),
            fits: Fits::Has(|_| true),
            tells: Tells::Everything,
        },
        Deed {
            action: "edit-comment",
            method: "PUT",
            path: "/comments/",
            effect: ("UPDATE_COMMENT", |case| json!({"commentId": mine(case), "text": "Phased."})),
            fields: |case| json!({"comment": mine(case), "text": "Phased."}),
            fits: Fits::Has(|_| true),
            tells: Tells::Nothing,
        },
        Deed {
            action: "delete-comment",
            method: "DELETE",
            path: "/comments/",
            effect: ("DELETE_COMMENT", |case| json!({"commentId": mine(case)})),
            fields: |case| json!({"comment": mine(case)}),
            fits: Fits::Has(|_| true),
            tells: Tells::Nothing,
        },
        Deed {
            action: "tag",
            method: "POST",
            path: "/tags",
            effect: ("ADD_TAGS", |_| json!({"tags": ["board"]})),
            fields: |_| json!({"tag": "board"}),
            fits: Fits::Has(|_| true),
            tells: Tells::WhatStands,
        },
        Deed {
            action: "untag",
            method: "PUT",
            path: "/tags",
            effect: ("SET_TAGS", |case| json!({"tags": case["tags"].as_array().unwrap()[1..]})),
            fields: |case| json!({"tag": case["tags"][0]}),
            fits: Fits::Has(|case| case["tags"].as_array().is_some_and(|tags| tags.len() > 1)),
            tells: Tells::WhatStands,
        },
        Deed {
            action: "turn-around-time",
            method: "PUT",
            path: "/turn-around-time",
            effect: ("SET_TURN_AROUND_TIME", |_| json!({"turnAroundTime": 33})),
            fields: |_| json!({"days": 33}),
            fits: Fits::Has(|_| true),
            tells: Tells::Decision,
        },
        Deed {
            action: "metadata",
            method: "PUT",
            path: "/custom-metadata",
            effect: ("SET_METADATA", |case| json!({"Batch": case["_metadata"]["Batch"], "Site": "West"})),
            fields: |_| json!({"name": "Site", "value": "West"}),
            fits: Fits::Has(has_metadata),
            tells: Tells::Nothing,
        },
        Deed {
            action: "metadata",
            method: "POST",
            path: "/custom-metadata",
            effect: ("ADD_METADATA", |_| json!({"Site": "West"})),
            fields: |_| json!({"name": "Site", "value": "West"}),
            fits: Fits::Has(|case| !has_metadata(case)),
            tells: Tells::Nothing,
        },
        Deed {
            action: "delete-metadata",
            method: "DELETE",
            path: "/custom-metadata",
            effect: ("DELETE_METADATA", |_| json!({})),
            fields: |_| json!({}),
            fits: Fits::Has(has_metadata),
            tells: Tells::Decision,
        },
        Deed {
            action: "owner",
            method: "PATCH",
            path: "/cases/",
            effect: ("SET_OWNERS", |_| json!({"owners": ["usr-Gh25nCiDo4Qf0007"]})),
            fields: |_| json!({"owner": "usr-Gh25nCiDo4Qf0007"}),
            fits: Fits::Has(|case| case["owners"].as_array().is_some_and(Vec::is_empty)),
            tells: Tells::WhatStands,
        },
        Deed {
            action: "delete-file",
            method: "DELETE",
            path: "/files/",
            effect: ("DELETE_FILE", |case| json!({"fileId": first(case, "_files", "id")})),
            fields: |case| json!({"file": first(case, "_files", "id")}),
            fits: Fits::Has(has_file),
            tells: Tells::Nothing,
        },
    ]
}

impl Deed {
    /// What it is called where it fails.
    fn name(&self) -> String {
        format!("{} by {}", self.action, self.method)
    }

    /// A case it can be done with. What the made-up data may lack is made.
    async fn prepare(&self, laboratory: &Laboratory) -> String {
        let case = match self.fits {
            Fits::At(state) => laboratory.case_at(state).await,
            Fits::Has(fits) => laboratory.case_that(fits),
        };
        if matches!(self.action, "edit-comment" | "delete-comment") {
            let mine = json!({"text": "Please phase it.", "authorIndex": 0});
            laboratory.edit(&json!({"caseId": case, "comment": mine}));
            assert_eq!(laboratory.sync(Extent::Recent).await.error, None);
        }
        case
    }
}

#[tokio::test]
async fn whatever_is_done_is_carried_out_exactly_once_as_it_was_meant() {
    for deed in deeds() {
        let laboratory = Laboratory::at_work(30, &nothing()).await;
        let case = deed.prepare(&laboratory).await;
        let before = laboratory.truth(&case);
        let id = laboratory.act(&case, deed.action, (deed.fields)(&before)).await.expect(deed.action);
        let row = laboratory.settled(id).await;
        assert_eq!(row.state, OutboxState::Confirmed, "{}: {}", deed.name(), row.words);
        assert_eq!(row.conflict, None, "{}", deed.name());
        let effects = laboratory.effects(&case);
        let (action, payload) = deed.effect;
        assert_eq!(effects.len(), 1, "{}: {effects:#?}", deed.name());
        assert_eq!((effects[0].action.as_str(), &effects[0].payload), (action, &payload(&before)), "{}", deed.name());
        assert_eq!(laboratory.simulator.violations().len(), 0, "{}: no rule is broken", deed.name());
        laboratory.sync(Extent::Full).await;
        assert_eq!(laboratory.effects(&case).len(), 1, "{}: nothing more is sent", deed.name());
        assert!(laboratory.view(&case).await.row.pending.is_empty(), "{}: it stands there now", deed.name());
    }
}

#[tokio::test]
async fn whatever_becomes_of_the_answer_it_arrives_at_most_once_and_nothing_is_claimed_that_is_not_known() {
    for deed in deeds() {
        for (fault, applied) in [(Fault::AppliedReplyLost, true), (Fault::NotAppliedReplyLost, false)] {
            let laboratory = Laboratory::at_work(30, &nothing()).await;
            let case = deed.prepare(&laboratory).await;
            let fields = (deed.fields)(&laboratory.truth(&case));
            laboratory.meets(deed.method, deed.path, fault);
            let id = laboratory.act(&case, deed.action, fields).await.expect(deed.action);
            let row = laboratory.settled(id).await;
            let what = format!("{}, applied: {applied}", deed.name());
            assert_eq!(laboratory.simulator.faults()[0].struck, 1, "{what}: the fault struck");
            let (state, words, effects) = match (deed.tells, applied) {
                (Tells::Everything, _) | (Tells::WhatStands, false) => (OutboxState::Confirmed, "confirmed", 1),
                (Tells::WhatStands | Tells::Decision, true) => (OutboxState::NeedsPerson, "possibly yours", 1),
                (Tells::Decision, false) => (OutboxState::NeedsPerson, "possibly sent", 0),
                (Tells::Nothing, applied) => (OutboxState::NeedsPerson, "possibly sent", usize::from(applied)),
            };
            assert_eq!(row.state, state, "{what}: {}", row.words);
            assert!(row.words.starts_with(words), "{what}: {}", row.words);
            assert_eq!(laboratory.effects(&case).len(), effects, "{what}");
            laboratory.sync(Extent::Full).await;
            assert_eq!(laboratory.effects(&case).len(), effects, "{what}: nothing more is sent by itself");
        }
    }
}

#[tokio::test]
async fn what_was_done_offline_leaves_when_the_network_is_back() {
    for deed in deeds() {
        let laboratory = Laboratory::at_work(30, &nothing()).await;
        let case = deed.prepare(&laboratory).await;
        let fields = (deed.fields)(&laboratory.truth(&case));
        laboratory.simulator.down(ILLUMINA).await.unwrap();
        let id = laboratory.act(&case, deed.action, fields).await.expect(deed.action);
        laboratory.sync(Extent::Recent).await;
        assert_eq!(laboratory.desk.row(id).await.state, OutboxState::Queued, "{}: offline it waits", deed.name());
        laboratory.simulator.up(ILLUMINA).unwrap();
        laboratory.desk.clock.advance(std::time::Duration::from_mins(10));
        let row = laboratory.settled(id).await;
        assert_eq!(row.state, OutboxState::Confirmed, "{}: {}", deed.name(), row.words);
        assert_eq!(laboratory.effects(&case).len(), 1, "{}", deed.name());
    }
}

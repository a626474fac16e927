//! Everything that can be done here, each with what it needs and what it leaves behind.

use rounds_engine::pull::plan::Extent;
use serde_json::{Value, json};

use super::Laboratory;

/// What a read can tell after the answer was lost.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Tells {
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
pub(super) struct Deed {
    pub(super) action: &'static str,
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    /// The record's name for it, and what was sent.
    pub(super) effect: (&'static str, fn(&Value) -> Value),
    pub(super) fields: fn(&Value) -> Value,
    fits: Fits,
    pub(super) tells: Tells,
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

pub(super) fn deeds() -> Vec<Deed> {
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
    pub(super) fn name(&self) -> String {
        format!("{} by {}", self.action, self.method)
    }

    /// A case it can be done with. What the made-up data may lack is made.
    pub(super) async fn prepare(&self, laboratory: &Laboratory) -> String {
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

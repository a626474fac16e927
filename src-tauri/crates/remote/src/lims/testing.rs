//! An action as tests and targets need one.

use std::{fmt::Debug, str::FromStr};

use chrono::DateTime;
use rounds_domain::{
    action::{Action, Actor, Fields, Proof, Verb},
    outbox::OutboxState,
};
use serde_json::Value;

fn read<T: FromStr<Err: Debug>>(text: &str) -> T {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error:?}"))
}

/// An action as the outbox sends it.
pub(super) fn action(name: &str, fields: &Value) -> Action {
    let id = "00000000-0000-7000-8000-000000000007";
    Action {
        id: read(id),
        connection: read(id),
        item: read(id),
        sequence: 1,
        depends_on: vec![],
        name: name.into(),
        verb: Verb::Create,
        proof: Proof::None,
        fields: fields.as_object().cloned().unwrap_or_default(),
        saw: Fields::new(),
        wants: Fields::new(),
        own_mark: None,
        actor: Actor::default(),
        made_at: DateTime::UNIX_EPOCH,
        seen: None,
        state: OutboxState::Inflight,
        attempts: 1,
        waits: 0,
        sign_ins: 0,
        looks: 0,
        rounds: 0,
        sent_at: Some(DateTime::UNIX_EPOCH),
        elapsed: None,
        baseline: None,
        next_at: None,
        reason: None,
        conflict: None,
        remote_ref: None,
        settled_at: None,
    }
}

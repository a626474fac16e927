//! Values that others change too, sessions that end, PINs, and feeds that tell what changed: stories of a made-up reading room.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use rounds_domain::{
    action::{Fields, ReasonKind},
    ids::{ActionId, ConnectionId, ItemId},
    item::ItemKind,
    outbox::OutboxState,
    projection::WorklistRow,
    pull::Slice,
    view::{OutboxRow, TroubleKind},
};
use rounds_engine::pull::plan::Extent;
use rounds_sync::{
    desk::{ConnectionForm, DeskError, Intent},
    report::ConnectionReport,
};
use serde_json::json;

use crate::{
    clinic::Desk,
    reading_room::{KINDS, NAME, Next, PIN, Room, at, room},
};

struct Story {
    desk: Desk,
    connection: ConnectionId,
    room: Arc<Mutex<Room>>,
}

impl Story {
    /// A desk at a room with one new study, read by nobody.
    async fn new(address: &str) -> Self {
        let base_url = format!("https://{address}.example.org");
        let room = room(&base_url);
        room.lock().unwrap().put("s1", &json!({"status": "NEW", "reader": null}), 100);
        let desk = Desk::with(KINDS).await;
        let form = ConnectionForm {
            system: NAME.into(),
            name: "Room".into(),
            base_url,
            settings: [].into(),
            secrets: [].into(),
        };
        let connection = desk.connect(form).await;
        Self { desk, connection, room }
    }

    /// As [`new`](Self::new), with everything read.
    async fn at_work(address: &str) -> Self {
        let story = Self::new(address).await;
        assert_eq!(story.sync(Extent::Full).await.error, None);
        story
    }

    fn room(&self) -> std::sync::MutexGuard<'_, Room> {
        self.room.lock().unwrap()
    }

    async fn sync(&self, extent: Extent) -> ConnectionReport {
        let report =
            self.desk.rounds().sync_now(Some(self.connection), extent, rounds_sync::Patience::SHORT).await.unwrap();
        report.connections.into_iter().next().unwrap()
    }

    fn id(&self) -> ItemId {
        ItemId::derive(self.connection, ItemKind::Study, "s1")
    }

    async fn shown(&self) -> WorklistRow {
        self.desk.rounds().item(self.id()).await.unwrap().row
    }

    async fn act(&self, action: &str, field: &str, value: &str) -> Result<ActionId, DeskError> {
        let fields = Fields::from_iter([(field.to_owned(), json!(value))]);
        let intent = Intent { item: self.id(), action: action.into(), fields, hold: false, after: vec![] };
        self.desk.rounds().act(intent).await.map(|row| row.id)
    }

    /// Lets time pass until nothing goes on by itself any more.
    async fn settled(&self, id: ActionId) -> OutboxRow {
        for _ in 0..20 {
            self.sync(Extent::Recent).await;
            let row = self.desk.row(id).await;
            if row.state.is_final() || row.state == OutboxState::NeedsPerson {
                return row;
            }
            self.desk.clock.advance(Duration::from_secs(40));
        }
        panic!("it must come to an end: {:?}", self.desk.row(id).await)
    }
}

fn reason(row: &OutboxRow) -> Option<ReasonKind> {
    row.reason.as_ref().map(|reason| reason.kind)
}

#[tokio::test]
async fn a_status_is_shown_as_pending_and_confirmed_once() {
    let story = Story::at_work("pending").await;
    let refused = story.act("status", "status", "NONSENSE").await;
    assert!(matches!(refused, Err(DeskError::Invalid(text)) if text.contains("NEW, HELD, READ")));
    let id = story.act("status", "status", "READ").await.unwrap();
    let row = story.shown().await;
    assert_eq!(row.status.as_deref(), Some("NEW"), "the remote has not said anything else yet");
    assert_eq!(row.pending.iter().filter_map(|one| one.value.as_deref()).collect::<Vec<_>>(), ["READ"]);
    assert_eq!(story.settled(id).await.state, OutboxState::Confirmed);
    let row = story.shown().await;
    assert_eq!((row.status.as_deref(), row.pending.len()), (Some("READ"), 0));
    assert_eq!(story.room().effects.len(), 1);
}

#[tokio::test]
async fn two_of_mine_in_a_row_do_not_conflict_with_each_other() {
    let story = Story::at_work("in-a-row").await;
    let first = story.act("status", "status", "HELD").await.unwrap();
    let second = story.act("status", "status", "READ").await.unwrap();
    assert_eq!(story.settled(second).await.state, OutboxState::Confirmed);
    let first = story.desk.row(first).await;
    assert_eq!((first.state, first.conflict), (OutboxState::Confirmed, None), "nobody else changed it");
}

#[tokio::test]
async fn a_change_beside_what_is_touched_is_no_conflict_and_one_of_it_is() {
    let story = Story::at_work("beside").await;
    let id = story.act("status", "status", "READ").await.unwrap();
    story.room().set("s1", "reader", "u2", Some(200));
    assert_eq!(story.settled(id).await.state, OutboxState::Confirmed, "the status stands as it was seen");

    let id = story.act("assign", "reader", "u3").await.unwrap();
    story.room().set("s1", "reader", "u4", Some(300));
    let row = story.settled(id).await;
    assert_eq!((row.state, reason(&row)), (OutboxState::NeedsPerson, Some(ReasonKind::Conflict)));
    let field = row.conflict.as_ref().unwrap().fields[0].clone();
    assert_eq!((field.base, field.mine, field.theirs), (json!("u2"), Some(json!("u3")), json!("u4")));
    assert_eq!(story.room().effects.len(), 1, "nothing was sent over it");
    let again = story.desk.rounds().resolve(id, true).await.unwrap();
    assert_eq!(story.settled(again.id).await.state, OutboxState::Confirmed, "mine, on what is there now");
    assert_eq!(story.room().effects.last().unwrap().2, json!("u3"));
}

#[tokio::test]
async fn a_stale_status_is_read_again_and_shown_field_by_field() {
    let story = Story::at_work("stale").await;
    story.room().next.push_back(Next::AfterForeignChange("HELD"));
    let id = story.act("status", "status", "READ").await.unwrap();
    let row = story.settled(id).await;
    assert_eq!(reason(&row), Some(ReasonKind::Conflict));
    let field = row.conflict.unwrap().fields[0].clone();
    assert_eq!((field.base, field.mine, field.theirs), (json!("NEW"), Some(json!("READ")), json!("HELD")));
    story.desk.rounds().resolve(id, false).await.unwrap();
    let row = story.shown().await;
    assert_eq!((row.status.as_deref(), row.pending.len()), (Some("HELD"), 0));
    assert!(story.room().effects.is_empty());
}

#[tokio::test]
async fn a_lost_answer_is_looked_for_and_never_sent_twice() {
    for (locked, state) in [(true, OutboxState::Confirmed), (false, OutboxState::NeedsPerson)] {
        let story = Story::at_work(&format!("lost-{locked}")).await;
        story.room().studies.get_mut("s1").unwrap().locked_by_me = locked;
        story.room().next.push_back(Next::AppliedReplyLost);
        let id = story.act("status", "status", "READ").await.unwrap();
        let row = story.settled(id).await;
        assert_eq!(row.state, state, "provably mine: {locked}");
        assert_eq!(story.room().effects.len(), 1);
        if !locked {
            assert_eq!((row.words.as_str(), reason(&row)), ("possibly yours", Some(ReasonKind::PossiblySent)));
            assert_eq!(row.choices, ["keepMine", "takeTheirs", "discard"]);
        }
    }
}

#[tokio::test]
async fn what_did_not_arrive_is_set_again_once_its_old_value_proves_it() {
    let story = Story::at_work("not-arrived").await;
    story.room().next.push_back(Next::LostOnTheWay);
    let id = story.act("assign", "reader", "u1").await.unwrap();
    assert_eq!(story.settled(id).await.state, OutboxState::Confirmed);
    assert_eq!(story.room().effects.len(), 1, "exactly once");
}

#[tokio::test]
async fn a_pin_holds_the_connection_until_it_is_given_also_by_another_process() {
    let mut story = Story::at_work("pin").await;
    let signed_in = story.room().sign_ins;
    {
        let mut room = story.room();
        room.session = None;
        room.asks_for_pin = true;
    }
    let id = story.act("status", "status", "READ").await.unwrap();
    let report = story.sync(Extent::Recent).await;
    assert!(report.error.is_some());
    let calls = story.room().calls;
    for _ in 0..3 {
        story.sync(Extent::Recent).await;
    }
    assert_eq!(story.room().sign_ins, signed_in + 1, "one sign-in for a 401, and no other PIN");
    assert_eq!(story.room().calls, calls, "nothing is asked while the PIN is waited for");
    story.desk.start_again().await;
    story.sync(Extent::Recent).await;
    assert_eq!(story.room().sign_ins, signed_in + 1, "the next process waits for the same PIN");
    let view = story.desk.rounds().connections().await.unwrap().remove(0);
    assert_eq!(view.trouble.map(|trouble| trouble.kind), Some(TroubleKind::Pin));
    assert!(view.pin_wanted.is_some());

    let wrong = story.desk.rounds().give_pin(story.connection, "0000").await.unwrap();
    assert!(wrong.is_err_and(|error| error.message == "This PIN is wrong."));
    story.desk.rounds().give_pin(story.connection, PIN).await.unwrap().expect("the right one");
    assert_eq!(story.settled(id).await.state, OutboxState::Confirmed, "it goes on where it was");
    let view = story.desk.rounds().connections().await.unwrap().remove(0);
    assert_eq!((view.trouble, view.pin_wanted), (None, None));
    assert!(matches!(story.desk.rounds().give_pin(story.connection, PIN).await, Err(DeskError::NotOffered(_))));
}

#[tokio::test]
async fn nothing_leaves_in_another_name_when_a_session_ends_and_somebody_else_signs_in() {
    let story = Story::at_work("somebody-else").await;
    let id = story.act("status", "status", "READ").await.unwrap();
    {
        let mut room = story.room();
        room.session = None;
        room.given_name = Some("Ben");
    }
    for _ in 0..3 {
        let report = story.sync(Extent::Recent).await;
        assert!(report.error.is_some_and(|error| error.message.contains("Ana Ruiz")), "its person is told whose it is");
    }
    assert!(story.room().effects.is_empty());
    assert!(!story.desk.row(id).await.state.is_final(), "and nothing is lost");
    {
        let mut room = story.room();
        room.session = None;
        room.given_name = None;
    }
    assert_eq!(story.settled(id).await.state, OutboxState::Confirmed);
}

#[tokio::test]
async fn a_session_serves_the_next_process_and_is_begun_anew_once_when_it_ends() {
    let mut story = Story::at_work("session").await;
    assert_eq!(story.room().sign_ins, 1);
    story.desk.start_again().await;
    assert_eq!(story.sync(Extent::Full).await.error, None);
    assert_eq!(story.room().sign_ins, 1, "no slot is taken for the same person");
    story.room().session = None;
    assert_eq!(story.sync(Extent::Full).await.error, None);
    assert_eq!(story.room().sign_ins, 2);
    let me = story.desk.rounds().store().connection(story.connection).await.unwrap().me;
    assert_eq!(me.id.as_deref(), Some("u1"), "who I am was told by a sign-in that nobody asked for");
}

#[tokio::test]
async fn changes_are_read_from_before_the_watermark_and_open_items_in_batches() {
    let story = Story::at_work("changes").await;
    {
        let mut room = story.room();
        assert!(room.pulls.contains(&Slice::Changed { since: None }) && room.pulls.contains(&Slice::All));
        room.pulls.clear();
        room.batches.clear();
        for n in 0..120 {
            room.put(&format!("n{n}"), &json!({"status": "NEW"}), 500);
        }
    }
    story.sync(Extent::Recent).await;
    assert_eq!(
        story.room().pulls.first(),
        Some(&Slice::Changed { since: Some(at(40)) }),
        "a minute before the watermark"
    );
    // What somebody writes beside it does not move its time.
    story.room().set("s1", "reader", "u2", None);
    story.room().batches.clear();
    story.desk.clock.advance(Duration::from_secs(5));
    story.sync(Extent::Recent).await;
    let raw = story.desk.rounds().raw(story.id()).await.unwrap();
    assert!(raw.contains("u2"), "an open item is read again: {raw}");
    let batches = story.room().batches.clone();
    assert_eq!(batches.iter().sum::<usize>(), 121, "each once: {batches:?}");
    assert!(batches.iter().all(|size| *size <= 50), "{batches:?}");
}

#[tokio::test]
async fn what_every_list_passes_over_is_looked_for_by_itself_before_it_is_called_gone() {
    let story = Story::at_work("passed-over").await;
    story.room().passed_over.push("s1".into());
    for sweep in 1..=4 {
        story.desk.clock.advance(Duration::from_secs(5));
        assert_eq!(story.sync(Extent::Full).await.error, None);
        assert!(!story.shown().await.gone, "it is there; sweep {sweep} passed over it");
    }
    {
        let mut room = story.room();
        room.studies.remove("s1");
        room.is_busy = true;
    }
    for _ in 0..3 {
        story.desk.clock.advance(Duration::from_secs(5));
        story.sync(Extent::Full).await;
        assert!(!story.shown().await.gone, "nothing was said of it");
    }
    story.room().is_busy = false;
    story.desk.clock.advance(Duration::from_hours(2));
    for _ in 0..2 {
        story.desk.clock.advance(Duration::from_secs(5));
        assert_eq!(story.sync(Extent::Full).await.error, None);
    }
    assert!(story.shown().await.gone);
}

#[tokio::test]
async fn what_vanished_is_gone_after_two_sweeps_of_everything() {
    let story = Story::at_work("vanished").await;
    story.room().studies.remove("s1");
    for sweep in 1..=2 {
        assert!(!story.shown().await.gone, "before sweep {sweep}");
        story.desk.clock.advance(Duration::from_secs(5));
        story.sync(Extent::Full).await;
    }
    assert!(story.shown().await.gone);
}

#[tokio::test]
async fn whom_it_can_be_assigned_to_is_known_after_somebody_looked() {
    let story = Story::at_work("candidates").await;
    story.desk.rounds().look_again(story.id()).await.unwrap();
    let view = story.desk.rounds().item(story.id()).await.unwrap();
    let assign = view.actions.iter().find(|offer| offer.declaration.name == "assign").unwrap();
    assert_eq!(assign.people.iter().filter_map(|person| person.id.as_deref()).collect::<Vec<_>>(), ["u2"]);
}

//! What people do at their desks.

use std::rc::Rc;

use chrono::TimeDelta;
use rounds_domain::{
    action::Fields,
    ids::{ActionId, ItemId},
    item::ItemKind,
    outbox::OutboxState,
    view::OutboxRow,
};
use rounds_engine::pull::plan::Extent;
use rounds_sync::{
    Keep, Patience,
    desk::{ConnectionSettings, DeskError, Intent, NewIntent},
};
use serde_json::{Value, json};

use super::{
    plan::{Doing, Hold, On, PEOPLE, Step, TAGS, TEXTS, Verdict, made_name, status},
    world::{Program, Shelf, World},
};
use crate::toy::client::PIN;

impl<S: Shelf> World<S> {
    /// A person does something.
    pub(super) async fn act(&self, step: Step) {
        let Step::Act { desk, server, item, doing, value, hold, after_last } = step else { return };
        if self.is_asleep(desk) {
            return;
        }
        let Some(program) = self.program(desk) else { return };
        let Some(connection) = self.desks[desk].connections.borrow().get(server).copied() else { return };
        if doing == Doing::Make {
            return self.make(desk, server, made_name(value), hold, None).await;
        }
        let Some((kind, name)) = self.chosen(desk, server, item) else { return };
        let item = ItemId::derive(connection, kind, &name);
        let Some((action, mut fields)) = self.filled_in(&program, item, doing, value).await else { return };
        let last = *self.desks[desk].last.borrow();
        let after: Vec<ActionId> = last.filter(|_| after_last).into_iter().collect();
        // Some comments have a file with them.
        if doing == Doing::Comment && value % 3 == 0 {
            let content = format!("made up {value}").into_bytes();
            match program.keep_file(item, action, "file", "note.txt", content).await {
                Ok(file) => _ = fields.insert("file".to_owned(), json!([file])),
                Err(error) => return self.expected(&error),
            }
        }
        let intent = |fields: Fields| Intent {
            item,
            action: action.into(),
            fields,
            hold: hold != Hold::No,
            after: after.clone(),
        };
        let saved = program.act(intent(fields.clone())).await;
        let Some(id) = self.saved(desk, saved) else { return };
        if !self.undo(desk, &program, id, hold).await {
            return;
        }
        if let (Hold::DoneAnew(_), Some(text)) = (hold, fields.get_mut("text")) {
            *text = Value::from(TEXTS[(value + 1) % TEXTS.len()]);
            let saved = program.act(intent(fields)).await;
            self.saved(desk, saved);
        }
    }

    /// What the window called saved.
    fn saved(&self, desk: usize, saved: Result<OutboxRow, DeskError>) -> Option<ActionId> {
        match saved {
            Ok(row) => {
                self.check().said_saved(row.id);
                *self.desks[desk].last.borrow_mut() = Some(row.id);
                Some(row.id)
            }
            Err(error) => {
                self.expected(&error);
                None
            }
        }
    }

    /// Takes back what was just done, where its person does so in time; says whether it is taken back.
    async fn undo(&self, desk: usize, program: &Program<S>, id: ActionId, hold: Hold) -> bool {
        let (Hold::Undone(after) | Hold::DoneAnew(after)) = hold else { return false };
        self.time.sleep(TimeDelta::milliseconds(after)).await;
        if self.is_asleep(desk) {
            return false;
        }
        self.check().person_ends(id);
        match program.undo(id).await {
            Ok(row) => row.state == OutboxState::Withdrawn,
            Err(error) => {
                self.check().person_left(id);
                self.expected(&error);
                false
            }
        }
    }

    /// The item that is meant, as its server calls it.
    fn chosen(&self, desk: usize, server: usize, item: On) -> Option<(ItemKind, String)> {
        if let On::MadeHere(nth) = item {
            let made = self.desks[desk].made.borrow();
            let names: Vec<&String> = made.iter().filter(|(at, _)| *at == server).map(|(_, name)| name).collect();
            if let Some(name) = names.get(nth % names.len().max(1)) {
                return Some((ItemKind::Case, (*name).clone()));
            }
        }
        let (On::There(nth) | On::MadeHere(nth)) = item;
        let there = self.remotes[server].server();
        let (name, thing) = there.things.iter().nth(nth % there.things.len().max(1))?;
        Some((if thing.study { ItemKind::Study } else { ItemKind::Case }, name.clone()))
    }

    /// An action's name, and its fields as its person fills them in.
    async fn filled_in(
        &self,
        program: &Program<S>,
        item: ItemId,
        doing: Doing,
        value: usize,
    ) -> Option<(&'static str, Fields)> {
        let (action, field, value) = match doing {
            Doing::Comment => ("comment", "text", TEXTS[value % TEXTS.len()].to_owned()),
            Doing::Status => ("status", "status", status(value).to_owned()),
            Doing::Assign => ("assign", "reader", format!("user-{}", PEOPLE[value % PEOPLE.len()])),
            Doing::Note => ("note", "note", format!("mine {value}")),
            Doing::Tag => ("tag", "tag", TAGS[value % TAGS.len()].to_owned()),
            Doing::Unsay => ("unsay", "remark", self.offered(program, item, "unsay", value).await?),
            Doing::Untag => ("untag", "tag", self.offered(program, item, "untag", value).await?),
            Doing::Approve => return Some(("approved", Fields::new())),
            Doing::Receive => return Some(("received", Fields::new())),
            Doing::Make => return None,
        };
        Some((action, [(field.to_owned(), Value::String(value))].into_iter().collect()))
    }

    /// One of what an item offers for an action, as it stands at this desk.
    async fn offered(&self, program: &Program<S>, item: ItemId, action: &str, nth: usize) -> Option<String> {
        let stored = program.store().item(item).await.ok()?;
        let offer = stored.item.offers.iter().find(|offer| offer.action == action)?;
        offer.targets.get(nth % offer.targets.len().max(1)).cloned()
    }

    /// A person makes a case, or fills one in anew that has not left yet.
    async fn make(&self, desk: usize, server: usize, name: String, hold: Hold, instead: Option<ActionId>) {
        let Some(program) = self.program(desk) else { return };
        let Some(connection) = self.desks[desk].connections.borrow().get(server).copied() else { return };
        let fields = [("name".to_owned(), Value::from(name.clone()))].into_iter().collect();
        let intent = NewIntent { connection, action: "create".into(), fields, hold: hold != Hold::No, instead };
        if let Some(id) = instead {
            self.check().person_ends(id);
        }
        let saved = program.make(intent).await;
        let Some(id) = self.saved(desk, saved) else {
            if let Some(id) = instead {
                self.check().person_left(id);
            }
            return;
        };
        self.desks[desk].made.borrow_mut().insert((server, name));
        self.undo(desk, &program, id, hold).await;
    }

    /// A person fills one of the cases in anew that have not left yet.
    async fn correct(&self, desk: usize, program: &Program<S>, rows: &[OutboxRow], which: usize) {
        let may = |row: &&OutboxRow| row.action == "create" && row.choices.iter().any(|choice| choice == "discard");
        let offered: Vec<&OutboxRow> = rows.iter().filter(may).collect();
        let Some(row) = offered.get(which % offered.len().max(1)) else { return };
        let Ok(action) = program.store().action(row.id).await else { return };
        let server = self.desks[desk].connections.borrow().iter().position(|id| *id == action.connection);
        let Some(server) = server else { return };
        self.make(desk, server, made_name(which), Hold::No, Some(row.id)).await;
    }

    /// A person decides about one of what is unsettled.
    pub(super) async fn decide(&self, desk: usize, which: usize, verdict: Verdict) {
        if self.is_asleep(desk) {
            return;
        }
        let Some(program) = self.program(desk) else { return };
        let rows = match program.outbox(false).await {
            Ok(rows) => rows,
            Err(error) => return self.expected(&error),
        };
        let word = match verdict {
            Verdict::Correct => return self.correct(desk, &program, &rows, which).await,
            Verdict::Undo => "undo",
            Verdict::Retry => "retry",
            Verdict::Discard => "discard",
            Verdict::KeepMine => "keepMine",
            Verdict::TakeTheirs => "takeTheirs",
        };
        let offered: Vec<ActionId> =
            rows.iter().filter(|row| row.choices.iter().any(|choice| choice == word)).map(|row| row.id).collect();
        let Some(id) = offered.get(which % offered.len().max(1)).copied() else { return };
        self.check().person_ends(id);
        let decided = match verdict {
            Verdict::Undo => program.undo(id).await,
            Verdict::Retry => program.retry(id).await,
            Verdict::Discard => program.discard(id, "It is no longer needed.").await,
            Verdict::KeepMine => program.resolve(id, true).await,
            Verdict::TakeTheirs | Verdict::Correct => program.resolve(id, false).await,
        };
        match decided {
            Ok(row) => self.check().said_saved(row.id),
            Err(error) => {
                self.check().person_left(id);
                self.expected(&error);
            }
        }
    }

    /// A person signs in, and types the number that they are sent.
    pub(super) async fn sign_in(&self, desk: usize, server: usize) {
        if self.is_asleep(desk) {
            return;
        }
        let Some(program) = self.program(desk) else { return };
        let Some(id) = self.desks[desk].connections.borrow().get(server).copied() else { return };
        let waits = |views: &[rounds_domain::view::ConnectionView]| {
            views.iter().any(|view| view.id == id && view.pin_wanted.is_some())
        };
        let wanted = program.connections().await.is_ok_and(|views| waits(&views));
        if !wanted && let Err(error) = program.test_connection(id).await {
            return self.expected(&error);
        }
        if program.connections().await.is_ok_and(|views| waits(&views))
            && let Err(error) = program.give_pin(id, PIN).await
        {
            self.expected(&error);
        }
    }

    /// A person presses "sync"; says whether everything could be read.
    pub(super) async fn sync(&self, desk: usize, full: bool) -> bool {
        if self.is_asleep(desk) {
            return false;
        }
        let Some(program) = self.program(desk) else { return false };
        let extent = if full { Extent::Full } else { Extent::Recent };
        match program.sync_now(None, extent, Patience::NONE).await {
            Ok(report) => report.connections.iter().all(|connection| connection.error.is_none()),
            Err(error) => {
                self.expected(&error);
                false
            }
        }
    }

    /// Somebody fills in who they are.
    pub(super) async fn sit_down(&self, desk: usize, server: usize, given: &str) {
        if self.is_asleep(desk) {
            return;
        }
        let Some(program) = self.program(desk) else { return };
        let Some(id) = self.desks[desk].connections.borrow().get(server).copied() else { return };
        let settings = [("given_name".to_owned(), given.to_owned())].into();
        let change = ConnectionSettings { settings, ..ConnectionSettings::default() };
        match program.set_connection(id, change).await {
            Ok(_) => self.sign_in(desk, server).await,
            Err(error) => self.expected(&error),
        }
    }

    /// People come back to their desks, sign in as themselves, and press "sync".
    pub(super) async fn put_right(self: Rc<Self>, desk: usize) {
        for server in 0..self.remotes.len() {
            self.sit_down(desk, server, PEOPLE[desk]).await;
        }
        // Whoever is asked for a number again types it again.
        for _ in 0..5 {
            for server in 0..self.remotes.len() {
                self.sign_in(desk, server).await;
            }
            if self.sync(desk, false).await {
                return;
            }
        }
    }
}

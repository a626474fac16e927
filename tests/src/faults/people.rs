//! What people do at their desks.

use std::rc::Rc;

use rounds_domain::{
    action::Fields,
    ids::{ActionId, ItemId},
    item::ItemKind,
};
use rounds_engine::pull::plan::Extent;
use rounds_sync::{
    Patience,
    desk::{ConnectionSettings, Intent},
};
use serde_json::{Value, json};

use super::{
    plan::{Doing, PEOPLE, Step, TEXTS, Verdict, status},
    world::{Shelf, World},
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
        let names: Vec<(String, bool)> =
            self.remotes[server].server().things.iter().map(|(name, thing)| (name.clone(), thing.study)).collect();
        let Some((name, study)) = names.get(item % names.len().max(1)).cloned() else { return };
        let kind = if study { ItemKind::Study } else { ItemKind::Case };
        let number = value;
        let (action, field, value) = match doing {
            Doing::Comment => ("comment", "text", TEXTS[value % TEXTS.len()].to_owned()),
            Doing::Status => ("status", "status", status(value).to_owned()),
            Doing::Assign => ("assign", "reader", format!("user-{}", PEOPLE[value % PEOPLE.len()])),
            Doing::Note => ("note", "note", format!("mine {value}")),
            Doing::Approve => ("approved", "", String::new()),
            Doing::Receive => ("received", "", String::new()),
        };
        let mut fields = Fields::new();
        if !field.is_empty() {
            fields.insert(field.to_owned(), Value::String(value));
        }
        let last = *self.desks[desk].last.borrow();
        let after = last.filter(|_| after_last).into_iter().collect();
        let item = ItemId::derive(connection, kind, &name);
        // Some comments have a file with them.
        if doing == Doing::Comment && number % 3 == 0 {
            let content = format!("made up {number}").into_bytes();
            match program.keep_file(item, action, "file", "note.txt", content).await {
                Ok(file) => _ = fields.insert("file".to_owned(), json!([file])),
                Err(error) => return self.expected(&error),
            }
        }
        match program.act(Intent { item, action: action.into(), fields, hold, after }).await {
            Ok(row) => {
                self.check().said_saved(row.id);
                *self.desks[desk].last.borrow_mut() = Some(row.id);
            }
            Err(error) => self.expected(&error),
        }
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
            Verdict::TakeTheirs => program.resolve(id, false).await,
        };
        match decided {
            Ok(row) => self.check().said_saved(row.id),
            Err(error) => self.expected(&error),
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

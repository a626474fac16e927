//! The twelve invariants of the outbox, checked after every step against the servers' own record of what took effect.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};
use rounds_domain::{
    action::{Action, Fields, Proof, ReasonKind},
    ids::{ActionId, ConnectionId, ItemId},
    outbox::OutboxState,
    view::ConnectionView,
};
use rounds_store::table::item::PageWrite;
use rounds_sync::Clock;
use serde_json::Value;

use super::{
    invariant::{Invariant, Violation},
    machine::Machine,
    plan::Lateness,
};
use crate::toy::server::{Deed, Effect, Server, TAGS};

/// No wait is longer than what a remote may ask for, with the jitter.
const LONGEST_WAIT: TimeDelta = TimeDelta::seconds(3_600 + 10);
/// No action is sent more often by itself.
const MOST_ATTEMPTS: u32 = 50;

/// What is known of an action from what was kept of it.
struct Known {
    desk: usize,
    action: Action,
}

/// The check of one schedule.
pub(super) struct Check {
    lateness: Lateness,
    servers: Vec<Arc<Mutex<Server>>>,
    looked_at: Vec<usize>,
    violation: Option<Violation>,
    known: BTreeMap<ActionId, Known>,
    /// What the window called saved.
    saved: BTreeSet<ActionId>,
    /// What a person ended, and how many times they set out to: what was not to be ended any more counts no longer.
    ended: BTreeMap<ActionId, u32>,
    /// The last effect of each lane.
    lanes: BTreeMap<(usize, ItemId), i64>,
    /// Slices whose last sweep failed.
    failing: BTreeSet<(usize, ConnectionId, i64)>,
    /// What somebody changed right behind a confirmation, as a page showed it first: to be told.
    slipped_in: BTreeSet<ActionId>,
    /// Confirmed actions behind which a page was read.
    compared: BTreeSet<ActionId>,
    /// How each action moved, in the order in which that was kept.
    moves: Vec<String>,
    /// The slices of a feed, as they were last planned.
    planned: BTreeMap<(usize, i64, String), BTreeSet<i64>>,
}

impl Check {
    pub(super) fn new(lateness: Lateness, servers: Vec<Arc<Mutex<Server>>>) -> Self {
        Self {
            lateness,
            looked_at: vec![0; servers.len()],
            servers,
            violation: None,
            known: BTreeMap::new(),
            saved: BTreeSet::new(),
            ended: BTreeMap::new(),
            lanes: BTreeMap::new(),
            failing: BTreeSet::new(),
            moves: vec![],
            planned: BTreeMap::new(),
            slipped_in: BTreeSet::new(),
            compared: BTreeSet::new(),
        }
    }

    pub(super) fn violation(&self) -> Option<&Violation> {
        self.violation.as_ref()
    }

    /// The first one counts: what follows may follow from it.
    pub(super) fn broken(&mut self, invariant: Invariant, what: impl Into<String>) {
        self.violation.get_or_insert_with(|| Violation { invariant, what: what.into() });
    }

    fn server(&self, at: usize) -> MutexGuard<'_, Server> {
        self.servers[at].lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn effects_of(&self, id: ActionId) -> usize {
        (0..self.servers.len()).map(|at| self.server(at).effects.iter().filter(|effect| effect.tag == id).count()).sum()
    }

    /// Whether a second effect of an action of this kind is its own fault: one that comes later than anybody waits is not, unless
    /// it is never sent again.
    fn may_double(&self, proof: Proof) -> bool {
        self.lateness == Lateness::Beyond && proof != Proof::None
    }

    /// The window said "saved".
    pub(super) fn said_saved(&mut self, id: ActionId) {
        self.saved.insert(id);
    }

    /// A person is about to end it.
    pub(super) fn person_ends(&mut self, id: ActionId) {
        *self.ended.entry(id).or_default() += 1;
    }

    /// It was not to be ended any more, unless it has: a disk may fail behind the commit.
    pub(super) fn person_left(&mut self, id: ActionId) {
        let is_final = self.known.get(&id).is_some_and(|known| known.action.state.is_final());
        if let Some(times) = self.ended.get_mut(&id).filter(|_| !is_final) {
            *times = times.saturating_sub(1);
        }
    }

    fn is_ended(&self, id: ActionId) -> bool {
        self.ended.get(&id).is_some_and(|times| *times > 0)
    }

    /// An action, as it was just kept.
    pub(super) fn kept(&mut self, machine: &Machine, action: &Action) {
        let id = action.id;
        if matches!(action.state, OutboxState::Discarded | OutboxState::Withdrawn) && !self.is_ended(id) {
            self.broken(Invariant::NoLoss, format!("{} is {:?}, and no person ended it", told(action), action.state));
        }
        if action.state == OutboxState::Confirmed {
            let effects = self.effects_of(id);
            if effects == 0 || (effects > 1 && !self.may_double(action.proof)) {
                self.broken(Invariant::TrueReceipt, format!("{} is confirmed with {effects} effects", told(action)));
            }
        }
        if action.attempts > MOST_ATTEMPTS + 1 {
            self.broken(Invariant::Bounded, format!("{} was sent {} times", told(action), action.attempts));
        }
        // A wait that was kept before counts by the clock of then. It is kept to the millisecond, and told more exactly when it is moved.
        let waits_until = |action: &Action| action.next_at.map(|at| at.timestamp_millis());
        let is_new = self.known.get(&id).is_none_or(|known| waits_until(&known.action) != waits_until(action));
        let wait = action.next_at.filter(|_| is_new).map(|at| at - machine.now());
        if wait.is_some_and(|wait| wait > LONGEST_WAIT) && !machine.clock_was_just_set() {
            self.broken(
                Invariant::Bounded,
                format!("{} waits {} s", told(action), wait.unwrap_or_default().num_seconds()),
            );
        }
        let reason = action.reason.as_ref().map(|reason| reason.kind);
        let waits_for = match action.state {
            OutboxState::Held | OutboxState::Queued | OutboxState::Doubtful | OutboxState::Following => {
                action.next_at.is_some() || reason == Some(ReasonKind::SignIn)
            }
            OutboxState::NeedsPerson => reason.is_some(),
            _ => true,
        };
        if !waits_for {
            self.broken(Invariant::Liveness, format!("{} is {:?} and waits for nothing", told(action), action.state));
        }
        if self.known.get(&id).is_none_or(|known| known.action != *action) {
            self.moves.push(moved(machine, action));
        }
        self.known.insert(id, Known { desk: machine.desk, action: action.clone() });
    }

    /// A feed was planned anew: what is no longer part of it is no longer read.
    pub(super) fn planned(&mut self, desk: usize, connection: i64, feed: String, slices: BTreeSet<i64>) {
        self.planned.insert((desk, connection, feed), slices);
    }

    /// What the feed of changes of a server tells of.
    pub(super) fn studies(&self, server: usize) -> Vec<String> {
        self.server(server).things.iter().filter(|(_, thing)| thing.study).map(|(name, _)| name.clone()).collect()
    }

    /// A sweep of changes that began then is complete: every row that has not changed since is here as it is there.
    pub(super) fn swept(
        &mut self,
        server: usize,
        began: DateTime<Utc>,
        here: &BTreeMap<String, Fields>,
        spoiled: &[String],
    ) {
        let settled: Vec<(String, Fields)> = self
            .server(server)
            .things
            .iter()
            .filter(|(name, thing)| thing.study && thing.updated < began && !spoiled.contains(name))
            .map(|(name, thing)| (name.clone(), thing.values.clone().into_iter().collect()))
            .collect();
        for (name, values) in settled {
            if here.get(&name) != Some(&values) {
                let what =
                    format!("a sweep is complete, and {name} stands otherwise: {:?} for {values:?}", here.get(&name));
                self.broken(Invariant::Pull, what);
            }
        }
    }

    /// A sweep came to its end.
    pub(super) fn slice(&mut self, desk: usize, connection: ConnectionId, key: i64, complete: bool) {
        if complete {
            self.failing.remove(&(desk, connection, key));
        } else {
            self.failing.insert((desk, connection, key));
        }
    }

    /// What was on its way before and after a page was kept.
    pub(super) fn pulled(&mut self, desk: usize, before: &BTreeMap<ActionId, bool>, after: &BTreeMap<ActionId, bool>) {
        for (id, shows) in before {
            if *shows && after.get(id) != Some(&true) {
                self.broken(Invariant::OverlayKept, format!("a pull at desk {desk} took {id} off its item"));
            }
        }
    }

    /// A page was kept: the first one behind a confirmation may show that somebody has already gone on from there.
    pub(super) fn read(&mut self, desk: usize, connection: Option<ConnectionId>, page: &PageWrite) {
        let mut slipped_in = Vec::new();
        let of_it = |known: &&Known| known.desk == desk && Some(known.action.connection) == connection;
        for known in self.known.values().filter(of_it) {
            let action = &known.action;
            let confirmed = action.state == OutboxState::Confirmed && !self.compared.contains(&action.id);
            if !confirmed || action.settled_at.is_none_or(|settled| page.began < settled) {
                continue;
            }
            let item = page
                .page
                .records
                .iter()
                .map(|record| &record.item)
                .find(|item| ItemId::derive(action.connection, item.kind, &item.external_id) == action.item);
            let Some(item) = item else { continue };
            let value = |key: &String| item.values.get(key).cloned().unwrap_or(Value::Null);
            let before = |key: &String| {
                let noted = action.baseline.as_ref().and_then(|baseline| baseline.values.get(key).cloned());
                noted.or_else(|| action.saw.get(key).cloned()).unwrap_or(Value::Null)
            };
            // As before: it may take effect late, and a later page tells.
            if action.wants.iter().all(|(key, wanted)| value(key) != *wanted && value(key) == before(key)) {
                continue;
            }
            let strange = action
                .wants
                .iter()
                .any(|(key, wanted)| value(key) != *wanted && !self.is_mine(known, key, &value(key)));
            slipped_in.push((action.id, strange));
        }
        for (id, strange) in slipped_in {
            self.compared.insert(id);
            if strange {
                self.slipped_in.insert(id);
            }
        }
    }

    /// Whether a later action of the same person wants this value.
    fn is_mine(&self, than: &Known, key: &str, value: &Value) -> bool {
        self.known.values().any(|other| {
            other.desk == than.desk
                && other.action.item == than.action.item
                && other.action.sequence > than.action.sequence
                && other.action.wants.get(key) == Some(value)
        })
    }

    /// How a connection stands, as the window shows it when nothing is being read.
    pub(super) fn shown(&mut self, desk: usize, view: &ConnectionView) {
        let here = |known: &&Known| known.desk == desk && known.action.connection == view.id;
        let unsettled = self.known.values().filter(here).filter(|known| !known.action.state.is_final()).count();
        if usize::try_from(view.unsettled).ok() != Some(unsettled) {
            let what = format!("{} unsettled are shown, and {unsettled} are", view.unsettled);
            self.broken(Invariant::HonestWindow, what);
        }
        let complete = view.feeds.iter().all(|feed| feed.complete_at.is_some());
        let is_planned = |key: &i64| self.planned.iter().any(|((at, ..), slices)| *at == desk && slices.contains(key));
        let failing = self.failing.iter().any(|(at, id, key)| *at == desk && *id == view.id && is_planned(key));
        let told = view.trouble.is_some() || view.feeds.iter().any(|feed| feed.closed.is_some());
        if !told && complete && failing {
            self.broken(Invariant::HonestWindow, "no trouble is shown, and the last sweep of a part failed");
        }
    }

    /// What is unsettled at a desk that was started again.
    pub(super) fn reopened(&mut self, desk: usize, unsettled: &[Action]) {
        let here: BTreeSet<ActionId> = unsettled.iter().map(|action| action.id).collect();
        let before: BTreeSet<ActionId> = self
            .known
            .values()
            .filter(|known| known.desk == desk && !known.action.state.is_final())
            .map(|known| known.action.id)
            .collect();
        if here != before {
            let what = format!("desk {desk} had {} unsettled and has {} after a restart", before.len(), here.len());
            self.broken(Invariant::Reopen, what);
        }
    }

    /// Looks at what took effect since the last time.
    pub(super) fn effects(&mut self) {
        for at in 0..self.servers.len() {
            let new: Vec<Effect> = self.server(at).effects[self.looked_at[at]..].to_vec();
            self.looked_at[at] += new.len();
            for effect in new {
                self.effect(&effect);
            }
        }
    }

    fn effect(&mut self, effect: &Effect) {
        let Some(known) = self.known.get(&effect.tag) else {
            return self.broken(Invariant::NoLoss, format!("{} took effect and was never kept", effect.tag));
        };
        let (desk, action) = (known.desk, known.action.clone());
        let effects = self.effects_of(effect.tag);
        if effects > 1 && !self.may_double(action.proof) {
            self.broken(Invariant::NoDouble, format!("{} took effect {effects} times", told(&action)));
        }
        if effect.by.given != action.actor.name.split(' ').next().unwrap_or_default() {
            self.broken(Invariant::Identity, format!("{} left in the name of {}", told(&action), effect.by.given));
        }
        // What a person gave up although it may have arrived has left its lane.
        if self.lateness == Lateness::Within && !self.is_ended(effect.tag) {
            let lane = (desk, action.item);
            let last = self.lanes.get(&lane).copied().unwrap_or(i64::MIN);
            if action.sequence < last {
                self.broken(Invariant::Order, format!("{} took effect after a later one of its lane", told(&action)));
            }
            self.lanes.insert(lane, action.sequence);
        }
        let waits_for = |id: &ActionId| self.known.get(id).is_none_or(|on| on.action.state != OutboxState::Confirmed);
        if action.depends_on.iter().any(waits_for) {
            self.broken(Invariant::Order, format!("{} took effect before what it depends on", told(&action)));
        }
        if let Some(what) = clobbers(effect, &action) {
            self.broken(Invariant::NoClobber, what);
        }
    }

    /// At the end, when everything is healed.
    pub(super) fn at_the_end(&mut self) {
        let mut broken = Vec::new();
        for known in self.known.values() {
            let action = &known.action;
            let of_desk = |other: &&Known| other.desk == known.desk && !other.action.state.is_final();
            let unsettled: Vec<Action> =
                self.known.values().filter(of_desk).map(|other| other.action.clone()).collect();
            if !is_settled(std::slice::from_ref(action)) && !behind_a_person(action, &unsettled) {
                let waits = action.reason.as_ref().map(|reason| reason.kind);
                let what = format!("{} is still {:?} ({waits:?})", told(action), action.state);
                broken.push((Invariant::Liveness, what));
            }
            if action.state == OutboxState::Confirmed {
                let effects = self.effects_of(action.id);
                if effects != 1 && !self.may_double(action.proof) {
                    let what = format!("{} is confirmed and has {effects} effects at the end", told(action));
                    broken.push((Invariant::TrueReceipt, what));
                }
            }
        }
        for id in &self.slipped_in {
            let told_of = |known: &Known| known.action.conflict.is_some();
            if !self.known.get(id).is_some_and(told_of) {
                broken.push((
                    Invariant::NoClobber,
                    format!("{id} was changed right behind its confirmation, and nobody is told"),
                ));
            }
        }
        for id in &self.saved {
            if !self.known.contains_key(id) {
                broken.push((Invariant::NoLoss, format!("{id} was called saved and is nowhere")));
            }
        }
        for (invariant, what) in broken {
            self.broken(invariant, what);
        }
    }
}

impl Check {
    /// How every action moved, in the order in which that was kept, and what each came to, in the order in which they were made at
    /// each desk.
    pub(super) fn told(&self) -> Vec<String> {
        let mut known: Vec<&Known> = self.known.values().collect();
        known.sort_by_key(|known| (known.desk, known.action.id));
        let came_to = known.iter().map(|known| {
            let Action { id, name, state, attempts, rounds, .. } = &known.action;
            format!("desk {} {id} {name} {state:?} {attempts} {rounds}", known.desk)
        });
        self.moves.iter().cloned().chain(came_to).collect()
    }
}

/// Whether an effect overwrote what its person had not seen, although it could have been known.
fn clobbers(effect: &Effect, action: &Action) -> Option<String> {
    let key = match &effect.deed {
        // What stands alone overwrites nothing.
        Deed::Remark { .. } | Deed::Make { .. } | Deed::Unsay { .. } | Deed::Untag { .. } => return None,
        Deed::Compare { .. } => "status",
        Deed::Tag { .. } => TAGS,
        Deed::Set { key, .. } | Deed::Yes { key } => key,
    };
    let saw = action.saw.get(key).cloned().unwrap_or(Value::Null);
    if effect.before == saw || !effect.was_known {
        return None;
    }
    Some(format!("{} overwrote {key} = {}, and its person saw {saw}", told(action), effect.before))
}

/// An action as it was just kept, and when: everything about it by which two runs could differ.
fn moved(machine: &Machine, action: &Action) -> String {
    let Action { id, name, sequence, depends_on, state, attempts, waits, looks, remote_ref, .. } = action;
    let after: Vec<String> = depends_on.iter().map(ToString::to_string).collect();
    let next = action.next_at.map(|at| at.timestamp_millis());
    let reason = action.reason.as_ref().map(|reason| reason.kind);
    format!(
        "{} desk {} {id} {name} no. {sequence} after [{}] {state:?} {attempts} {waits} {looks} next {next:?} {reason:?} {} {}",
        machine.time.now().timestamp_millis(),
        machine.desk,
        after.join(" "),
        if action.conflict.is_some() { "in conflict" } else { "" },
        remote_ref.as_deref().unwrap_or_default(),
    )
}

fn told(action: &Action) -> String {
    format!("{} ({} no. {}, {:?})", action.id, action.name, action.sequence, action.state)
}

/// Whether everything is final, or somebody's to decide.
pub(super) fn is_settled(unsettled: &[Action]) -> bool {
    unsettled.iter().all(|action| {
        action.state.is_final() || action.state == OutboxState::NeedsPerson || behind_a_person(action, unsettled)
    })
}

/// Whether an action waits for one that waits for a person, in its lane or by dependence: that is somebody's to decide.
fn behind_a_person(action: &Action, all: &[Action]) -> bool {
    let mut waits: Vec<&Action> = vec![action];
    for _ in 0..all.len() {
        let Some(one) = waits.pop() else { return false };
        let before = all.iter().filter(|other| {
            other.id != one.id
                && ((other.item == one.item && other.sequence < one.sequence) || one.depends_on.contains(&other.id))
        });
        for other in before {
            if other.state == OutboxState::NeedsPerson {
                return true;
            }
            waits.push(other);
        }
    }
    false
}

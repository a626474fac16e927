//! Pushing: what the engine decides about each action is carried out, one step at a time, each step kept before the next.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use rounds_domain::{
    action::{Action, Proof, ReasonKind},
    error::{AndNow, RemoteError},
    ids::{ActionId, ItemId},
    item::WorkItem,
    outbox::OutboxState,
    patient::Me,
    reply::Submitted,
    text::normalise_comment,
};
use rounds_engine::outbox::{
    finding::{self, Finding},
    lanes,
    transition::{Event, Step, after, step, waits_for_sign_in},
};
use rounds_remote::seam::{Depth, Target};
use rounds_store::table::connection::{Connection, ConnectionEdit};

use crate::{Rounds, desk::DeskError, link::Link, read::WorkError, report::OutboxReport};

/// How often an item is read again after a confirmation, until the remote shows the effect: it may apply late.
const READ_AFTER: [TimeDelta; 3] = [TimeDelta::zero(), TimeDelta::seconds(2), TimeDelta::seconds(8)];

/// An item to be read again because something was confirmed on it.
struct ReadAgain {
    item: ItemId,
    action: ActionId,
    tries: usize,
    at: DateTime<Utc>,
}

impl Rounds {
    /// Works on the outbox of a connection until nothing more can be done now, or only after waiting longer than
    /// `patience`.
    pub(crate) async fn push(
        self: &Arc<Self>,
        connection: &Connection,
        patience: Duration,
    ) -> Result<OutboxReport, DeskError> {
        let turns = self.turns(connection.id);
        let _turn = turns.push.lock().await;
        // Whoever sends holds the turn: what still says "sending" was left by a pass that failed after its send.
        self.tell_all(&*self.link(connection)?, &Event::Reopened).await?;
        let mut report = OutboxReport::default();
        let mut again: Vec<ReadAgain> = Vec::new();
        let until = self.clock.now() + TimeDelta::from_std(patience).unwrap_or(TimeDelta::zero());
        let mut unsettled = self.store.unsettled(Some(connection.id)).await?;
        while !self.stop.is_cancelled() {
            let connection = self.store.connection(connection.id).await?;
            let link = self.link(&connection)?;
            let due = lanes::due(&unsettled, self.clock.now());
            let mut cut_off = false;
            for id in &due {
                if self.stop.is_cancelled() {
                    break;
                }
                let moved = self.work_on(&link, *id, &mut report).await?;
                if is_cut_off(&moved) {
                    // The others would find out the same, one time-out after the other.
                    report.not_before = moved.next_at;
                    cut_off = true;
                    break;
                }
                if moved.state == OutboxState::Confirmed {
                    again.push(ReadAgain { item: moved.item, action: moved.id, tries: 0, at: self.clock.now() });
                }
            }
            self.read_again(&link, &mut again).await?;
            unsettled = self.store.unsettled(Some(connection.id)).await?;
            if cut_off {
                break;
            }
            if !due.is_empty() {
                continue;
            }
            let next = lanes::next_due(&unsettled).into_iter().chain(again.iter().map(|again| again.at)).min();
            let Some(next) = next.filter(|next| *next <= until) else { break };
            let wait = (next - self.clock.now()).to_std().unwrap_or_default().max(Duration::from_millis(20));
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = self.stop.cancelled() => break,
            }
        }
        report.needs_person = count(&unsettled, |state| state == OutboxState::NeedsPerson);
        report.doubtful = count(&unsettled, |state| state == OutboxState::Doubtful);
        report.waiting = count(&unsettled, |state| state != OutboxState::NeedsPerson);
        Ok(report)
    }

    /// Moves every action of a connection on for which `event` means something.
    pub(crate) async fn tell_all(&self, link: &Link, event: &Event) -> Result<(), DeskError> {
        for action in self.store.unsettled(Some(link.id)).await? {
            self.tell(link, action.id, event.clone()).await?;
        }
        Ok(())
    }

    async fn tell(&self, link: &Link, id: ActionId, event: Event) -> Result<Action, DeskError> {
        let (rules, tick) = (link.rules, self.clock.tick());
        let change =
            move |action: &Action| still_applies(&event, action.state).then(|| after(action, event, rules, tick));
        Ok(self.store.move_action(id, change).await?)
    }

    /// Marks an action as being sent; `None` when it has moved on since it was read: given up, or sent by somebody else.
    async fn begin_send(&self, link: &Link, ready: &Action) -> Result<Option<Action>, DeskError> {
        let (rules, tick, attempts) = (link.rules, self.clock.tick(), ready.attempts);
        let mine = Arc::new(AtomicBool::new(false));
        let taken = Arc::clone(&mine);
        let change = move |action: &Action| {
            let is_as_read = action.state == OutboxState::Queued && action.attempts == attempts;
            taken.store(is_as_read, Ordering::Release);
            is_as_read.then(|| after(action, Event::SendBegins, rules, tick))
        };
        let sending = self.store.move_action(ready.id, change).await?;
        Ok(Some(sending).filter(|_| mine.load(Ordering::Acquire)))
    }

    /// Does the next thing for one action.
    async fn work_on(&self, link: &Link, id: ActionId, report: &mut OutboxReport) -> Result<Action, DeskError> {
        let action = self.store.action(id).await?;
        let moved = match step(&action) {
            Step::Nothing => return Ok(action),
            Step::EndHold => self.tell(link, id, Event::HoldOver).await?,
            Step::ReadThenSend => self.read_then_send(link, &action, report).await?,
            Step::Look => {
                let event = match self.look(link, &action).await {
                    Ok(finding) => Event::LookedFor(finding),
                    Err(error) => Event::LookFailed(error.remote()?),
                };
                self.tell(link, id, event).await?
            }
            Step::Follow => {
                let job = action.remote_ref.clone().unwrap_or_default();
                let followed = link.call(self.clock.now(), || link.remote.follow(&job)).await;
                self.tell(link, id, Event::Followed(followed)).await?
            }
        };
        if moved.state == OutboxState::Confirmed {
            report.confirmed += 1;
        }
        Ok(moved)
    }

    async fn read_then_send(
        &self,
        link: &Link,
        action: &Action,
        report: &mut OutboxReport,
    ) -> Result<Action, DeskError> {
        let connection = self.store.connection(link.id).await?;
        let me = link.me(&connection);
        let began = self.clock.now();
        let (target, event) = match self.refresh(link, action.item, Depth::Plain).await {
            Ok(read) => {
                // Before it is sent a second time: what was sent first may have been applied late.
                let again = read.item.as_ref().filter(|_| action.rounds > 0);
                if let Some(item) = again {
                    let finding = self.compare(link, action, item).await?;
                    if finding != Finding::Missing {
                        return self.tell(link, action.id, Event::LookedFor(finding)).await;
                    }
                }
                // An item that the remote answered without: its own refusal will say more than we know.
                let item = read.item.as_ref().unwrap_or(&read.stored.item);
                let baseline = finding::baseline(item, &me, began);
                (Some(Target::of(item)), Event::ReadBefore { baseline, differs: None })
            }
            Err(error) => (None, Event::ReadFailed(error.remote()?)),
        };
        let ready = self.tell(link, action.id, event).await?;
        let Some(target) = target.filter(|_| ready.state == OutboxState::Queued) else {
            return Ok(ready);
        };
        let Some(sending) = self.begin_send(link, &ready).await? else {
            return Ok(self.store.action(action.id).await?);
        };
        report.sent += 1;
        let replied = link.remote.submit(&target, &sending).await;
        let me_id = match &replied {
            Ok(Submitted::Done(receipt)) => receipt.me_id.clone(),
            _ => None,
        };
        let refused = matches!(&replied, Err(error) if error.and_now == AndNow::SignIn);
        // What was answered is kept before anything else can go wrong.
        let moved = self.tell(link, action.id, Event::Replied(replied)).await?;
        self.learn_me(link, me_id.as_deref()).await?;
        if refused { self.sign_in_for(link, moved).await } else { Ok(moved) }
    }

    /// A write was refused with "sign in": signs in once, and lets everything that waited for it go on.
    async fn sign_in_for(&self, link: &Link, moved: Action) -> Result<Action, DeskError> {
        match link.sign_in(self.clock.now(), None).await {
            Ok(_) => {
                self.tell_all(link, &Event::SignedIn).await?;
                Ok(self.store.action(moved.id).await?)
            }
            Err(error) => {
                let connection = self.store.connection(link.id).await?;
                self.keep_trouble(&connection, Some(&error)).await?;
                // Offline is no answer about the account: it is asked again with the next call.
                if error.and_now != AndNow::SignIn {
                    self.tell(link, moved.id, Event::ReadFailed(error)).await?;
                }
                Ok(self.store.action(moved.id).await?)
            }
        }
    }

    async fn look(&self, link: &Link, action: &Action) -> Result<Finding, WorkError> {
        let read = self.refresh(link, action.item, Depth::Plain).await?;
        let Some(item) = &read.item else {
            return Err(RemoteError::new(AndNow::Gone, "the system answers without this item.").into());
        };
        Ok(self.compare(link, action, item).await?)
    }

    /// What the item, as it was just read, tells about the action.
    async fn compare(&self, link: &Link, action: &Action, item: &WorkItem) -> Result<Finding, DeskError> {
        let connection = self.store.connection(link.id).await?;
        let claimed = self.store.claimed(action.item, action.id).await?;
        let me = link.me(&connection);
        let found = match action.proof {
            Proof::Comment => match finding::look_for_comment(action, item, &me, &claimed) {
                Finding::Missing => in_another_name(action, item, &me, &claimed).unwrap_or(Finding::Missing),
                finding => finding,
            },
            Proof::CompareAndSet | Proof::ClientField | Proof::None => Finding::Missing,
        };
        if let Finding::Found(receipt) = &found {
            self.learn_me(link, receipt.me_id.as_deref()).await?;
        }
        Ok(found)
    }

    /// Keeps who I am there, once something that is certainly mine told it.
    async fn learn_me(&self, link: &Link, id: Option<&str>) -> Result<(), DeskError> {
        let connection = self.store.connection(link.id).await?;
        let mut me = link.me(&connection);
        let Some(id) = id.filter(|_| me.id.is_none()) else { return Ok(()) };
        me.id = Some(id.to_owned());
        self.store.edit_connection(link.id, ConnectionEdit { me: Some(me), ..ConnectionEdit::default() }).await?;
        let (store, connection) = (self.store.clone(), link.id);
        // Whose rows are mine may have changed for namesakes.
        self.tasks.spawn(async move {
            if let Err(error) = store.reproject_connection(connection).await {
                tracing::warn!(%error, "rows could not be computed anew");
            }
        });
        Ok(())
    }

    /// Reads items again on which something was confirmed, until the remote shows it.
    async fn read_again(&self, link: &Link, again: &mut Vec<ReadAgain>) -> Result<(), DeskError> {
        let now = self.clock.now();
        let mut keep = Vec::new();
        for mut one in again.drain(..) {
            if one.at > now {
                keep.push(one);
                continue;
            }
            // That it is confirmed stands; a failed read only means that the overlay stays a little longer.
            let shows = match self.refresh(link, one.item, Depth::Plain).await {
                Ok(read) => read.stored.actions.iter().any(|action| action.id == one.action),
                Err(error) => {
                    error.remote()?;
                    true
                }
            };
            one.tries += 1;
            if let Some(wait) = READ_AFTER.get(one.tries).filter(|_| shows) {
                one.at = now + *wait;
                keep.push(one);
            }
        }
        *again = keep;
        Ok(())
    }

    /// A person or the clock says that the network may be back: what waited for it is tried now.
    pub(crate) async fn wake_outbox(&self, link: &Link) -> Result<(), DeskError> {
        self.tell_all(link, &Event::Wake).await
    }

    /// Signs in because a person asked, and lets what waited for it go on.
    pub(crate) async fn sign_in_now(&self, connection: &Connection) -> Result<Result<(), RemoteError>, DeskError> {
        let link = self.link(connection)?;
        link.forgive().await;
        let signed_in = match link.sign_in(self.clock.now(), None).await {
            Ok(signed_in) => signed_in.unwrap_or_default(),
            Err(error) => {
                self.keep_trouble(connection, Some(&error)).await?;
                return Ok(Err(error));
            }
        };
        let me =
            signed_in.me.map(|me| rounds_domain::patient::Me { id: me.id.or_else(|| connection.me.id.clone()), ..me });
        let edit = ConnectionEdit { me, notes: Some(signed_in.notes), ..ConnectionEdit::default() };
        self.store.edit_connection(connection.id, edit).await?;
        self.keep_trouble(connection, None).await?;
        self.tell_all(&link, &Event::SignedIn).await?;
        Ok(Ok(()))
    }

    /// Whether anything of a connection waits for a sign-in.
    pub(crate) async fn waits_for_sign_in(&self, connection: &Connection) -> Result<bool, DeskError> {
        Ok(self.store.unsettled(Some(connection.id)).await?.iter().any(waits_for_sign_in))
    }
}

/// Whether the system could not be reached, or asked to be left alone: the account, not the action, has to wait.
fn is_cut_off(action: &Action) -> bool {
    let network =
        action.reason.as_ref().is_some_and(|reason| matches!(reason.kind, ReasonKind::Offline | ReasonKind::Waiting));
    !action.state.is_final() && action.state != OutboxState::NeedsPerson && network
}

/// Whether an event that was set off by an action's state still concerns it: while the network was waited for, a person may
/// have given it up.
fn still_applies(event: &Event, state: OutboxState) -> bool {
    match event {
        Event::HoldOver => state == OutboxState::Held,
        Event::ReadBefore { .. } | Event::ReadFailed(_) | Event::SendBegins => state == OutboxState::Queued,
        Event::Replied(_) => state == OutboxState::Inflight,
        // It is looked for once more before it is sent again, too.
        Event::LookedFor(_) => matches!(state, OutboxState::Doubtful | OutboxState::Queued),
        Event::LookFailed(_) => state == OutboxState::Doubtful,
        Event::Followed(_) => state == OutboxState::Following,
        Event::Reopened | Event::SignedIn | Event::Wake => !state.is_final(),
    }
}

/// A clock of theirs and ours may differ by this much.
const CLOCKS_APART: TimeDelta = TimeDelta::minutes(10);

/// My comment may stand there under a name that is not the one in the settings, while my id is not known: then "not there"
/// proves nothing, and it must not be sent a second time.
fn in_another_name(action: &Action, item: &WorkItem, me: &Me, claimed: &[String]) -> Option<Finding> {
    if me.id.is_some() {
        return None;
    }
    let text = normalise_comment(action.text("text")?);
    let since = action.sent_at? - CLOCKS_APART;
    let same = item.comments.iter().find(|comment| {
        comment.internal == action.flag("internal")
            && normalise_comment(&comment.text) == text
            && comment.made.as_ref().and_then(|made| made.at).is_none_or(|made| made >= since)
            && comment.author.as_ref().is_none_or(|author| !me.is(author))
            && comment.id.as_ref().is_none_or(|id| !claimed.contains(id))
    })?;
    let name = same.author.as_ref().and_then(|author| author.name.plain()).unwrap_or_else(|| "nobody".to_owned());
    Some(Finding::Unclear(format!(
        "A comment with this text came at about that time, under the name of {name}. If that is you, set your name in the \
         connection as it stands there, and discard this one; otherwise send it again."
    )))
}

fn count(actions: &[Action], is: impl Fn(OutboxState) -> bool) -> u32 {
    u32::try_from(actions.iter().filter(|action| is(action.state)).count()).unwrap_or(u32::MAX)
}

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
    planted::{Bug, is_planted},
    pull::{Page, Record},
    reply::{JobState, Submitted},
};
use rounds_engine::outbox::{
    conflict,
    finding::{self, Finding},
    lanes,
    pass::{Call, Pass},
    transition::{Event, Step, after, step},
};
use rounds_remote::seam::{Depth, Enclosed, Target};
use rounds_store::{
    StoreError,
    table::{connection::Connection, item::PageWrite},
};

use crate::{Keep, Patience, Rounds, desk::DeskError, link::Link, read::WorkError, report::OutboxReport};

/// How long to wait for a system to show what it has just confirmed, before the next action on the same item.
const SHOWN_SOON: Duration = Duration::from_secs(2);
/// How often an item is read again after a confirmation, until the remote shows the effect: it may apply late.
const READ_AFTER: [TimeDelta; 3] = [TimeDelta::zero(), TimeDelta::seconds(2), TimeDelta::seconds(8)];

/// What became of an action that was worked on, and the call that failed over it.
struct Worked {
    action: Action,
    failed: Option<(Call, RemoteError)>,
}

impl From<Action> for Worked {
    fn from(action: Action) -> Self {
        Self { action, failed: None }
    }
}

/// An item to be read again because something was confirmed on it.
struct ReadAgain {
    item: ItemId,
    action: ActionId,
    tries: usize,
    depth: Depth,
    at: DateTime<Utc>,
}

impl<K: Keep> Rounds<K> {
    /// Works on the outbox of a connection until nothing more can be done now, or only after waiting longer than there is
    /// patience for.
    pub(crate) async fn push(
        self: &Arc<Self>,
        connection: &Connection,
        patience: Patience,
    ) -> Result<OutboxReport, DeskError> {
        let turns = self.turns(connection.id);
        let _turn = turns.push.lock().await;
        // Whoever sends holds the turn: what still says "sending" was left by a pass that failed after its send.
        self.tell_all(&*self.link(connection.id).await?, &Event::Abandoned).await?;
        let mut report = OutboxReport::default();
        let mut again: Vec<ReadAgain> = Vec::new();
        let began = self.clock.up();
        // Those of all connections: one may wait for another system's.
        let mut unsettled = self.store.unsettled(None).await?;
        while !self.stop.is_cancelled() {
            let link = self.link(connection.id).await?;
            let due = lanes::due(&unsettled, connection.id, self.clock.now());
            if let Some(until) = link.rest.until() {
                // What can be done without the system is done: nothing can be taken back for ever.
                for id in due {
                    self.tell(&link, id, Event::HoldOver).await?;
                }
                report.not_before = Some(until);
                report.error = report.error.or_else(|| link.rest.refusal());
                break;
            }
            let mut pass = Pass::default();
            let mut stopped = false;
            for id in &due {
                if self.stop.is_cancelled() {
                    break;
                }
                let Worked { action: moved, failed } = self.work_on(&link, *id, &mut report).await?;
                if moved.state == OutboxState::Confirmed && link.remote.reads() {
                    again.push(ReadAgain {
                        item: moved.item,
                        action: moved.id,
                        tries: 0,
                        depth: depth(&moved),
                        at: self.clock.now(),
                    });
                }
                let Some((call, error)) = failed else { continue };
                if matches!(error.and_now, AndNow::Offline | AndNow::Later(_) | AndNow::SignIn) {
                    report.error.get_or_insert_with(|| error.clone());
                }
                if !pass.goes_on(moved.item, call, &error) {
                    report.not_before = moved.next_at.max(Some(link.rest.stopped()));
                    stopped = true;
                    break;
                }
            }
            self.read_again(&link, &mut again).await?;
            unsettled = self.store.unsettled(None).await?;
            if stopped {
                break;
            }
            if !due.is_empty() {
                link.rest.went_through();
                continue;
            }
            let next = lanes::next_due(&unsettled, connection.id, self.clock.now())
                .into_iter()
                .chain(again.iter().map(|again| again.at))
                .min();
            let wait = next.map(|next| (next - self.clock.now()).to_std().unwrap_or_default());
            let patience = if unsettled.iter().any(|action| action.connection == connection.id && is_looked_for(action))
            {
                patience.in_doubt
            } else {
                patience.short
            };
            let Some(wait) = wait.filter(|wait| !patience.is_zero() && self.clock.up() + *wait <= began + patience)
            else {
                break;
            };
            let wait = wait.max(Duration::from_millis(20));
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = self.stop.cancelled() => break,
            }
        }
        unsettled = self.store.unsettled(Some(connection.id)).await?;
        self.keep_rest(connection).await?;
        report.needs_person = count(&unsettled, |state| state == OutboxState::NeedsPerson);
        report.doubtful = count(&unsettled, |state| state == OutboxState::Doubtful);
        report.waiting = count(&unsettled, |state| state != OutboxState::NeedsPerson);
        Ok(report)
    }

    /// Moves every action of a connection on for which `event` means something.
    pub(crate) async fn tell_all(&self, link: &Link<K>, event: &Event) -> Result<(), DeskError> {
        for action in self.store.unsettled(Some(link.id)).await? {
            self.tell(link, action.id, event.clone()).await?;
        }
        Ok(())
    }

    pub(crate) async fn tell(&self, link: &Link<K>, id: ActionId, event: Event) -> Result<Action, DeskError> {
        let (rules, tick) = (link.rules, self.clock.tick());
        Ok(self.store.move_action(id, move |action: &Action| Some(after(action, event, rules, tick))).await?)
    }

    /// Tells an action how its send ended, and keeps what the reply says of its item, together.
    async fn tell_and_keep(
        &self,
        link: &Link<K>,
        sending: &Action,
        event: Event,
        record: Record,
    ) -> Result<Action, DeskError> {
        let (rules, tick) = (link.rules, self.clock.tick());
        let feed = self.store.item(sending.item).await?.feed;
        let page = Page { records: vec![record.read_as(&link.reading)], ..Page::default() };
        let now = tick.now;
        let page = PageWrite { connection: link.key, feed, advance: None, page, began: now, now };
        let change = move |action: &Action| Some(after(action, event, rules, tick));
        Ok(self.store.move_action_and_keep(sending.id, change, page).await?)
    }

    /// Marks an action as being sent; `None` when it has moved on since it was read: given up, or sent by somebody else.
    async fn begin_send(&self, link: &Link<K>, ready: &Action) -> Result<Option<Action>, DeskError> {
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
    async fn work_on(&self, link: &Link<K>, id: ActionId, report: &mut OutboxReport) -> Result<Worked, DeskError> {
        let action = self.store.action(id).await?;
        let worked = match step(&action) {
            Step::Nothing => return Ok(action.into()),
            Step::EndHold => self.tell(link, id, Event::HoldOver).await?.into(),
            Step::ReadThenSend => Box::pin(self.read_then_send(link, action, report)).await?,
            Step::Look => match self.look(link, &action).await {
                Ok(finding) => self.tell(link, id, Event::LookedFor(finding)).await?.into(),
                Err(error) => {
                    let error = error.remote()?;
                    let moved = self.tell(link, id, Event::LookFailed(error.clone())).await?;
                    Worked { action: moved, failed: Some((Call::Read, error)) }
                }
            },
            Step::Follow => self.follow(link, &action).await?,
        };
        report.confirmed += u32::from(worked.action.state == OutboxState::Confirmed);
        Ok(worked)
    }

    /// Asks how the job of an action is. What its end says is what the answer to a send would have said.
    async fn follow(&self, link: &Link<K>, action: &Action) -> Result<Worked, DeskError> {
        let job = action.remote_ref.clone().unwrap_or_default();
        let signed_in = link.may_call().await;
        let followed = link.call(|| link.remote.follow(&job)).await;
        let failed = followed.as_ref().err().map(|error| (Call::Read, error.clone()));
        let refused = match &followed {
            Ok(JobState::Failed(error)) => Some(error.and_now),
            _ => None,
        };
        let mut moved = self.tell(link, action.id, Event::Followed(followed)).await?;
        match (refused, signed_in) {
            (Some(AndNow::SignIn), Ok(signed_in)) => moved = self.sign_in_for(link, moved, signed_in).await?,
            (Some(AndNow::Conflict), _) => moved = self.read_after_conflict(link, moved).await?,
            _ => {}
        }
        Ok(Worked { action: moved, failed })
    }

    async fn read_then_send(
        &self,
        link: &Link<K>,
        action: Action,
        report: &mut OutboxReport,
    ) -> Result<Worked, DeskError> {
        let id = action.id;
        if !link.remote.reads() {
            return Box::pin(self.send_unread(link, action, report)).await;
        }
        let began = self.clock.now();
        let read = match self.refresh(link, action.item, depth(&action)).await {
            Ok(read) => read,
            Err(error) => {
                let error = error.remote()?;
                let moved = self.tell(link, id, Event::ReadFailed(error.clone())).await?;
                return Ok(Worked { action: moved, failed: Some((Call::Read, error)) });
            }
        };
        // Before it is sent a second time: what was sent first may have been applied late. What is done once may be there already.
        if let Some(item) = read.item.as_ref().filter(|_| action.rounds > 0 || action.proof == Proof::Once) {
            let finding = self.compare(link, &action, item).await?;
            let settles =
                if action.rounds > 0 { finding != Finding::Missing } else { matches!(finding, Finding::Found(_)) };
            if settles {
                return Ok(self.tell(link, id, Event::LookedFor(finding)).await?.into());
            }
        }
        // An item that the remote answered without: its own refusal will say more than we know.
        let item = read.item.as_ref().unwrap_or(&read.stored.item);
        let connection = self.store.connection(link.id).await?;
        let me = link.me(&connection);
        let differs = conflict::differs(&action, item, &read.stored.fingerprint);
        if differs.is_some() {
            let receipts = self.store.receipts(link.key).await?;
            if conflict::not_shown_yet(&action, item, &receipts, self.clock.now()) {
                let text =
                    "The system does not show yet what it has just confirmed on this item. This waits until it does.";
                let error = RemoteError::new(AndNow::Later(Some(SHOWN_SOON)), text);
                return Ok(self.tell(link, id, Event::ReadFailed(error)).await?.into());
            }
        }
        let differs = match differs {
            Some(differs) => Some(self.with_who(link, &Target::of(item), differs).await),
            None => None,
        };
        let event = Event::ReadBefore { baseline: finding::baseline(&action, item, &me, began), differs, sender: me };
        let ready = self.tell(link, id, event).await?;
        if ready.state != OutboxState::Queued {
            return Ok(ready.into());
        }
        let files = match self.enclosed(&ready).await {
            Ok(files) => files,
            Err(error) => return Ok(self.tell(link, id, Event::ReadFailed(error.remote()?)).await?.into()),
        };
        if is_planted(Bug::SentBeforeKept) {
            report.sent += 1;
            let replied = link.remote.submit_with(&Target::of(item), &ready, files).await;
            self.begin_send(link, &ready).await?;
            return Ok(self.tell(link, id, Event::Replied(replied)).await?.into());
        }
        let Some(sending) = self.begin_send(link, &ready).await? else {
            return Ok(self.store.action(id).await?.into());
        };
        report.sent += 1;
        self.send(link, &Target::of(item), &sending, files).await
    }

    /// What is in the files that an action names.
    async fn enclosed(&self, action: &Action) -> Result<Vec<Enclosed>, WorkError> {
        let named = action.files();
        if named.is_empty() {
            return Ok(vec![]);
        }
        let hashes = named.iter().map(|file| file.hash.clone()).collect();
        let contents = self.store.files(action.item, hashes).await.map_err(|error| match error {
            StoreError::NotFound(_) => RemoteError::new(
                AndNow::Invalid,
                "What is in one of its files is not kept here any more. Nothing was sent; do it again with its files, then \
                 discard this.",
            )
            .into(),
            error => WorkError::from(error),
        })?;
        Ok(named.into_iter().zip(contents).map(|(about, content)| Enclosed { about, content }).collect())
    }

    /// Sends to a system whose items cannot be read: there is nothing to compare with.
    async fn send_unread(
        &self,
        link: &Link<K>,
        action: Action,
        report: &mut OutboxReport,
    ) -> Result<Worked, DeskError> {
        // Nothing but a send asks for the account here, and each would carry all of what was filled in.
        if let Some(refusal) = link.refused().await {
            let moved = self.tell(link, action.id, Event::ReadFailed(refusal.clone())).await?;
            return Ok(Worked { action: moved, failed: Some((Call::Read, refusal)) });
        }
        let stored = self.store.item(action.item).await?;
        let connection = self.store.connection(link.id).await?;
        let me = link.me(&connection);
        let baseline = finding::baseline(&action, &stored.item, &me, self.clock.now());
        let ready = self.tell(link, action.id, Event::ReadBefore { baseline, differs: None, sender: me }).await?;
        if ready.state != OutboxState::Queued {
            return Ok(ready.into());
        }
        let files = match self.enclosed(&ready).await {
            Ok(files) => files,
            Err(error) => return Ok(self.tell(link, action.id, Event::ReadFailed(error.remote()?)).await?.into()),
        };
        let Some(sending) = self.begin_send(link, &ready).await? else {
            return Ok(self.store.action(action.id).await?.into());
        };
        report.sent += 1;
        self.send(link, &Target::of(&stored.item), &sending, files).await
    }

    async fn send(
        &self,
        link: &Link<K>,
        target: &Target,
        sending: &Action,
        files: Vec<Enclosed>,
    ) -> Result<Worked, DeskError> {
        // Between the read and now somebody may have signed in as somebody else.
        let (ended, replied) = match link.may_call().await {
            Ok(ended) => (ended, link.remote.submit_with(target, sending, files).await),
            Err(refusal) => (0, Err(refusal)),
        };
        let failed = replied.as_ref().err().cloned();
        let me_id = match &replied {
            Ok(Submitted::Done(receipt) | Submitted::Told(receipt, _)) => receipt.me_id.clone(),
            _ => None,
        };
        let told = match &replied {
            Ok(Submitted::Told(_, record)) => Some(Record::clone(record)),
            _ => None,
        };
        if let Some(error) = &failed {
            link.rest.note(error);
        }
        // What was answered is kept before anything else can go wrong.
        let event = Event::Replied(replied);
        let mut moved = match told {
            Some(record) => self.tell_and_keep(link, sending, event, record).await?,
            None => self.tell(link, sending.id, event).await?,
        };
        self.learn_me(link, me_id).await?;
        if failed.is_none() && !link.remote.reads() {
            self.account_is_good(link).await?;
        }
        if failed.as_ref().is_some_and(|error| error.and_now == AndNow::SignIn) {
            moved = self.sign_in_for(link, moved, ended).await?;
        }
        if failed.as_ref().is_some_and(|error| error.and_now == AndNow::Conflict) {
            moved = self.read_after_conflict(link, moved).await?;
        }
        Ok(Worked { action: moved, failed: failed.map(|error| (Call::Send, error)) })
    }

    /// The remote said "conflict": the item is read again, so that its person sees what stands there. Without that read the
    /// remote's own words stay.
    async fn read_after_conflict(&self, link: &Link<K>, moved: Action) -> Result<Action, DeskError> {
        if moved.saw.is_empty() || !link.remote.reads() {
            return Ok(moved);
        }
        let item = match self.refresh(link, moved.item, Depth::Plain).await {
            Ok(read) => read.item,
            Err(error) => {
                error.remote()?;
                None
            }
        };
        let Some(item) = item else { return Ok(moved) };
        let finding = self.compare(link, &moved, &item).await?;
        let conflict = self.with_who(link, &Target::of(&item), conflict::as_it_stands(&moved, &item)).await;
        self.tell(link, moved.id, Event::ReadAfterConflict { finding, conflict }).await
    }

    async fn look(&self, link: &Link<K>, action: &Action) -> Result<Finding, WorkError> {
        if !link.remote.reads() {
            let system = &link.system.title;
            let doubt = action.reason.as_ref().filter(|reason| reason.kind == ReasonKind::Doubt);
            let why = doubt.map_or("The answer was lost.", |reason| reason.text.as_str());
            return Ok(Finding::Unclear(format!(
                "It was sent, and whether it arrived is not known: {why} {system} offers no way to look whether it did, so it is \
                 not sent again by itself. Look in {system} itself: if it is there, discard this and say so; if it is not, send it \
                 again."
            )));
        }
        let read = self.refresh(link, action.item, depth(action)).await?;
        let Some(item) = &read.item else {
            return Err(RemoteError::new(AndNow::Gone, "the system answers without this item.").into());
        };
        Ok(self.compare(link, action, item).await?)
    }

    /// What the item, as it was just read, tells about the action.
    async fn compare(&self, link: &Link<K>, action: &Action, item: &WorkItem) -> Result<Finding, DeskError> {
        let connection = self.store.connection(link.id).await?;
        let claimed = self.store.claimed(action.item, action.id).await?;
        let found = finding::look_for(action, item, &link.me(&connection), &claimed);
        if let Finding::Found(receipt) = &found {
            self.learn_me(link, receipt.me_id.clone()).await?;
        }
        Ok(self.found_with_who(link, &Target::of(item), found).await)
    }

    /// Reads items again on which something was confirmed, until the remote shows it.
    async fn read_again(&self, link: &Link<K>, again: &mut Vec<ReadAgain>) -> Result<(), DeskError> {
        let now = self.clock.now();
        let mut keep = Vec::new();
        for mut one in again.drain(..) {
            if one.at > now {
                keep.push(one);
                continue;
            }
            // That it is confirmed stands; a failed read only means that the effect is seen a little later.
            let is_seen = match self.refresh(link, one.item, one.depth).await {
                Ok(read) => {
                    let action = self.store.action(one.action).await?;
                    let laid_over = read.stored.actions.iter().any(|action| action.id == one.action);
                    !laid_over && read.item.as_ref().is_some_and(|item| conflict::shows(&action, item))
                }
                Err(error) => {
                    error.remote()?;
                    false
                }
            };
            one.tries += 1;
            if let Some(wait) = READ_AFTER.get(one.tries).filter(|_| !is_seen) {
                one.at = now + *wait;
                keep.push(one);
            }
        }
        *again = keep;
        Ok(())
    }

    /// A person or the clock says that the network may be back: what waited for it is tried now.
    pub(crate) async fn wake_outbox(&self, link: &Link<K>) -> Result<(), DeskError> {
        self.tell_all(link, &Event::Wake).await
    }
}

/// How much of its item is read for an action: what came with files is told by its files.
fn depth(action: &Action) -> Depth {
    if action.files().is_empty() { Depth::Plain } else { Depth::Attachments }
}

/// Whether an action is in doubt and the looking for it works.
fn is_looked_for(action: &Action) -> bool {
    let doubt = action.reason.as_ref().is_some_and(|reason| reason.kind == ReasonKind::Doubt);
    action.state == OutboxState::Doubtful && doubt
}

fn count(actions: &[Action], is: impl Fn(OutboxState) -> bool) -> u32 {
    u32::try_from(actions.iter().filter(|action| is(action.state)).count()).unwrap_or(u32::MAX)
}

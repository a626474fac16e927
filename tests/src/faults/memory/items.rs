//! What remotes said, in memory: base, with the outbox laid over it.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use rounds_domain::{
    action::{Action, Fields},
    ids::ItemId,
    item::WorkItem,
    projection,
    pull::said,
};
use rounds_store::{
    StoreError,
    table::{
        item::{Applied, PageWrite, ReadAgain, StoredItem},
        slice::AHEAD,
    },
};

use super::{Inner, Item, Kept};

impl Inner {
    fn key_of(&self, id: ItemId) -> Kept<i64> {
        let found = self.items.iter().find(|(_, item)| item.id == id).map(|(key, _)| *key);
        found.ok_or(StoreError::NotFound("This item"))
    }

    pub(super) fn item_mut(&mut self, id: ItemId) -> Kept<&mut Item> {
        let key = self.key_of(id)?;
        self.items.get_mut(&key).ok_or(StoreError::NotFound("This item"))
    }

    fn showing(&self, item: ItemId) -> Vec<Action> {
        let mut showing: Vec<Action> = self
            .actions
            .values()
            .filter(|laid| laid.shows && laid.action.item == item)
            .map(|laid| laid.action.clone())
            .collect();
        showing.sort_by_key(|action| action.sequence);
        showing
    }

    pub(super) fn stored(&self, id: ItemId) -> Kept<StoredItem> {
        let key = self.key_of(id)?;
        let item = self.items.get(&key).ok_or(StoreError::NotFound("This item"))?;
        let connection =
            self.connections.get(&item.connection).cloned().ok_or(StoreError::NotFound("This connection"))?;
        let actions = self.showing(id);
        let setting = projection::Setting {
            connection: connection.id,
            system: &connection.system,
            me: &connection.me,
            gone: item.gone,
            people: &[],
        };
        Ok(StoredItem {
            key,
            id,
            feed: item.feed.clone(),
            fingerprint: item.fingerprint.clone(),
            row: projection::row(&item.item, &actions, setting),
            item: item.item.clone(),
            read_at: item.read_at,
            gone: item.gone,
            connection,
            actions,
            candidates: vec![],
            drafts: vec![],
        })
    }

    pub(super) fn save_draft(&mut self, item: ItemId, action: String, fields: Option<Fields>) -> Kept<()> {
        let drafts = &mut self.item_mut(item)?.drafts;
        match fields {
            Some(fields) => drafts.insert(action, fields),
            None => drafts.remove(&action),
        };
        Ok(())
    }

    /// An item that is made here: of no feed, read at no time.
    pub(super) fn put_made(&mut self, action: &Action, item: WorkItem) -> Kept<()> {
        let connection = self.connection(action.connection)?.key;
        let made = Item {
            id: action.item,
            connection,
            feed: String::new(),
            item,
            fingerprint: String::new(),
            read_at: DateTime::UNIX_EPOCH,
            asked_at: None,
            missed: 0,
            gone: false,
            drafts: std::collections::BTreeMap::new(),
            files: std::collections::BTreeMap::new(),
        };
        let key = self.key();
        self.items.insert(key, made);
        Ok(())
    }

    pub(super) fn apply_page(&mut self, write: PageWrite) -> Kept<Applied> {
        let PageWrite { connection, feed, advance, page, began, now } = write;
        let me = self.connections.get(&connection).cloned().ok_or(StoreError::NotFound("This connection"))?;
        let mut applied = Applied {
            rows: u32::try_from(page.records.len()).unwrap_or(u32::MAX),
            rejected: u32::try_from(page.rejected.len()).unwrap_or(u32::MAX),
            ..Applied::default()
        };
        let mut seen = BTreeSet::new();
        // A record that stands on a page twice counts as it stood last.
        let last: std::collections::BTreeMap<_, _> =
            page.records.iter().map(|record| ((record.item.kind.code(), &record.item.external_id), record)).collect();
        for record in last.into_values() {
            let id = ItemId::derive(me.id, record.item.kind, &record.item.external_id);
            let known = self.key_of(id).ok();
            let key = known.unwrap_or_else(|| self.key());
            seen.insert(key);
            let shows = !self.showing(id).is_empty();
            let here = self.items.get_mut(&key);
            if let Some(here) = here {
                let joins = here.feed.is_empty() && !feed.is_empty();
                let is_same =
                    here.fingerprint == record.fingerprint && here.missed == 0 && !here.gone && !shows && !joins;
                let is_newer = here.read_at > began && here.read_at <= now;
                if is_same || is_newer {
                    if advance.is_none() {
                        here.read_at = here.read_at.max(began);
                    }
                    continue;
                }
                applied.changed += u32::from(said(&here.fingerprint) != said(&record.fingerprint) || here.gone);
                // An item that was read on its own belongs to the feed that first brought it.
                if joins {
                    here.feed.clone_from(&feed);
                }
                here.item = record.item.clone();
                here.fingerprint.clone_from(&record.fingerprint);
                here.read_at = began;
                here.missed = 0;
                here.gone = false;
            } else {
                applied.new += 1;
                let item = Item {
                    id,
                    connection,
                    feed: feed.clone(),
                    item: record.item.clone(),
                    fingerprint: record.fingerprint.clone(),
                    read_at: began,
                    asked_at: None,
                    missed: 0,
                    gone: false,
                    drafts: std::collections::BTreeMap::new(),
                    files: std::collections::BTreeMap::new(),
                };
                self.items.insert(key, item);
            }
            self.settle_overlays(id, &record.item, &me.me, began);
        }
        let mut nameless = false;
        for rejected in &page.rejected {
            match &rejected.external_id {
                Some(name) => seen.extend(
                    self.items
                        .iter()
                        .filter(|(_, item)| item.connection == connection && item.item.external_id == *name)
                        .map(|(key, _)| *key),
                ),
                None => nameless = true,
            }
        }
        if let Some(advance) = advance {
            let reached = page.reached_by(now + AHEAD);
            let gone = self.advance(&advance, seen, nameless, applied.new, reached, now);
            applied.gone = u32::try_from(gone.len()).unwrap_or(u32::MAX);
            for key in gone {
                if let Some(item) = self.items.get_mut(&key) {
                    item.gone = true;
                }
            }
        }
        Ok(applied)
    }

    /// Binds what came back to the actions behind it, and takes off the overlays that are no longer needed.
    fn settle_overlays(&mut self, id: ItemId, item: &WorkItem, me: &rounds_domain::patient::Me, began: DateTime<Utc>) {
        let on_it = self.showing(id);
        let claimed: BTreeSet<String> = self
            .actions
            .values()
            .filter(|laid| laid.action.item == id)
            .filter_map(|laid| laid.action.remote_ref.clone())
            .collect();
        for (behind, remark) in projection::bound(item, me, &on_it, &claimed) {
            if let Some(laid) = self.actions.get_mut(&behind) {
                laid.action.remote_ref = Some(remark);
            }
        }
        for laid in self.actions.values_mut().filter(|laid| laid.shows && laid.action.item == id) {
            laid.shows = projection::still_shows(item, &laid.action, began);
        }
    }

    pub(super) fn open_items(
        &self,
        connection: i64,
        feed: &str,
        before: DateTime<Utc>,
        most: u32,
        now: DateTime<Utc>,
    ) -> Vec<ReadAgain> {
        let ripe = |at: Option<DateTime<Utc>>| at.is_none_or(|at| at < before || at > now);
        let mut open: Vec<&Item> = self
            .items
            .values()
            .filter(|item| item.connection == connection && item.feed == feed && !item.gone)
            .filter(|item| item.item.status.group.is_open() && ripe(Some(item.read_at)) && ripe(item.asked_at))
            .collect();
        open.sort_by_key(|item| (item.asked_at, item.read_at));
        open.into_iter()
            .take(usize::try_from(most).unwrap_or(usize::MAX))
            .map(|item| ReadAgain { id: item.id, item: item.item.clone() })
            .collect()
    }

    pub(super) fn asked_for(&mut self, items: &[ItemId], now: DateTime<Utc>) {
        for item in self.items.values_mut().filter(|item| items.contains(&item.id)) {
            item.asked_at = Some(now);
        }
    }
}

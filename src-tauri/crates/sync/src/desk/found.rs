//! Finding an item by a number that a person has (a scan), and saying whose it is.

use chrono::{DateTime, Utc};
use rounds_domain::{
    error::{AndNow, RemoteError},
    ids::{ConnectionId, ItemId},
    item::{Identifier, IdentifierKind},
    pull::{Page, Record},
};
use rounds_remote::seam::{Depth, Target};
use rounds_store::{Store, StoreError, table::item::PageWrite};

use super::DeskError;
use crate::{Rounds, link::Link, read::WorkError};

impl Rounds {
    /// Asks a system for what bears a number, and keeps it. Waits for the network.
    ///
    /// What was not here belongs to no feed until one brings it: no sweep can miss it, and while it is open it is read again on
    /// its own. What is here already is read again as itself, since a look-up may know less of it.
    pub async fn look_up(&self, connection: ConnectionId, number: &str) -> Result<Vec<ItemId>, WorkError> {
        let number = number.trim();
        if number.is_empty() {
            return Err(DeskError::Invalid("The number is empty. Scan or type it; nothing was asked.".into()).into());
        }
        let link = self.link(connection).await?;
        let began = self.clock.now();
        let records = link.call(|| link.remote.look_up(number)).await?;
        let (mut found, mut new) = (Vec::with_capacity(records.len()), Vec::new());
        for record in records {
            let id = ItemId::derive(connection, record.item.kind, &record.item.external_id);
            found.push(id);
            match self.store.item(id).await {
                Ok(_) => self.read_as_itself(&link, id).await?,
                Err(StoreError::NotFound(_)) => new.push(record),
                Err(error) => return Err(error.into()),
            }
        }
        self.keep_found(&link, new, began).await?;
        Ok(found)
    }

    /// Keeps an item as this patient's, once its system shows it among theirs: whose it is says the remote, never the desk.
    /// Waits for the network.
    pub async fn link_patient(&self, item: ItemId, patient: &str) -> Result<(), WorkError> {
        let patient = patient.trim();
        let stored = self.store.item(item).await?;
        let of = |identifier: &Identifier| identifier.kind == IdentifierKind::Patient;
        let same = |identifier: &Identifier| identifier.value == patient;
        if patient.is_empty() {
            return Err(DeskError::Invalid("The patient's id is empty. Nothing was changed.".into()).into());
        }
        if stored.item.identifiers.iter().any(|identifier| of(identifier) && !same(identifier)) {
            let why = "It belongs to another patient already, as its system says. Nothing was changed.";
            return Err(DeskError::NotOffered(why.into()).into());
        }
        let link = self.link(stored.connection.id).await?;
        let mut target = Target::of(&stored.item);
        target.identifiers.push(Identifier {
            kind: IdentifierKind::Patient,
            label: String::new(),
            value: patient.to_owned(),
            issuer: None,
        });
        let began = self.clock.now();
        let read = link.call(|| link.remote.refresh(&target, Depth::Plain)).await?;
        let is_theirs = |record: &Record| {
            let patient_of = record.item.patient.as_ref().and_then(|of| of.external_id.as_deref());
            patient_of == Some(patient)
        };
        match read.filter(is_theirs) {
            Some(record) => Ok(self.keep_found(&link, vec![record], began).await?),
            None => Err(RemoteError::new(
                AndNow::Gone,
                "The system does not show it among this patient's. Check the patient's id; nothing was changed.",
            )
            .into()),
        }
    }

    async fn keep_found(
        &self,
        link: &Link<Store>,
        records: Vec<Record>,
        began: DateTime<Utc>,
    ) -> Result<(), DeskError> {
        if records.is_empty() {
            return Ok(());
        }
        let page = Page { records, ..Page::default() };
        let write =
            PageWrite { connection: link.key, feed: String::new(), advance: None, page, began, now: self.clock.now() };
        self.keep_page(link, write).await.map(drop)
    }

    /// That it was found stands; when it cannot be read again now, what is here of it stays.
    async fn read_as_itself(&self, link: &Link<Store>, id: ItemId) -> Result<(), DeskError> {
        match self.refresh(link, id, Depth::Plain).await {
            Ok(_) => Ok(()),
            Err(error) => {
                let error = error.remote()?;
                tracing::debug!(kind = error.and_now.word(), "what was looked up could not be read again");
                Ok(())
            }
        }
    }
}

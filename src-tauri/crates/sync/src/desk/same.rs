//! The same person in other systems: proposed by what the systems tell, confirmed or refused by a person, and undone by one. Whatever
//! stands here, what is sent goes by the item's own connection and its own ids: nothing that is sent looks here.

use std::{collections::HashMap, sync::Arc};

use rounds_domain::{
    ids::{ConnectionId, ItemId, PersonId},
    same_person::{self, Evidence},
    view::{Decided, SamePair, SamePairs, SamePatient, SamePerson},
};
use rounds_store::table::{
    connection::Connection,
    same_person::{Beside, Verdict},
};

use super::DeskError;
use crate::Rounds;

/// The connections by their ids.
type Connections = HashMap<ConnectionId, Connection>;

impl Rounds {
    /// The same person in other systems, from one item: confirmed, and, apart from that, proposed.
    pub async fn same_person(&self, item: ItemId) -> Result<SamePerson, DeskError> {
        self.look_at_older_patients().await?;
        let same = self.store.same_person(item).await?;
        let connections = self.by_id().await?;
        let shown = |all: Vec<Beside>| all.into_iter().map(|one| self.patient(&connections, one)).collect();
        Ok(SamePerson {
            person: same.person,
            confirmed: shown(same.confirmed),
            proposed: shown(same.proposed),
            refused: same.refused,
        })
    }

    /// Pairs that nobody decided about yet, the most convincing first.
    pub async fn same_proposals(&self, offset: u32, limit: u32) -> Result<SamePairs, DeskError> {
        self.look_at_older_patients().await?;
        let (pairs, total) = self.store.proposed_pairs(offset, limit).await?;
        let connections = self.by_id().await?;
        let pairs = pairs.into_iter().map(|pair| SamePair {
            one: self.patient(&connections, pair.one),
            other: self.patient(&connections, pair.other),
        });
        Ok(SamePairs { pairs: pairs.collect(), total })
    }

    /// Who the patient of an item is, to decide about them.
    pub async fn patient_of(&self, item: ItemId) -> Result<PersonId, DeskError> {
        self.look_at_older_patients().await?;
        Ok(self.store.patient_of(item).await?)
    }

    /// A person says that these two are one: also where nothing was proposed, since they may know more than the systems tell.
    pub async fn confirm_same(&self, one: PersonId, other: PersonId) -> Result<(), DeskError> {
        self.decide(one, other, Verdict::Confirmed).await
    }

    /// A person says that these two are not one: nobody is asked again.
    pub async fn refuse_same(&self, one: PersonId, other: PersonId) -> Result<(), DeskError> {
        self.decide(one, other, Verdict::Refused).await
    }

    /// Undoes what was decided about these two.
    pub async fn undo_same(&self, one: PersonId, other: PersonId) -> Result<(), DeskError> {
        let by = self.whoever_decides().await?;
        Ok(self.store.undo_same(one, other, by, self.clock.now()).await?)
    }

    async fn decide(&self, one: PersonId, other: PersonId, verdict: Verdict) -> Result<(), DeskError> {
        let by = self.whoever_decides().await?;
        self.store.decide_same(one, other, verdict, by, self.clock.now()).await?;
        Ok(())
    }

    /// A profile is one person's; their name is what any of the systems calls them.
    async fn whoever_decides(&self) -> Result<String, DeskError> {
        let connections = self.store.connections().await?;
        let named = connections.iter().find_map(|one| one.me.name.plain().or_else(|| one.me.email.clone()));
        Ok(named.unwrap_or_else(|| "this profile's person".to_owned()))
    }

    /// Looks at the patients of items that an older Rounds kept, in the background: nobody has to wait for it where they first look.
    pub fn catch_up(self: &Arc<Self>) {
        let rounds = Arc::clone(self);
        self.tasks.spawn(async move {
            tokio::select! {
                () = rounds.stop.cancelled() => {}
                done = rounds.look_at_older_patients() => if let Err(error) = done {
                    tracing::warn!(kind = error.kind(), "the patients of older items could not be looked at");
                },
            }
        });
    }

    /// Patients of items that an older Rounds kept are looked at before anything is said about them.
    pub(crate) async fn look_at_older_patients(&self) -> Result<(), DeskError> {
        while self.store.look_at_older_patients().await? {}
        Ok(())
    }

    async fn by_id(&self) -> Result<Connections, DeskError> {
        Ok(self.store.connections().await?.into_iter().map(|connection| (connection.id, connection)).collect())
    }

    fn patient(&self, connections: &Connections, beside: Beside) -> SamePatient {
        let connection = connections.get(&beside.connection);
        let system = connection.map(|connection| connection.system.as_str()).unwrap_or_default();
        let before = beside.decision.as_ref().map(|decision| decision.evidence.as_slice());
        SamePatient {
            person: beside.person,
            connection: beside.connection,
            connection_name: connection.map(|connection| connection.name.clone()).unwrap_or_default(),
            system_title: self.system(system).map(|(_, system)| system.title.clone()).unwrap_or_default(),
            patient: beside.about.name.display(),
            about: beside.about,
            items: beside.items,
            weight: same_person::total(&beside.evidence),
            changed: before.map(|before| spoken_against(before, &beside.evidence)).unwrap_or_default(),
            evidence: beside.evidence,
            decided: beside.decision.map(|decision| Decided { by: decision.by, at: decision.at }),
        }
    }
}

/// What speaks against it now and did not before.
fn spoken_against(before: &[Evidence], now: &[Evidence]) -> Vec<Evidence> {
    let is_new = |one: &&Evidence| one.weight < 0 && before.iter().all(|before| before.what != one.what);
    now.iter().filter(is_new).cloned().collect()
}

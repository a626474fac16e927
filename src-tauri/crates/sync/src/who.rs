//! Who changed what an action touches: asked for once there is something for a person to decide, never before.

use rounds_domain::action::Conflict;
use rounds_engine::outbox::finding::Finding;
use rounds_remote::seam::Target;

use crate::{Keep, Rounds, link::Link};

impl<K: Keep> Rounds<K> {
    /// The conflict, with who made the change where the system tells. That it does not tell changes nothing.
    pub(crate) async fn with_who(&self, link: &Link<K>, target: &Target, conflict: Conflict) -> Conflict {
        if conflict.who.is_some() {
            return conflict;
        }
        let keys: Vec<String> = conflict.fields.iter().map(|field| field.key.clone()).collect();
        if keys.is_empty() {
            return conflict;
        }
        match link.call(|| link.remote.who_changed(target, &keys)).await {
            Ok(Some(changed)) => Conflict { who: Some(changed.who), when: changed.when.or(conflict.when), ..conflict },
            Ok(None) => conflict,
            Err(error) => {
                tracing::debug!(kind = error.and_now.word(), "who changed an item could not be read");
                conflict
            }
        }
    }

    /// The same for what a read told about a doubtful action.
    pub(crate) async fn found_with_who(&self, link: &Link<K>, target: &Target, finding: Finding) -> Finding {
        match finding {
            Finding::PossiblyMine(conflict) => Finding::PossiblyMine(self.with_who(link, target, conflict).await),
            Finding::SetBack(conflict) => Finding::SetBack(self.with_who(link, target, conflict).await),
            Finding::Theirs(conflict) => Finding::Theirs(self.with_who(link, target, conflict).await),
            other => other,
        }
    }
}

//! What an account holds beside its items: read when its time has come, kept, and never in the way of anything else.

use chrono::{DateTime, Utc};
use rounds_domain::{error::AndNow, ids::ConnectionId};
use rounds_engine::pull::plan::Asked;

use crate::{Keep, Rounds, desk::DeskError};

impl<K: Keep> Rounds<K> {
    /// Reads what an account holds beside its items, as often as open items are read again, or because a person asked.
    pub(crate) async fn read_around(&self, connection: ConnectionId, asked: Option<Asked>) -> Result<(), DeskError> {
        let link = self.link(connection).await?;
        let now = self.clock.now();
        // A time that is still to come is none to go by: the clock was set back.
        let asked_since = |read_at: DateTime<Utc>| asked.is_some_and(|asked| asked.at > read_at);
        let is_fresh =
            |read_at: DateTime<Utc>| read_at <= now && now - read_at < link.pace.hot && !asked_since(read_at);
        let known = self.store.around(connection).await?;
        if known.is_some_and(|(_, read_at)| is_fresh(read_at)) {
            return Ok(());
        }
        match link.call(|| link.remote.around()).await {
            // What another account was told says nothing about the one that was filled in meanwhile.
            Ok(Some(around)) if link.is_for(&self.store.connection(connection).await?) => {
                self.store.keep_around(connection, around, now).await?;
            }
            Ok(_) => {}
            // What was read before stands. Whatever keeps a call from getting through is told by the pull of the items.
            Err(error) if matches!(error.and_now, AndNow::Offline | AndNow::SignIn | AndNow::Later(_)) => {}
            Err(error) => {
                tracing::debug!(
                    kind = error.and_now.word(),
                    "what an account holds beside its items could not be read"
                );
            }
        }
        Ok(())
    }
}

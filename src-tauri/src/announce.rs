//! Tells the window what changed in the store: bursts brought together into one event.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use rounds_domain::ids::ItemId;
use rounds_store::Change;
use serde::Serialize;
use tokio::sync::broadcast::{
    Receiver,
    error::{RecvError, TryRecvError},
};

/// The event's name.
pub(crate) const EVENT: &str = "changed";
/// For how long changes are brought together: less than a person notices.
const PAUSE: Duration = Duration::from_millis(50);
/// More items than this are not named one by one.
const NAMED: usize = 200;

/// What changed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(clippy::struct_excessive_bools, reason = "each is one thing that the window looks at again")]
pub(crate) struct Changed {
    /// These items; none when there are many.
    pub(crate) items: BTreeSet<ItemId>,
    /// More items than can be named.
    pub(crate) many_items: bool,
    /// The outbox.
    pub(crate) outbox: bool,
    /// A connection.
    pub(crate) connections: bool,
    /// Where the app stands: locked or open, the demo or not.
    pub(crate) app: bool,
}

impl Changed {
    /// Where the app stands.
    pub(crate) fn app() -> Self {
        Self { app: true, ..Self::default() }
    }

    fn everything() -> Self {
        Self { items: BTreeSet::new(), many_items: true, outbox: true, connections: true, app: true }
    }

    fn add(&mut self, changes: &[Change]) {
        for change in changes {
            match change {
                Change::Items(items) => self.items.extend(items),
                Change::Outbox => self.outbox = true,
                Change::Connection(_) => self.connections = true,
                // Only the window changes them.
                Change::Preferences => {}
            }
        }
        if self.items.len() > NAMED {
            self.many_items = true;
        }
        if self.many_items {
            self.items.clear();
        }
    }
}

/// Passes changes on until the store is closed.
pub(crate) async fn relay(mut changes: Receiver<Arc<[Change]>>, tell: impl Fn(Changed)) {
    loop {
        let mut news = Changed::default();
        match changes.recv().await {
            Ok(first) => news.add(&first),
            Err(RecvError::Lagged(_)) => news = Changed::everything(),
            Err(RecvError::Closed) => return,
        }
        tokio::time::sleep(PAUSE).await;
        loop {
            match changes.try_recv() {
                Ok(more) => news.add(&more),
                Err(TryRecvError::Lagged(_)) => news = Changed::everything(),
                Err(TryRecvError::Empty | TryRecvError::Closed) => break,
            }
        }
        if news != Changed::default() {
            tell(news);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use rounds_domain::ids::ConnectionId;
    use tokio::sync::broadcast;
    use uuid::Uuid;

    use super::*;

    fn items(numbers: std::ops::Range<u128>) -> Change {
        Change::Items(numbers.map(|number| ItemId(Uuid::from_u128(number))).collect())
    }

    /// What the window is told about changes that all come before it is told anything.
    async fn told(room: usize, bursts: Vec<Vec<Change>>) -> Vec<Changed> {
        let (sender, receiver) = broadcast::channel(room);
        for burst in bursts {
            sender.send(burst.into()).unwrap();
        }
        drop(sender);
        let told = Mutex::new(vec![]);
        relay(receiver, |changed| told.lock().unwrap().push(changed)).await;
        told.into_inner().unwrap()
    }

    #[tokio::test]
    async fn a_burst_is_told_once_and_each_item_once() {
        let connection = Change::Connection(ConnectionId(Uuid::from_u128(1)));
        let told = told(8, vec![vec![items(0..2), Change::Outbox], vec![items(1..3), connection]]).await;
        let expected = Changed {
            items: (0..3).map(|number| ItemId(Uuid::from_u128(number))).collect(),
            outbox: true,
            connections: true,
            ..Changed::default()
        };
        assert_eq!(told, [expected]);
    }

    #[tokio::test]
    async fn a_first_pull_is_told_as_many() {
        let told = told(8, vec![vec![items(0..150)], vec![items(150..300)], vec![items(0..1)]]).await;
        assert_eq!(told, [Changed { many_items: true, ..Changed::default() }]);
    }

    #[tokio::test]
    async fn who_could_not_keep_up_looks_at_everything_again() {
        let told = told(1, vec![vec![Change::Outbox], vec![items(0..1)], vec![items(1..2)]]).await;
        assert_eq!(told, [Changed::everything()]);
    }

    #[tokio::test]
    async fn the_windows_own_preferences_are_no_news_to_it() {
        assert_eq!(told(8, vec![vec![Change::Preferences]]).await, []);
    }

    #[test]
    fn the_window_reads_these_names() {
        let told = serde_json::to_value(Changed::app()).unwrap();
        let expected = serde_json::json!(
            { "items": [], "manyItems": false, "outbox": false, "connections": false, "app": true }
        );
        assert_eq!(told, expected);
    }
}

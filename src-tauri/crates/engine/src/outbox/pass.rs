//! A pass over the outbox of one connection: whether it goes on after a call that failed.

use std::collections::BTreeSet;

use rounds_domain::{
    error::{AndNow, RemoteError},
    ids::ItemId,
};

/// What the call was for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// The item was read, or a job asked about.
    Read,
    /// An action was sent.
    Send,
}

/// What a pass has met so far.
#[derive(Debug, Default)]
pub struct Pass {
    unread: BTreeSet<ItemId>,
}

impl Pass {
    /// Whether anything more of the connection is worked on after a call about `item` failed.
    ///
    /// No connection, or a system that asks to be left alone, is about all of them: the others would find out the same, one
    /// time-out after the other. An item that cannot be read is about that item, until a second one cannot be read either.
    pub fn goes_on(&mut self, item: ItemId, call: Call, error: &RemoteError) -> bool {
        match (error.and_now, call) {
            (AndNow::Offline | AndNow::Later(Some(_)), _) | (AndNow::Later(None), Call::Send) => false,
            (AndNow::Later(None) | AndNow::Doubtful, Call::Read) => {
                self.unread.insert(item);
                self.unread.len() < 2
            }
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use uuid::Uuid;

    use super::*;

    #[test]
    fn an_item_that_cannot_be_read_does_not_cut_off_its_connection_and_two_do() {
        let (one, other) = (ItemId(Uuid::from_u128(1)), ItemId(Uuid::from_u128(2)));
        let error = |and_now| RemoteError::new(and_now, "no");
        for spoiled in [AndNow::Doubtful, AndNow::Later(None)] {
            let mut pass = Pass::default();
            assert!(pass.goes_on(one, Call::Read, &error(spoiled)), "the other items may be fine");
            assert!(pass.goes_on(one, Call::Read, &error(spoiled)), "that one is known");
            assert!(!pass.goes_on(other, Call::Read, &error(spoiled)), "it is not about an item");
        }
        let mut pass = Pass::default();
        assert!(!pass.goes_on(one, Call::Read, &error(AndNow::Offline)));
        assert!(!pass.goes_on(one, Call::Read, &error(AndNow::Later(Some(Duration::from_secs(9))))));
        assert!(!pass.goes_on(one, Call::Send, &error(AndNow::Later(None))));
        assert!(pass.goes_on(one, Call::Send, &error(AndNow::Doubtful)), "a reply that was lost is looked for");
        assert!(pass.goes_on(one, Call::Read, &error(AndNow::Forbidden)));
    }
}

//! What a profile keeps, as far as pulling, pushing and the desk need it.
//!
//! There is one that ships, the encrypted [`Store`]. The seam is for the fault schedules, which run the same code on a store
//! in memory by the ten thousand and on the encrypted one by the hundred, with faults in between (`docs/reliability.md`).
//! Each verb is one transaction; what it promises is told where [`Store`] has it.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use rounds_domain::{
    action::{Action, Fields},
    around::Around,
    ids::{ActionId, ConnectionId, ItemId},
    projection::WorklistRow,
    pull::Slice,
};
use rounds_store::{
    Change, Store, StoreError,
    table::{
        action::{End, Ending},
        connection::{Connection, ConnectionEdit, NewConnection, Tally},
        item::{Applied, PageWrite, ReadAgain, StoredItem},
        made::Making,
        slice::{FeedProgress, SliceRow},
    },
};
use tokio::sync::broadcast::Receiver;

/// What a verb answers, when it is done.
type Kept<T> = Result<T, StoreError>;

macro_rules! keep {
    ($(
        $(#[$doc:meta])*
        fn $verb:ident $(<$($generic:ident: [$($bound:tt)+]),+>)? (&self $(, $name:ident: $type:ty)*) -> $answer:ty;
    )+) => {
        /// What a profile keeps: the encrypted store, or one that a test puts in its place.
        pub trait Keep: Clone + Send + Sync + 'static {
            /// What changed, after each commit that changed something.
            fn changes(&self) -> Receiver<Arc<[Change]>>;

            /// Changes what `edit` names of a connection.
            fn edit_connection(
                &self,
                id: ConnectionId,
                edit: ConnectionEdit,
            ) -> impl Future<Output = Kept<Connection>> + Send {
                self.change_connection(id, move |_| Some(edit))
            }

            $(
                $(#[$doc])*
                fn $verb $(<$($generic: $($bound)+),+>)? (&self $(, $name: $type)*)
                    -> impl Future<Output = Kept<$answer>> + Send;
            )+
        }

        impl Keep for Store {
            fn changes(&self) -> Receiver<Arc<[Change]>> {
                Self::changes(self)
            }

            $(
                fn $verb $(<$($generic: $($bound)+),+>)? (&self $(, $name: $type)*)
                    -> impl Future<Output = Kept<$answer>> + Send {
                    Self::$verb(self $(, $name)*)
                }
            )+
        }
    };
}

keep! {
    /// Closes the profile: every later call answers [`StoreError::Locked`].
    fn close(&self) -> ();

    /// Every connection, in the order of their names.
    fn connections(&self) -> Vec<Connection>;
    /// One connection.
    fn connection(&self, id: ConnectionId) -> Connection;
    /// Adds a connection.
    fn add_connection(&self, new: NewConnection, now: DateTime<Utc>) -> Connection;
    /// Changes a connection as it stands in this transaction; nothing leaves it. Refused when it would let what somebody did
    /// leave in another name.
    fn change_connection<F: [FnOnce(&Connection) -> Option<ConnectionEdit> + Send + 'static]>(
        &self, id: ConnectionId, change: F
    ) -> Connection;
    /// Removes a connection with everything that came from it; refused while anything done there is unsettled.
    fn remove_connection(&self, id: ConnectionId) -> ();
    /// How much a connection holds.
    fn tally(&self, id: ConnectionId) -> Tally;
    /// What an account holds beside its items, and when it was read.
    fn around(&self, id: ConnectionId) -> Option<(Around, DateTime<Utc>)>;
    /// Keeps what an account holds beside its items.
    fn keep_around(&self, id: ConnectionId, around: Around, now: DateTime<Utc>) -> ();
    /// Forgets it: it was another account's.
    fn forget_around(&self, id: ConnectionId) -> ();
    /// Computes the rows of a connection anew.
    fn reproject_connection(&self, id: ConnectionId) -> ();

    /// The slices of a feed as they are planned: new ones are added, those no longer planned removed.
    fn slices(&self, connection: i64, feed: String, planned: Vec<Slice>, now: DateTime<Utc>) -> Vec<SliceRow>;
    /// Keeps that a sweep failed, and what the system said if it does not show this part to this person.
    fn slice_failed(
        &self, id: ConnectionId, key: i64, begin_again: bool, next_at: DateTime<Utc>, closed: Option<String>
    ) -> ();
    /// Forgets the sweep under way; what it brought stays.
    fn slice_restart(&self, key: i64) -> ();
    /// Lets every slice of a connection be read now.
    fn slices_retry(&self, connection: i64) -> ();
    /// Lets everything of a connection be read again, as if it never was.
    fn slices_anew(&self, connection: i64) -> ();
    /// How far a feed is.
    fn feed_progress(&self, connection: i64, feed: String, now: DateTime<Utc>) -> FeedProgress;
    /// What would be gone if the sweep of a slice that began then ended with a page that holds `but`.
    fn nearly_gone(&self, slice: i64, began: DateTime<Utc>, but: Vec<String>, now: DateTime<Utc>) -> Vec<ItemId>;
    /// Keeps a page: base, projection, search, tombstones and cursor together.
    fn apply_page(&self, page: PageWrite) -> Applied;
    /// The open items of a feed whose time to be read again has come.
    fn open_items(
        &self, connection: i64, feed: String, before: DateTime<Utc>, most: u32, now: DateTime<Utc>
    ) -> Vec<ReadAgain>;
    /// Keeps that these items were asked for on their own.
    fn asked_for(&self, items: Vec<ItemId>, now: DateTime<Utc>) -> ();

    /// Everything that is kept of one item.
    fn item(&self, id: ItemId) -> StoredItem;
    /// Rows of the worklist.
    fn rows_of(&self, items: Vec<ItemId>) -> Vec<WorklistRow>;
    /// Keeps what somebody began to fill in.
    fn save_draft(&self, item: ItemId, action: String, fields: Option<Fields>, now: DateTime<Utc>) -> ();

    /// Keeps what is in a file that somebody picked, under its hash.
    fn keep_file(&self, item: ItemId, hash: String, content: Vec<u8>, now: DateTime<Utc>) -> ();
    /// What is in the files of an item that are kept under these hashes, in their order.
    fn files(&self, item: ItemId, hashes: Vec<String>) -> Vec<Vec<u8>>;

    /// Saves what a person did: the outbox row and what is shown.
    fn submit(&self, action: Action) -> Action;
    /// Moves an action on from where it stands in this transaction; nothing leaves it.
    fn move_action<F: [FnOnce(&Action) -> Option<Action> + Send + 'static]>(&self, id: ActionId, change: F) -> Action;
    /// Moves an action on as [`move_action`](Keep::move_action) does, and keeps what its reply said of its item.
    fn move_action_and_keep<F: [FnOnce(&Action) -> Option<Action> + Send + 'static]>(
        &self, id: ActionId, change: F, page: PageWrite
    ) -> Action;
    /// Saves what a person did where nothing stood before: the outbox row, and the item that it is about.
    fn make(&self, making: Making) -> Action;
    /// Ends an action by a person's hand.
    fn end_action<
        F: [FnOnce(&Action) -> Option<End> + Send + 'static],
        G: [Fn(&Action) -> Action + Send + 'static]
    >(&self, id: ActionId, ending: Ending, end: F, given_up: G) -> Action;
    /// One action.
    fn action(&self, id: ActionId) -> Action;
    /// Every unsettled action, in order; of one connection, or of all.
    fn unsettled(&self, connection: Option<ConnectionId>) -> Vec<Action>;
    /// Unsettled actions and those settled since, the latest first.
    fn outbox(&self, settled_since: DateTime<Utc>) -> Vec<Action>;
    /// The confirmed actions of a connection that are still laid over their items.
    fn receipts(&self, connection: i64) -> Vec<Action>;
    /// The remote ids that other actions on the item have taken for their own.
    fn claimed(&self, item: ItemId, but: ActionId) -> Vec<String>;
}

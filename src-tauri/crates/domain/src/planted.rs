//! What the tests switch on in the code that ships (`docs/reliability.md`): failures that other sync engines were known for, planted
//! so that the fault schedules can be seen to find them; and the points at which a program is killed.
//!
//! Without the feature `planted`, which only the tests have, [`is_planted`] is a constant `false`, [`reached`] does nothing, and
//! every such line is compiled away. At most one failure is planted in a process, and nothing that makes schedules may ask which.

macro_rules! bugs {
    ($($(#[doc = $doc:literal])+ $name:ident = $word:literal),+ $(,)?) => {
        /// One planted failure.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Bug { $($(#[doc = $doc])+ $name),+ }

        impl Bug {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The word that names it on the command line.
            pub fn word(self) -> &'static str {
                match self { $(Self::$name => $word),+ }
            }

            /// What goes wrong, in a line.
            pub fn about(self) -> &'static str {
                match self { $(Self::$name => concat!($($doc),+).trim_ascii()),+ }
            }
        }
    };
}

bugs! {
    /// A reply that says nothing (502, cut, timed out) counts as "not sent", and it is sent again.
    DoubleAfterLostReply = "double-after-lost-reply",
    /// What was being sent when the program ended is sent again at the next start.
    ResentAtStart = "resent-at-start",
    /// It is sent before it is kept that it is being sent.
    SentBeforeKept = "sent-before-kept",
    /// "Will retry" is said, and it never does.
    NeverRetried = "never-retried",
    /// A token that expires leaves the outbox waiting for ever.
    ExpiryWedges = "expiry-wedges",
    /// The wait between tries grows to days.
    BackoffOfDays = "backoff-of-days",
    /// An absurd `Retry-After` is obeyed to the letter.
    AbsurdRetryAfter = "absurd-retry-after",
    /// "Not found" on the first look counts, while the remote may still apply it.
    FirstLookCounts = "first-look-counts",
    /// The remote's time-out is measured by the wall clock, which can be set.
    TimedByWallClock = "timed-by-wall-clock",
    /// A comment of mine that was there before counts as the one that was sent.
    OldCommentCounts = "old-comment-counts",
    /// The wanted value counts as ours without proof.
    WantedMeansMine = "wanted-means-mine",
    /// What changed since the person looked is overwritten.
    NoReadBeforeSend = "no-read-before-send",
    /// A change that slipped in behind a confirmation is not shown.
    SlippedInUnseen = "slipped-in-unseen",
    /// A later action of an item overtakes one that is in doubt.
    LaneOvertaken = "lane-overtaken",
    /// What an action depends on is not waited for.
    DependencyIgnored = "dependency-ignored",
    /// An action leaves in whatever name the connection has now.
    InAnotherName = "in-another-name",
    /// A pull takes what is on its way off the item.
    PullErasesPending = "pull-erases-pending",
    /// The cursor is kept before the rows of its page.
    CursorBeforeRows = "cursor-before-rows",
    /// The watermark moves to now instead of to what was read.
    WatermarkIsNow = "watermark-is-now",
    /// One failed pull is forgotten: the window says "up to date".
    FailedPullForgotten = "failed-pull-forgotten",
    /// A job that nobody knows any more is sent again.
    LostJobResent = "lost-job-resent",
    /// Signing out gives up what was not sent.
    SignOutDiscards = "sign-out-discards",
    /// An upgrade of the profile empties the outbox.
    UpgradeEmptiesOutbox = "upgrade-empties-outbox",
    /// A full disk is taken for a damaged file.
    FullDiskIsDamage = "full-disk-is-damage",
}

impl Bug {
    /// The one that this word names.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|bug| bug.word() == word)
    }
}

/// Whether this failure is planted.
#[cfg(not(feature = "planted"))]
pub const fn is_planted(_: Bug) -> bool {
    false
}

/// Where a program can be killed so that what it did so far differs: before and after each thing that lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Point {
    /// A transaction is complete and not committed.
    BeforeCommit,
    /// It is committed, and nobody was told.
    AfterCommit,
    /// A request is made and not sent.
    BeforeSend,
    /// Its reply is here, or will not come, and nobody has read it.
    AfterReply,
}

/// The program is at such a point.
#[cfg(not(feature = "planted"))]
pub const fn reached(_: Point) {}

#[cfg(feature = "planted")]
pub use here::{is_planted, on_reaching, plant, reached};

#[cfg(feature = "planted")]
mod here {
    use std::sync::{
        OnceLock,
        atomic::{AtomicUsize, Ordering},
    };

    use super::{Bug, Point};

    static WATCH: OnceLock<fn(Point)> = OnceLock::new();

    /// Has `watch` called at each point, from now on and in this whole process. The first one stays.
    pub fn on_reaching(watch: fn(Point)) {
        WATCH.get_or_init(|| watch);
    }

    /// The program is at such a point.
    pub fn reached(point: Point) {
        if let Some(watch) = WATCH.get() {
            watch(point);
        }
    }

    /// The place of the planted one in [`Bug::ALL`], counted from one.
    static PLANTED: AtomicUsize = AtomicUsize::new(0);

    /// Whether this failure is planted.
    pub fn is_planted(bug: Bug) -> bool {
        PLANTED.load(Ordering::Relaxed) == bug as usize + 1
    }

    /// Plants a failure, or none, for the whole process.
    pub fn plant(bug: Option<Bug>) {
        PLANTED.store(bug.map_or(0, |bug| bug as usize + 1), Ordering::Relaxed);
    }
}

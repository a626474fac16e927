//! A schedule: what people do, what goes wrong, and when. Made from a seed before anything runs, and never looked at what runs on it.

use chrono::TimeDelta;
use rand::{Rng, RngExt, SeedableRng, rngs::StdRng};
use rounds_domain::error::{AndNow, RemoteError};

use crate::toy::{
    client::STATUSES,
    line::{Call, Fate, PageFault},
    server::{JobEnd, SignIn},
};

/// How late a write may take effect whose answer was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lateness {
    /// Within the server's time-out: nothing may ever be doubled.
    Within,
    /// Later than anybody waits: what is never sent again by itself may still not be doubled.
    Beyond,
}

/// What is done with an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Doing {
    Comment,
    Status,
    Assign,
    Note,
    Approve,
    Receive,
    /// Takes a remark of one's own back.
    Unsay,
    Tag,
    Untag,
    /// Makes a case.
    Make,
}

/// Where a program is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KillAt {
    /// At once.
    Now,
    /// Before its n-th commit from now on.
    BeforeCommit(u32),
    /// After it, and before anybody hears of it.
    AfterCommit(u32),
    /// When its n-th call is on its way.
    BeforeCall(u32),
    /// When its n-th call has arrived, and the answer not.
    AfterCall(u32),
}

/// What goes wrong with a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DiskFault {
    Full,
    Broken,
}

/// What a person decides about what waits for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Undo,
    Retry,
    Discard,
    KeepMine,
    TakeTheirs,
    /// Fills in anew what was to make a case.
    Correct,
}

/// With which item something is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum On {
    /// One of those that its server has.
    There(usize),
    /// One that was made at this desk, whether it is there yet or not.
    MadeHere(usize),
}

/// Whether something can be taken back for a few seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hold {
    No,
    Yes,
    /// And is taken back, after so many milliseconds.
    Undone(i64),
    /// And is then done again with other words.
    DoneAnew(i64),
}

/// One thing that happens. Desks and servers are counted; an item is counted among those of its server, modulo their number.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Step {
    Act { desk: usize, server: usize, item: On, doing: Doing, value: usize, hold: Hold, after_last: bool },
    Decide { desk: usize, which: usize, verdict: Verdict },
    Edit { server: usize, item: usize, key: &'static str, value: usize },
    Remark { server: usize, item: usize, text: usize },
    New { server: usize, study: bool },
    Vanish { server: usize, item: usize },
    Call { server: usize, call: Call, fate: Fate },
    Down { server: usize, minutes: i64 },
    Expire { server: usize },
    WrongPassword { server: usize, minutes: i64 },
    SomebodyElse { desk: usize, server: usize, minutes: i64 },
    Job { server: usize, end: JobEnd },
    Kill { desk: usize, at: KillAt, seconds: i64 },
    Disk { desk: usize, fault: DiskFault, times: u32 },
    Clock { desk: usize, seconds: i64 },
    Suspend { desk: usize, hours: i64 },
    SignIn { desk: usize, server: usize },
    Sync { desk: usize, full: bool },
}

/// A server of a schedule.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Manner {
    pub(super) sign_in: SignIn,
    pub(super) names_comments: bool,
    pub(super) page: usize,
    pub(super) cases: usize,
    pub(super) studies: usize,
}

/// A schedule.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    pub(super) seed: u64,
    pub(super) lateness: Lateness,
    pub(super) desks: usize,
    pub(super) servers: Vec<Manner>,
    /// Seconds after the beginning, in order.
    pub(super) steps: Vec<(i64, Step)>,
}

impl Plan {
    /// How many things happen in it.
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    /// Whether nothing happens in it.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// It without some of its steps.
    pub(super) fn without(&self, from: usize, to: usize) -> Self {
        let mut steps = self.steps.clone();
        steps.drain(from..to);
        Self { steps, ..self.clone() }
    }
}

/// How many people work here.
pub(super) const PEOPLE: [&str; 2] = ["Ana", "Ben"];
/// Who works there and never here.
pub(super) const COLLEAGUE: &str = "Cleo";
/// Who sits down at somebody else's desk: not the colleague, whose own edits would then be "mine".
pub(super) const GUEST: &str = "Dora";
/// What is written. Few, so that people repeat themselves.
pub(super) const TEXTS: [&str; 3] = ["Seen, stable.", "Second look tomorrow.", "Please compare with the last one."];

/// What an item is tagged with.
pub(super) const TAGS: [&str; 3] = ["urgent", "second look", "teaching"];

/// What a case that is made here is called. Few, so that two people choose the same.
pub(super) fn made_name(value: usize) -> String {
    format!("made-{}", value % 3)
}

/// The value of a doing, from its number.
pub(super) fn status(value: usize) -> &'static str {
    STATUSES[value % STATUSES.len()]
}

fn chance(rng: &mut impl Rng, of_hundred: u32) -> bool {
    rng.random_range(0..100) < of_hundred
}

fn pick<T: Clone>(rng: &mut impl Rng, from: &[T]) -> T {
    from[rng.random_range(0..from.len())].clone()
}

fn error(and_now: AndNow) -> RemoteError {
    RemoteError::new(and_now, "The schedule says so.")
}

/// How long a remote asks to be left alone: in reason, and absurdly.
fn retry_after(rng: &mut impl Rng) -> AndNow {
    let seconds = match rng.random_range(0..6) {
        0 => None,
        1 => Some(0),
        2 => Some(86_400 * 365),
        3 => Some(3_000),
        _ => Some(rng.random_range(1..120)),
    };
    AndNow::Later(seconds.map(std::time::Duration::from_secs))
}

fn fate(rng: &mut impl Rng, call: Call, lateness: Lateness) -> Fate {
    let never = |and_now| Fate::Never(error(and_now));
    match call {
        Call::Write => match rng.random_range(0..12) {
            0 => never(AndNow::Offline),
            1 => {
                let asked = retry_after(rng);
                never(asked)
            }
            2 => never(AndNow::SignIn),
            3 => never(AndNow::Forbidden),
            4 => never(AndNow::Invalid),
            5 | 6 => never(AndNow::Doubtful),
            7 | 8 => Fate::AnswerLost(error(AndNow::Doubtful)),
            _ => {
                let most = if lateness == Lateness::Within { 29 } else { 7_200 };
                Fate::Late(TimeDelta::seconds(rng.random_range(1..=most)), error(AndNow::Doubtful))
            }
        },
        Call::Page => match rng.random_range(0..8) {
            0 => Fate::Page(PageFault::SameCursor),
            1 => Fate::Page(PageFault::Shuffled),
            2 => Fate::Page(PageFault::Spoiled),
            3 => never(AndNow::Invalid),
            4 => {
                let asked = retry_after(rng);
                never(asked)
            }
            5 => never(AndNow::SignIn),
            6 => never(AndNow::Offline),
            _ => never(AndNow::Doubtful),
        },
        Call::Read => match rng.random_range(0..8) {
            0 => never(AndNow::Forbidden),
            1 => never(AndNow::Gone),
            2 => never(AndNow::SignIn),
            3 => {
                let asked = retry_after(rng);
                never(asked)
            }
            4 => never(AndNow::Offline),
            _ => never(AndNow::Doubtful),
        },
        Call::SignIn => match rng.random_range(0..4) {
            0 => Fate::AnswerLost(error(AndNow::Doubtful)),
            1 => never(AndNow::Offline),
            2 => {
                let asked = retry_after(rng);
                never(asked)
            }
            _ => never(AndNow::Doubtful),
        },
    }
}

fn kill_at(rng: &mut impl Rng) -> KillAt {
    let nth = rng.random_range(1..12);
    match rng.random_range(0..5) {
        0 => KillAt::Now,
        1 => KillAt::BeforeCommit(nth),
        2 => KillAt::AfterCommit(nth),
        3 => KillAt::BeforeCall(nth),
        _ => KillAt::AfterCall(nth),
    }
}

fn job_end(rng: &mut impl Rng) -> JobEnd {
    let after = TimeDelta::seconds(rng.random_range(1..400));
    match rng.random_range(0..24) {
        0..2 => JobEnd::Lost,
        2..5 => JobEnd::Forgotten(after),
        // Followed for a day, which takes its time here too.
        5 => JobEnd::Never,
        6..10 => JobEnd::Refused(after),
        _ => JobEnd::Done(after),
    }
}

/// What people do in a schedule that is about one thing: what needs three steps of one kind in a row is rare among everything that
/// people do.
const ABOUT: [&[Doing]; 4] = [
    &[Doing::Comment, Doing::Status],
    &[Doing::Approve, Doing::Receive, Doing::Note],
    &[Doing::Status, Doing::Assign, Doing::Note],
    &[Doing::Tag, Doing::Untag, Doing::Comment, Doing::Unsay],
];

struct Maker {
    rng: StdRng,
    /// What people do, where it is not everything.
    about: Option<&'static [Doing]>,
    desks: usize,
    servers: usize,
    lateness: Lateness,
}

impl Maker {
    fn act(&mut self) -> Step {
        if let Some(about) = self.about {
            return Step::Act {
                desk: self.rng.random_range(0..self.desks),
                server: self.rng.random_range(0..self.servers),
                item: On::There(self.rng.random_range(0..3)),
                doing: pick(&mut self.rng, about),
                value: self.rng.random_range(0..4),
                hold: if chance(&mut self.rng, 15) { Hold::Yes } else { Hold::No },
                after_last: chance(&mut self.rng, 15),
            };
        }
        let doing = match self.rng.random_range(0..28) {
            0..8 => Doing::Comment,
            8..12 => Doing::Status,
            12..15 => Doing::Assign,
            15 | 16 => Doing::Note,
            17 => Doing::Approve,
            18 | 19 => Doing::Receive,
            20 | 21 => Doing::Unsay,
            22 | 23 => Doing::Tag,
            24 => Doing::Untag,
            _ => Doing::Make,
        };
        // Few, so that lanes fill.
        let nth = self.rng.random_range(0..3);
        let item = if chance(&mut self.rng, 20) { On::MadeHere(nth) } else { On::There(nth) };
        let soon = self.rng.random_range(1..6_000);
        let hold = match self.rng.random_range(0..10) {
            0 => Hold::Undone(soon),
            1 => Hold::DoneAnew(soon),
            2 | 3 => Hold::Yes,
            _ => Hold::No,
        };
        Step::Act {
            desk: self.rng.random_range(0..self.desks),
            server: self.rng.random_range(0..self.servers),
            item,
            doing,
            value: self.rng.random_range(0..4),
            hold,
            after_last: chance(&mut self.rng, 15),
        }
    }

    fn something(&mut self) -> Step {
        let desk = self.rng.random_range(0..self.desks);
        let server = self.rng.random_range(0..self.servers);
        let item = self.rng.random_range(0..3);
        match self.rng.random_range(0..100) {
            0..30 => self.act(),
            30..38 => {
                let verdicts = [
                    Verdict::Undo,
                    Verdict::Retry,
                    Verdict::Discard,
                    Verdict::KeepMine,
                    Verdict::TakeTheirs,
                    Verdict::Correct,
                ];
                Step::Decide { desk, which: self.rng.random_range(0..8), verdict: pick(&mut self.rng, &verdicts) }
            }
            38..46 => {
                let key = pick(&mut self.rng, &["status", "status", "reader", "note", "approved", "tags"]);
                Step::Edit { server, item, key, value: self.rng.random_range(0..4) }
            }
            46..49 => Step::Remark { server, item, text: self.rng.random_range(0..TEXTS.len()) },
            49..52 => Step::New { server, study: chance(&mut self.rng, 50) },
            52 => Step::Vanish { server, item: self.rng.random_range(0..9) },
            53..72 => {
                let call =
                    pick(&mut self.rng, &[Call::Write, Call::Write, Call::Write, Call::Read, Call::Page, Call::SignIn]);
                let fate = fate(&mut self.rng, call, self.lateness);
                Step::Call { server, call, fate }
            }
            72..75 => {
                // Also a network that is gone for the night.
                let minutes = if chance(&mut self.rng, 15) { 500 } else { self.rng.random_range(1..20) };
                Step::Down { server, minutes }
            }
            75..78 => Step::Expire { server },
            78 => Step::WrongPassword { server, minutes: self.rng.random_range(1..15) },
            79 | 80 => Step::SomebodyElse { desk, server, minutes: self.rng.random_range(1..15) },
            81 => Step::Job { server, end: job_end(&mut self.rng) },
            82..89 => {
                let at = kill_at(&mut self.rng);
                Step::Kill { desk, at, seconds: pick(&mut self.rng, &[0, 1, 5, 60, 4_000]) }
            }
            89..92 => {
                let fault = if chance(&mut self.rng, 50) { DiskFault::Full } else { DiskFault::Broken };
                Step::Disk { desk, fault, times: self.rng.random_range(1..4) }
            }
            92..94 => {
                let seconds = pick(&mut self.rng, &[3_600, -3_600, 315_000_000, -315_000_000, 40, -40]);
                Step::Clock { desk, seconds }
            }
            94 => Step::Suspend { desk, hours: 14 },
            95..97 => Step::SignIn { desk, server },
            _ => Step::Sync { desk, full: chance(&mut self.rng, 30) },
        }
    }
}

/// The schedule of a seed.
pub fn plan(seed: u64, lateness: Lateness) -> Plan {
    let mut rng = StdRng::seed_from_u64(seed);
    let desks = if chance(&mut rng, 40) { 2 } else { 1 };
    let servers: Vec<Manner> = (0..if chance(&mut rng, 25) { 2 } else { 1 })
        .map(|_| Manner {
            sign_in: pick(&mut rng, &[SignIn::Key, SignIn::Password, SignIn::Password, SignIn::Pin]),
            names_comments: chance(&mut rng, 60),
            page: pick(&mut rng, &[2, 3, 100]),
            cases: rng.random_range(1..5),
            studies: rng.random_range(1..5),
        })
        .collect();
    let count = rng.random_range(4..28);
    let pace = pick(&mut rng, &[2_i64, 10, 60, 240]);
    let about = chance(&mut rng, 50).then(|| pick(&mut rng, &ABOUT));
    let mut maker = Maker { rng, about, desks, servers: servers.len(), lateness };
    // Everybody has a look first.
    let mut at = 30;
    let mut steps = Vec::with_capacity(count);
    for nth in 0..count {
        let step = if nth == 0 { maker.act() } else { maker.something() };
        steps.push((at, step));
        at += maker.rng.random_range(0..=pace);
    }
    Plan { seed, lateness, desks, servers, steps }
}

//! Who is signed in. "A user can have up to 10 active sessions. Old sessions are dropped first."

use std::collections::HashMap;

use crate::dice::Dice;
use crate::stamp::{MINUTE, SECOND, Stamp};

const MOST: usize = 10;
/// How long LOCKOUT lasts; open.
const LOCKED_OUT: i64 = 30 * MINUTE;
/// "The PIN expires after 10 minutes or 3 invalid attempts".
const PIN_LIVES: i64 = 10 * MINUTE;
const PIN_TRIES: u8 = 3;

#[derive(Clone, Debug)]
struct Session {
    sid: String,
    who: usize,
    used: Stamp,
    pin: Option<Pin>,
}

#[derive(Clone, Debug)]
struct Pin {
    code: String,
    until: Stamp,
    tries: u8,
}

/// What came of a PIN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PinVerdict {
    Right,
    Wrong,
    Expired,
    NoSession,
}

/// Every session, and what was tried in vain.
#[derive(Debug, Default)]
pub(crate) struct Sessions {
    seed: u64,
    made: u64,
    live: Vec<Session>,
    /// Bearer tokens, with whose they are and until when.
    tokens: HashMap<String, (usize, Stamp)>,
    failures: HashMap<usize, (u32, Stamp)>,
    last_pin: Option<String>,
}

impl Sessions {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed, ..Self::default() }
    }

    fn dice(&mut self) -> Dice {
        self.made += 1;
        Dice::new(self.seed, &[0x7369_6473, self.made])
    }

    /// A new session; the user's oldest goes if there are too many.
    pub(crate) fn open(&mut self, who: usize, with_pin: bool, now: Stamp) -> String {
        self.failures.remove(&who);
        let mut dice = self.dice();
        let sid = dice.uuid().to_string();
        let pin = with_pin.then(|| {
            let code = format!("{:06}", dice.below(1_000_000));
            Pin { code, until: Stamp(now.0 + PIN_LIVES), tries: PIN_TRIES }
        });
        if let Some(pin) = &pin {
            self.last_pin = Some(pin.code.clone());
        }
        let own = self.live.iter().filter(|session| session.who == who).count();
        if own >= MOST
            && let Some(oldest) = self.live.iter().position(|session| session.who == who)
        {
            self.live.remove(oldest);
        }
        self.live.push(Session { sid: sid.clone(), who, used: now, pin });
        sid
    }

    /// Whose session this is, if it lives and waits for no PIN; it lives on from now.
    pub(crate) fn user(&mut self, sid: &str, minutes: i64, now: Stamp) -> Option<usize> {
        self.expire(minutes, now);
        let session = self.live.iter_mut().find(|session| session.sid == sid && session.pin.is_none())?;
        session.used = now;
        Some(session.who)
    }

    /// Minutes that a session has to live.
    pub(crate) fn ttl(&mut self, sid: &str, minutes: i64, now: Stamp) -> Option<i64> {
        self.expire(minutes, now);
        let session = self.live.iter().find(|session| session.sid == sid)?;
        Some(minutes - (now.0 - session.used.0) / MINUTE)
    }

    fn expire(&mut self, minutes: i64, now: Stamp) {
        self.live.retain(|session| now.0 - session.used.0 < minutes * MINUTE);
    }

    pub(crate) fn close(&mut self, sid: &str) -> bool {
        let before = self.live.len();
        self.live.retain(|session| session.sid != sid);
        self.live.len() < before
    }

    /// Ends every session and token, as an administrator can.
    pub(crate) fn end_all(&mut self) {
        self.live.clear();
        self.tokens.clear();
    }

    pub(crate) fn try_pin(&mut self, sid: &str, code: &str, now: Stamp) -> PinVerdict {
        let Some(session) = self.live.iter_mut().find(|session| session.sid == sid) else {
            return PinVerdict::NoSession;
        };
        let Some(pin) = &mut session.pin else { return PinVerdict::Right };
        if now >= pin.until || pin.tries == 0 {
            return PinVerdict::Expired;
        }
        if pin.code == code {
            session.pin = None;
            session.used = now;
            return PinVerdict::Right;
        }
        pin.tries -= 1;
        PinVerdict::Wrong
    }

    /// The PIN that was sent last, as its owner would read it.
    pub(crate) fn last_pin(&self) -> Option<&str> {
        self.last_pin.as_deref()
    }

    pub(crate) fn is_locked_out(&self, who: usize, after: u32, now: Stamp) -> bool {
        self.failures.get(&who).is_some_and(|(count, last)| *count >= after && now.0 - last.0 < LOCKED_OUT)
    }

    pub(crate) fn failed(&mut self, who: usize, now: Stamp) {
        let (count, last) = self.failures.entry(who).or_default();
        *count += 1;
        *last = now;
    }

    pub(crate) fn open_token(&mut self, who: usize, seconds: i64, now: Stamp) -> String {
        let token = self.dice().code(40);
        self.tokens.insert(token.clone(), (who, Stamp(now.0 + seconds * SECOND)));
        token
    }

    pub(crate) fn token_user(&self, token: &str, now: Stamp) -> Option<usize> {
        self.tokens.get(token).filter(|(_, until)| now < *until).map(|(who, _)| *who)
    }

    pub(crate) fn len(&self) -> usize {
        self.live.len()
    }
}

#[cfg(test)]
mod tests {
    use super::{PinVerdict, Sessions};
    use crate::stamp::{MINUTE, Stamp};

    #[test]
    fn the_eleventh_session_drops_the_first_and_idle_ones_expire() {
        let mut sessions = Sessions::new(1);
        let sids: Vec<String> = (0..11).map(|n| sessions.open(0, false, Stamp(n))).collect();
        assert_eq!(sessions.user(&sids[0], 180, Stamp(20)), None);
        assert_eq!(sessions.user(&sids[1], 180, Stamp(20)), Some(0));
        assert_eq!(sessions.user(&sids[1], 180, Stamp(179 * MINUTE)), Some(0), "in use, it lives on");
        assert_eq!(sessions.user(&sids[2], 180, Stamp(181 * MINUTE)), None);
        assert_eq!(sessions.user(&sids[1], 180, Stamp(181 * MINUTE)), Some(0));
    }

    #[test]
    fn a_pin_has_three_tries_and_ten_minutes() {
        let mut sessions = Sessions::new(2);
        let sid = sessions.open(0, true, Stamp(0));
        let code = sessions.last_pin().unwrap().to_owned();
        assert_eq!(sessions.user(&sid, 180, Stamp(1)), None, "until the PIN is validated");
        assert_eq!(sessions.try_pin(&sid, "no", Stamp(1)), PinVerdict::Wrong);
        assert_eq!(sessions.try_pin(&sid, &code, Stamp(1)), PinVerdict::Right);
        assert_eq!(sessions.user(&sid, 180, Stamp(1)), Some(0));
        let late = sessions.open(0, true, Stamp(0));
        for verdict in [PinVerdict::Wrong, PinVerdict::Wrong, PinVerdict::Wrong, PinVerdict::Expired] {
            assert_eq!(sessions.try_pin(&late, "no", Stamp(2)), verdict);
        }
    }
}

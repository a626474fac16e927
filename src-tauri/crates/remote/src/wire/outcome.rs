//! What a failed request means: the answer to "and now?" and the words for a person. The one place where it is decided.
//!
//! The rules are RELIABILITY.md's. For a write, only what certainly took no effect may be tried again: no connection, a
//! 429, a clean 401. A documented refusal goes to a person. Everything else after a byte may have left is doubt.

use std::time::Duration;

use rounds_domain::error::{AndNow, RemoteError};

use super::trouble::{Reply, Trouble};

/// A reply that says no.
#[derive(Debug, Clone)]
pub(crate) struct Refusal {
    /// The status it is to be judged by.
    pub(crate) status: u16,
    /// How long it asks to wait.
    pub(crate) retry_after: Option<Duration>,
    /// The remote's own words for a person, already made safe to show.
    pub(crate) words: Option<String>,
    /// Whether the reply was one the remote itself can have given: in its documented shape, or with no body at all.
    /// A web page is not: something between us and the remote may have written it.
    pub(crate) clean: bool,
}

/// What is said of the reads that come after.
const AGAIN: &str = "Nothing was changed, what is here stays readable, and it will be read again.";
/// What is said of a write in doubt.
const LOOKED_FOR: &str = "It may or may not have arrived; Rounds looks for it before anything is sent again.";
/// What is said of a write that certainly took no effect.
const SAVED: &str = "What you wrote is saved here and will be sent.";

/// A read that got no reply.
pub(crate) fn of_read(who: &str, what: &str, trouble: &Trouble) -> RemoteError {
    let (and_now, message) = match trouble {
        Trouble::NoConnection { why } => (AndNow::Offline, format!("{who} cannot be reached: {why}. {AGAIN}")),
        Trouble::Lost => (AndNow::Later(None), format!("The connection to {who} broke before it answered. {AGAIN}")),
        Trouble::TimedOut { .. } => (AndNow::Later(None), format!("{who} did not answer in time. {AGAIN}")),
        Trouble::BrokeOff { after, .. } => (AndNow::Doubtful, broke_off(who, what, *after)),
        Trouble::TooLong { limit } => (AndNow::Doubtful, too_long(who, *limit) + " Nothing of it was kept."),
        Trouble::TooMany { limit } => (AndNow::Doubtful, too_many(who, *limit) + " Nothing of it was kept."),
        Trouble::Redirected { host } => (AndNow::Doubtful, format!("{} {AGAIN}", redirected(who, host.as_deref()))),
        Trouble::NotMade => (AndNow::Invalid, not_made(who)),
    };
    RemoteError::new(and_now, message)
}

/// A write that got no reply.
pub(crate) fn of_write(who: &str, trouble: &Trouble) -> RemoteError {
    let (and_now, message) = match trouble {
        Trouble::NoConnection { why } => (AndNow::Offline, format!("{who} cannot be reached: {why}. {SAVED}")),
        Trouble::NotMade => (AndNow::Invalid, not_made(who)),
        Trouble::Lost => (AndNow::Doubtful, format!("The connection to {who} broke before it answered. {LOOKED_FOR}")),
        Trouble::TimedOut { .. } => (AndNow::Doubtful, format!("{who} did not answer in time. {LOOKED_FOR}")),
        Trouble::BrokeOff { status, after } => (
            AndNow::Doubtful,
            format!("{who}'s reply ({}) broke off after {after} bytes. {LOOKED_FOR}", status.as_u16()),
        ),
        Trouble::TooLong { limit } => (AndNow::Doubtful, format!("{} {LOOKED_FOR}", too_long(who, *limit))),
        Trouble::TooMany { limit } => (AndNow::Doubtful, format!("{} {LOOKED_FOR}", too_many(who, *limit))),
        Trouble::Redirected { host } => {
            (AndNow::Doubtful, format!("{} {LOOKED_FOR}", redirected(who, host.as_deref())))
        }
    };
    RemoteError::new(and_now, message)
}

/// A read that was answered with a no.
pub(crate) fn refused_read(who: &str, refusal: &Refusal) -> RemoteError {
    let status = refusal.status;
    let said = said(refusal);
    match status {
        429 => RemoteError::new(
            AndNow::Later(refusal.retry_after),
            format!("{who} asked to wait before it is asked again{said}. {AGAIN}"),
        ),
        408 | 425 | 500..=599 => RemoteError::new(
            AndNow::Later(refusal.retry_after),
            format!("{who} has trouble of its own ({status}){said}. {AGAIN}"),
        ),
        401 => RemoteError::new(AndNow::SignIn, format!("{who} did not accept the sign-in{said}.")),
        403 => RemoteError::new(AndNow::Forbidden, format!("{who} does not allow this account to read this{said}.")),
        404 | 410 => RemoteError::new(
            AndNow::Gone,
            format!(
                "{who} has nothing at this address{said}. If everything fails like this, check the connection's address."
            ),
        ),
        409 | 412 => RemoteError::new(AndNow::Conflict, format!("{who} found a conflict ({status}){said}. {AGAIN}")),
        400..=499 => RemoteError::new(AndNow::Invalid, format!("{who} refused what it was asked ({status}){said}.")),
        _ => RemoteError::new(
            AndNow::Doubtful,
            format!("{who} gave an answer that cannot be used ({status}){said}. {AGAIN}"),
        ),
    }
}

/// A write that was answered with a no.
///
/// By status, where RELIABILITY.md leaves room:
/// - 429 counts whatever its body is: no server does first and then says that it was too much.
/// - 401, 403, 404, 410, 409, 412, 400, 422 and the other refusals count when the reply is clean (see
///   [`Refusal::clean`]). With a foreign body ("non-JSON reply after bytes left") they are doubt: a gateway or a captive
///   network may have replaced the true answer. The look that follows settles it, and can do no harm.
/// - 408, 425 and every 5xx, a `Retry-After` with them or not, are doubt.
pub(crate) fn refused_write(who: &str, refusal: &Refusal) -> RemoteError {
    let status = refusal.status;
    let said = said(refusal);
    match status {
        429 => RemoteError::new(
            AndNow::Later(refusal.retry_after),
            format!("{who} asked to wait before more is sent{said}. {SAVED}"),
        ),
        408 | 425 => {
            RemoteError::new(AndNow::Doubtful, format!("{who} answered with status {status}{said}. {LOOKED_FOR}"))
        }
        400..=499 if !refusal.clean => RemoteError::new(
            AndNow::Doubtful,
            format!(
                "{who} answered {status} in a form that Rounds does not know; something on the way may have written it. {LOOKED_FOR}"
            ),
        ),
        401 => {
            RemoteError::new(AndNow::SignIn, format!("{who} did not accept the sign-in{said}. Nothing was changed."))
        }
        403 => RemoteError::new(AndNow::Forbidden, format!("{who} does not allow this account to do that{said}.")),
        404 | 410 => RemoteError::new(AndNow::Gone, format!("{who} no longer has this item{said}.")),
        409 | 412 => RemoteError::new(AndNow::Conflict, format!("{who} found a conflict{said}.")),
        400..=499 => RemoteError::new(AndNow::Invalid, format!("{who} refused it ({status}){said}.")),
        _ => RemoteError::new(AndNow::Doubtful, format!("{who} answered with status {status}{said}. {LOOKED_FOR}")),
    }
}

/// A read whose reply came whole and is not what was asked for. `why` tells a reader's finding, without contents.
pub(crate) fn unreadable_read(who: &str, what: &str, reply: &Reply, why: &Unreadable) -> RemoteError {
    let message = match why {
        Unreadable::Cut => broke_off(who, what, reply.body.len()),
        Unreadable::NotData if is_web_page(reply) => format!(
            "{who} answered with a web page instead of data. If this network wants signing in (guest Wi-Fi), do that \
             first. {AGAIN}"
        ),
        Unreadable::NotData => format!("{who} answered with something that is not data. {AGAIN}"),
        Unreadable::Other(why) => {
            format!("{who}'s reply cannot be used: {why}. Nothing of {what} was kept and it will be read again.")
        }
    };
    RemoteError::new(AndNow::Doubtful, message)
}

/// A write answered with a 2xx that is not the documented success.
pub(crate) fn unreadable_write(who: &str, reply: &Reply) -> RemoteError {
    let kind = if is_web_page(reply) { "a web page" } else { "something that is not its documented confirmation" };
    let status = reply.status.as_u16();
    RemoteError::new(AndNow::Doubtful, format!("{who} answered {status} with {kind}. {LOOKED_FOR}"))
}

/// A write in doubt at a system where nothing can be looked for: the same, without a word of looking.
pub(crate) fn without_a_look(error: RemoteError) -> RemoteError {
    let message = error.message.strip_suffix(LOOKED_FOR).map(|told| told.trim_end().to_owned());
    RemoteError { message: message.unwrap_or(error.message), ..error }
}

/// Why a whole reply could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Unreadable {
    /// It ends in the middle.
    Cut,
    /// It is not JSON.
    NotData,
    /// It is JSON, and not what is documented.
    Other(String),
}

impl From<&serde_json::Error> for Unreadable {
    fn from(error: &serde_json::Error) -> Self {
        match error.classify() {
            serde_json::error::Category::Eof => Self::Cut,
            serde_json::error::Category::Data => Self::Other("it is not in the documented form".into()),
            serde_json::error::Category::Syntax | serde_json::error::Category::Io => Self::NotData,
        }
    }
}

/// Whether a reply is a page for a browser.
pub(crate) fn is_web_page(reply: &Reply) -> bool {
    let first = reply.body.iter().find(|byte| !byte.is_ascii_whitespace());
    reply.media_type.as_deref() == Some("text/html") || first == Some(&b'<')
}

fn broke_off(who: &str, what: &str, after: usize) -> String {
    format!("{who}'s reply broke off after {after} bytes; nothing of {what} was kept and it will be read again.")
}

fn too_long(who: &str, limit: usize) -> String {
    format!("{who}'s reply is longer than {} MB, more than Rounds reads at a time.", limit >> 20)
}

fn too_many(who: &str, limit: usize) -> String {
    format!("{who}'s reply holds more than {} million values, more than Rounds reads at a time.", limit / 1_000_000)
}

fn redirected(who: &str, host: Option<&str>) -> String {
    let to = host.map(|host| format!(" to {host}")).unwrap_or_default();
    format!(
        "{who} answered with a redirect{to}, which Rounds does not follow, so that the key goes nowhere else. If this \
         network wants signing in (guest Wi-Fi), do that first; otherwise check the connection's address."
    )
}

fn not_made(who: &str) -> String {
    format!(
        "The request to {who} could not be made from the connection's settings. Nothing was sent; check the connection."
    )
}

fn said(refusal: &Refusal) -> String {
    refusal.words.as_ref().map(|words| format!(": “{words}”")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use reqwest::StatusCode;

    use super::*;

    fn refusal(status: u16, clean: bool) -> Refusal {
        Refusal { status, retry_after: Some(Duration::from_secs(9)), words: None, clean }
    }

    #[test]
    fn only_what_certainly_took_no_effect_is_tried_again() {
        let later = AndNow::Later(Some(Duration::from_secs(9)));
        for (status, clean, foreign) in [
            (400, AndNow::Invalid, AndNow::Doubtful),
            (401, AndNow::SignIn, AndNow::Doubtful),
            (403, AndNow::Forbidden, AndNow::Doubtful),
            (404, AndNow::Gone, AndNow::Doubtful),
            (408, AndNow::Doubtful, AndNow::Doubtful),
            (409, AndNow::Conflict, AndNow::Doubtful),
            (410, AndNow::Gone, AndNow::Doubtful),
            (412, AndNow::Conflict, AndNow::Doubtful),
            (422, AndNow::Invalid, AndNow::Doubtful),
            (425, AndNow::Doubtful, AndNow::Doubtful),
            (429, later, later),
            (500, AndNow::Doubtful, AndNow::Doubtful),
            (503, AndNow::Doubtful, AndNow::Doubtful),
            (599, AndNow::Doubtful, AndNow::Doubtful),
        ] {
            assert_eq!(refused_write("X", &refusal(status, true)).and_now, clean, "{status} clean");
            assert_eq!(refused_write("X", &refusal(status, false)).and_now, foreign, "{status} with a foreign body");
        }
    }

    #[test]
    fn a_read_that_fails_is_read_again_unless_it_would_fail_again() {
        let later = AndNow::Later(Some(Duration::from_secs(9)));
        for (status, expected) in [
            (400, AndNow::Invalid),
            (401, AndNow::SignIn),
            (403, AndNow::Forbidden),
            (404, AndNow::Gone),
            (408, later),
            (409, AndNow::Conflict),
            (422, AndNow::Invalid),
            (429, later),
            (500, later),
            (503, later),
        ] {
            assert_eq!(refused_read("X", &refusal(status, false)).and_now, expected, "{status}");
        }
    }

    #[test]
    fn no_reply_after_the_bytes_left_is_doubt_for_a_write() {
        let lost = [
            Trouble::Lost,
            Trouble::TimedOut { after: None },
            Trouble::TimedOut { after: Some(3) },
            Trouble::BrokeOff { status: StatusCode::UNAUTHORIZED, after: 3 },
            Trouble::TooLong { limit: 1 },
            Trouble::TooMany { limit: 1 },
            Trouble::Redirected { host: None },
        ];
        for trouble in lost {
            assert_eq!(of_write("X", &trouble).and_now, AndNow::Doubtful, "{trouble:?}");
        }
        let offline = Trouble::NoConnection { why: "it refused the connection" };
        assert_eq!(of_write("X", &offline).and_now, AndNow::Offline);
        assert_eq!(of_read("X", "it", &offline).and_now, AndNow::Offline);
    }
}

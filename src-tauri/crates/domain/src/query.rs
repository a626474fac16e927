//! The filter language of the search box: words, `"exact"`, `-not`, and `field:value`.
//!
//! Reading is total: whatever is typed gives a query. What was not understood is named as a problem and otherwise
//! searched for as plain words, since it is read while it is being typed.

use serde::{Deserialize, Serialize};

use crate::item::{ItemKind, Priority, StatusGroup};

/// A filter: all of its terms hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// The terms.
    pub terms: Vec<Term>,
    /// The first thing that was not understood.
    pub problem: Option<QueryProblem>,
}

/// One condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// Whether it must not hold.
    pub negated: bool,
    /// What must hold.
    pub test: Test,
    /// As it was typed.
    pub source: String,
}

/// What a term asks of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    /// Some word of its text begins with this.
    Word(String),
    /// Its text holds these words in this order.
    Phrase(String),
    /// It stands in this group.
    Group(StatusGroup),
    /// It is not finished.
    Open,
    /// The remote's word for its status is this, in any case.
    StatusWord(String),
    /// It is this kind of item.
    Kind(ItemKind),
    /// It is assigned like this.
    Assigned(Assigned),
    /// It comes from this system.
    System(String),
    /// It is at least this urgent.
    Priority(Priority),
    /// It is due within this many seconds from now; overdue ones are.
    DueWithin(i64),
    /// It has something unsettled of this kind.
    Unsettled(crate::projection::Unsettled),
    /// The remote no longer has it.
    Gone,
}

/// Who an item is assigned to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Assigned {
    /// The person at this desk.
    Me,
    /// Nobody.
    Nobody,
    /// Someone whose name begins with this.
    Name(String),
}

/// A term as it was understood, for the person to see and take away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, export_to = "bindings.ts"))]
#[serde(rename_all = "camelCase")]
pub struct Chip {
    /// What it means, in words.
    pub label: String,
    /// As it was typed.
    pub source: String,
}

/// Something in a filter that was not understood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, export_to = "bindings.ts"))]
#[serde(rename_all = "camelCase")]
pub struct QueryProblem {
    /// As it was typed.
    pub source: String,
    /// What is wrong and what to write instead.
    pub text: String,
}

impl Query {
    /// Reads what was typed.
    pub fn read(text: &str) -> Self {
        let mut query = Self::default();
        for token in tokens(text) {
            match term(&token) {
                Ok(Some(term)) => query.terms.push(term),
                Ok(None) => {}
                Err(problem) => {
                    query.problem.get_or_insert(problem);
                    let words = token.value.clone();
                    query.terms.push(Term { negated: false, test: Test::Word(words), source: token.source });
                }
            }
        }
        query
    }

    /// The terms as they were understood.
    pub fn chips(&self) -> Vec<Chip> {
        self.terms.iter().map(|term| Chip { label: label(term), source: term.source.clone() }).collect()
    }

    /// Whether it asks for orders in so many words; otherwise they stay under their case, outside the default view.
    pub fn names_kind(&self) -> bool {
        self.terms.iter().any(|term| matches!(term.test, Test::Kind(_)))
    }
}

struct Token {
    negated: bool,
    field: Option<String>,
    value: String,
    quoted: bool,
    source: String,
}

/// Cuts at white space outside quotes; an unclosed quote runs to the end.
fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let mut in_quotes = false;
        let end = rest
            .char_indices()
            .find(|&(_, c)| {
                in_quotes ^= c == '"';
                c.is_whitespace() && !in_quotes
            })
            .map_or(rest.len(), |(at, _)| at);
        tokens.push(token(&rest[..end]));
        rest = rest[end..].trim_start();
    }
    tokens
}

fn token(source: &str) -> Token {
    let (negated, body) = match source.strip_prefix('-') {
        Some(body) if !body.is_empty() => (true, body),
        _ => (false, source),
    };
    let (field, value) = match body.split_once(':') {
        Some((field, value)) if !field.is_empty() && field.chars().all(char::is_alphabetic) => {
            (Some(field.to_lowercase()), value)
        }
        _ => (None, body),
    };
    let quoted = value.starts_with('"');
    let value = value.trim_matches('"').to_owned();
    Token { negated, field, value, quoted, source: source.to_owned() }
}

fn term(token: &Token) -> Result<Option<Term>, QueryProblem> {
    let value = token.value.trim();
    if value.is_empty() {
        return Ok(None);
    }
    let problem = |text: &str| Err(QueryProblem { source: token.source.clone(), text: text.to_owned() });
    let folded = value.to_lowercase();
    let test = match token.field.as_deref() {
        None if token.quoted => Test::Phrase(value.to_owned()),
        None => Test::Word(value.to_owned()),
        Some("status") => match (folded.as_str(), StatusGroup::from_word(&folded)) {
            (_, Some(group)) => Test::Group(group),
            ("unfinished", None) => Test::Open,
            _ => Test::StatusWord(value.to_owned()),
        },
        Some("is") => match folded.as_str() {
            "open" => Test::Open,
            "stat" => Test::Priority(Priority::Stat),
            "urgent" => Test::Priority(Priority::Urgent),
            "overdue" => Test::DueWithin(0),
            "pending" => Test::Unsettled(crate::projection::Unsettled::Pending),
            "doubtful" => Test::Unsettled(crate::projection::Unsettled::Doubt),
            "needsme" => Test::Unsettled(crate::projection::Unsettled::NeedsPerson),
            "gone" => Test::Gone,
            _ => {
                return problem(
                    "Write is:open, is:stat, is:urgent, is:overdue, is:pending, is:doubtful, is:needsme or is:gone.",
                );
            }
        },
        Some("kind") => match ItemKind::from_word(&folded) {
            Some(kind) => Test::Kind(kind),
            None => return problem("Write kind:case, kind:study, kind:order or kind:specimen."),
        },
        Some("assigned") => Test::Assigned(match folded.as_str() {
            "me" => Assigned::Me,
            "nobody" | "none" => Assigned::Nobody,
            _ => Assigned::Name(value.to_owned()),
        }),
        Some("system") => Test::System(folded),
        Some("priority") => match Priority::from_word(&folded) {
            Some(priority) => Test::Priority(priority),
            None => return problem("Write priority:stat, priority:urgent or priority:routine."),
        },
        Some("due") => match span(&folded) {
            Some(seconds) => Test::DueWithin(seconds),
            None => return problem("Write due:<2d, due:<6h or due:<30m."),
        },
        // A colon in something that is no field (a time, an identifier) is part of the word.
        Some(_) => {
            let whole = token.source.trim_start_matches('-').replace('"', "");
            if token.quoted { Test::Phrase(whole) } else { Test::Word(whole) }
        }
    };
    Ok(Some(Term { negated: token.negated, test, source: token.source.clone() }))
}

/// `<2d`, `6h`, `30m`, in seconds.
fn span(text: &str) -> Option<i64> {
    let text = text.strip_prefix('<').unwrap_or(text);
    let unit = text.chars().last()?;
    let count: i64 = text[..text.len() - unit.len_utf8()].parse().ok()?;
    let seconds = match unit {
        'd' => 86_400,
        'h' => 3_600,
        'm' => 60,
        _ => return None,
    };
    count.checked_mul(seconds).filter(|span| *span >= 0 && *span <= 10 * 366 * 86_400)
}

fn label(term: &Term) -> String {
    let what = match &term.test {
        Test::Word(word) => format!("“{word}…”"),
        Test::Phrase(phrase) => format!("exactly “{phrase}”"),
        Test::Group(group) => format!("status {}", group.word()),
        Test::Open => "not finished".to_owned(),
        Test::StatusWord(word) => format!("status “{word}”"),
        Test::Kind(kind) => format!("{}s", kind.word()),
        Test::Assigned(Assigned::Me) => "assigned to me".to_owned(),
        Test::Assigned(Assigned::Nobody) => "assigned to nobody".to_owned(),
        Test::Assigned(Assigned::Name(name)) => format!("assigned to “{name}…”"),
        Test::System(system) => format!("from {system}"),
        Test::Priority(Priority::Stat) => "STAT".to_owned(),
        Test::Priority(priority) => format!("{} or sooner", priority.word()),
        Test::DueWithin(0) => "overdue".to_owned(),
        Test::DueWithin(seconds) => format!("due within {}", spoken(*seconds)),
        Test::Unsettled(crate::projection::Unsettled::Doubt) => "something in doubt".to_owned(),
        Test::Unsettled(crate::projection::Unsettled::NeedsPerson) => "needs me".to_owned(),
        Test::Unsettled(_) => "something on its way".to_owned(),
        Test::Gone => "no longer at the system".to_owned(),
    };
    if term.negated { format!("not {what}") } else { what }
}

fn spoken(seconds: i64) -> String {
    match seconds {
        s if s % 86_400 == 0 => format!("{} d", s / 86_400),
        s if s % 3_600 == 0 => format!("{} h", s / 3_600),
        s => format!("{} min", s / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tests_of(text: &str) -> Vec<(bool, Test)> {
        Query::read(text).terms.into_iter().map(|term| (term.negated, term.test)).collect()
    }

    #[test]
    fn reads_each_operator() {
        let word = |text: &str| Test::Word(text.into());
        for (text, expected) in [
            ("cordero", vec![(false, word("cordero"))]),
            ("cordero -thelma", vec![(false, word("cordero")), (true, word("thelma"))]),
            ("\"hair loss\"", vec![(false, Test::Phrase("hair loss".into()))]),
            ("\"not closed", vec![(false, Test::Phrase("not closed".into()))]),
            ("status:new", vec![(false, Test::Group(StatusGroup::New))]),
            ("-status:closed", vec![(true, Test::Group(StatusGroup::Closed))]),
            ("status:IN_PROGRESS", vec![(false, Test::StatusWord("IN_PROGRESS".into()))]),
            ("status:\"In Progress\"", vec![(false, Test::StatusWord("In Progress".into()))]),
            ("is:open kind:order", vec![(false, Test::Open), (false, Test::Kind(ItemKind::Order))]),
            ("assigned:me", vec![(false, Test::Assigned(Assigned::Me))]),
            ("assigned:nobody", vec![(false, Test::Assigned(Assigned::Nobody))]),
            ("due:<2d", vec![(false, Test::DueWithin(2 * 86_400))]),
            ("priority:STAT", vec![(false, Test::Priority(Priority::Stat))]),
            ("12:30", vec![(false, word("12:30"))]),
            ("ada:x1", vec![(false, word("ada:x1"))]),
            ("status:", vec![]),
            ("-", vec![(false, word("-"))]),
            ("", vec![]),
        ] {
            assert_eq!(tests_of(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_not_understood_is_named_and_searched_for_as_words() {
        let query = Query::read("kind:banana");
        assert_eq!(query.terms[0].test, Test::Word("banana".into()));
        assert!(query.problem.is_some_and(|problem| problem.text.contains("kind:case")));
        for odd in ["due:<999999999999999999d", "due:-1d", "due:é", "due:<", "::::", "\"\"\"", "-\"", "is:"] {
            Query::read(odd);
        }
    }

    #[test]
    fn chips_say_what_was_understood() {
        let labels: Vec<String> =
            Query::read("-status:done due:<36h assigned:me").chips().into_iter().map(|chip| chip.label).collect();
        assert_eq!(labels, ["not status done", "due within 36 h", "assigned to me"]);
    }
}

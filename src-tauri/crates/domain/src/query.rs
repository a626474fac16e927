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
    /// The remote gives it no status.
    NoStatus,
    /// Its images were made this way: a DICOM code, in any case.
    Modality(String),
    /// It bears this mark, in any case.
    Flag(String),
    /// At least one of these holds.
    AnyOf(Vec<Test>),
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
    /// The value with its quotes.
    written: String,
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
    let written = value.to_owned();
    let value = value.trim_matches('"').to_owned();
    Token { negated, field, value, written, quoted, source: source.to_owned() }
}

/// The most values that one term can name.
const MOST_VALUES: usize = 50;

/// `A,"On Hold",none`: the values of a field that takes several, any of which will do; with each, whether it was quoted.
fn values(written: &str) -> Vec<(String, bool)> {
    let mut in_quotes = false;
    written
        .split(|c| {
            in_quotes ^= c == '"';
            c == ',' && !in_quotes
        })
        .map(|value| (value.trim().trim_matches('"').trim().to_owned(), value.trim().starts_with('"')))
        .filter(|(value, _)| !value.is_empty())
        .collect()
}

/// The test of a field that takes several values.
fn any_of(token: &Token, of: fn(String, bool) -> Test) -> Result<Option<Test>, QueryProblem> {
    let mut tests: Vec<Test> =
        values(&token.written).into_iter().map(|(value, is_quoted)| of(value, is_quoted)).collect();
    if tests.len() > MOST_VALUES {
        let text = format!("Name at most {MOST_VALUES} values.");
        return Err(QueryProblem { source: token.source.clone(), text });
    }
    Ok(if tests.len() > 1 { Some(Test::AnyOf(tests)) } else { tests.pop() })
}

/// One of our groups, or the remote's own word; in quotes always that.
fn status(value: String, is_quoted: bool) -> Test {
    if is_quoted {
        return Test::StatusWord(value);
    }
    let folded = value.to_lowercase();
    match (folded.as_str(), StatusGroup::from_word(&folded)) {
        (_, Some(group)) => Test::Group(group),
        ("unfinished", None) => Test::Open,
        ("none", None) => Test::NoStatus,
        _ => Test::StatusWord(value),
    }
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
        Some(field @ ("status" | "modality" | "flag")) => {
            let of: fn(String, bool) -> Test = match field {
                "status" => status,
                "modality" => |code, _| Test::Modality(code),
                _ => |word, _| Test::Flag(word),
            };
            match any_of(token, of)? {
                Some(test) => test,
                None => return Ok(None),
            }
        }
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
    let what = said(&term.test);
    if term.negated { format!("not {what}") } else { what }
}

fn said(test: &Test) -> String {
    match test {
        Test::Word(word) => format!("“{word}…”"),
        Test::Phrase(phrase) => format!("exactly “{phrase}”"),
        Test::Group(group) => format!("status {}", group.word()),
        Test::Open => "not finished".to_owned(),
        Test::StatusWord(word) => format!("status “{word}”"),
        Test::NoStatus => "no status".to_owned(),
        Test::Modality(code) => format!("modality {code}"),
        Test::Flag(word) => format!("marked “{word}”"),
        Test::AnyOf(tests) => tests.iter().map(said).collect::<Vec<_>>().join(" or "),
        Test::Kind(ItemKind::Study) => "studies".to_owned(),
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
    }
}

fn spoken(seconds: i64) -> String {
    match seconds {
        s if s % 86_400 == 0 => format!("{} d", s / 86_400),
        s if s % 3_600 == 0 => format!("{} h", s / 3_600),
        s => format!("{} min", s / 60),
    }
}

#[cfg(test)]
mod tests;

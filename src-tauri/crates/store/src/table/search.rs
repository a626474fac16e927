//! `search`: the full-text index, and how words of a filter are asked of it.

use rounds_domain::{
    projection::SearchText,
    query::{Query, Test},
    text::fold,
};
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use crate::Result;

/// Puts the texts of `rows`; `replaced` are those that were there before.
pub(crate) async fn put(db: &mut SqliteConnection, rows: Vec<(i64, SearchText)>, replaced: &[i64]) -> Result<()> {
    if !replaced.is_empty() {
        sqlx::query("DELETE FROM search WHERE rowid IN (SELECT value FROM json_each(?))")
            .bind(serde_json::to_string(replaced)?)
            .execute(&mut *db)
            .await?;
    }
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let mut insert = QueryBuilder::<Sqlite>::new("INSERT INTO search (rowid, patient, identifiers, title, text) ");
        insert.push_values(rows.by_ref().take(200), |mut row, (key, text)| {
            row.push_bind(key)
                .push_bind(folded(text.patient))
                .push_bind(folded(text.identifiers))
                .push_bind(folded(text.title))
                .push_bind(folded(text.text));
        });
        insert.build().execute(&mut *db).await?;
    }
    Ok(())
}

/// Asks the index whether it holds together.
pub(crate) async fn check(db: &mut SqliteConnection) -> Result<()> {
    sqlx::query("INSERT INTO search (search) VALUES ('integrity-check')").execute(db).await?;
    Ok(())
}

/// What of a filter is asked of the index: an FTS5 expression of everything that must be there, and one of whatever must
/// not.
pub(crate) fn expressions(query: &Query) -> (Option<String>, Option<String>) {
    let mut wanted = Vec::new();
    let mut unwanted = Vec::new();
    for term in &query.terms {
        let expression = match &term.test {
            Test::Word(word) if has_token(word) => format!("{} *", quoted(word)),
            Test::Phrase(phrase) if has_token(phrase) => quoted(phrase),
            _ => continue,
        };
        if term.negated { unwanted.push(expression) } else { wanted.push(expression) }
    }
    let joined = |all: Vec<String>, by: &str| (!all.is_empty()).then(|| all.join(by));
    (joined(wanted, " AND "), joined(unwanted, " OR "))
}

/// A string without a letter or digit has nothing to look for.
fn has_token(text: &str) -> bool {
    text.chars().any(char::is_alphanumeric)
}

/// FTS5 takes the accents off Latin letters only; names are written with others too.
fn folded(text: String) -> String {
    if text.is_ascii() { text } else { fold(&text) }
}

fn quoted(text: &str) -> String {
    let text = folded(text.to_owned());
    // To FTS5 a zero byte is the end of what is asked.
    format!("\"{}\"", text.replace('"', "\"\"").replace('\0', " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_prefixes_and_nothing_typed_is_ever_an_operator() {
        let of = |text: &str| expressions(&Query::read(text));
        assert_eq!(of("cordero OR").0.as_deref(), Some("\"cordero\" * AND \"OR\" *"));
        assert_eq!(of("\"hair loss\" -rash").0.as_deref(), Some("\"hair loss\""));
        assert_eq!(of("-rash -itch").1.as_deref(), Some("\"rash\" * OR \"itch\" *"));
        assert_eq!(of("a\"b").0.as_deref(), Some("\"a\"\"b\" *"));
        assert_eq!(of("a\0b").0.as_deref(), Some("\"a b\" *"));
        assert_eq!(of("-- * ()"), (None, None));
    }
}

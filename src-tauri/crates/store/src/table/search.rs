//! `search`: the full-text index, and how words of a filter are asked of it.

use rounds_domain::{
    projection::SearchText,
    query::{Query, Test},
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
    let mut insert = QueryBuilder::<Sqlite>::new("INSERT INTO search (rowid, patient, identifiers, title, text) ");
    insert.push_values(rows, |mut row, (key, text)| {
        row.push_bind(key)
            .push_bind(text.patient)
            .push_bind(text.identifiers)
            .push_bind(text.title)
            .push_bind(text.text);
    });
    insert.build().execute(db).await?;
    Ok(())
}

/// What of a filter is asked of the index: an FTS5 expression of everything that must be there, and one each of what
/// must not.
pub(crate) fn expressions(query: &Query) -> (Option<String>, Vec<String>) {
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
    ((!wanted.is_empty()).then(|| wanted.join(" AND ")), unwanted)
}

/// A string without a letter or digit has nothing to look for.
fn has_token(text: &str) -> bool {
    text.chars().any(char::is_alphanumeric)
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_prefixes_and_nothing_typed_is_ever_an_operator() {
        let of = |text: &str| expressions(&Query::read(text));
        assert_eq!(of("cordero OR").0.as_deref(), Some("\"cordero\" * AND \"OR\" *"));
        assert_eq!(of("\"hair loss\" -rash").0.as_deref(), Some("\"hair loss\""));
        assert_eq!(of("-rash").1, ["\"rash\" *"]);
        assert_eq!(of("a\"b").0.as_deref(), Some("\"a\"\"b\" *"));
        assert_eq!(of("-- * ()"), (None, vec![]));
    }
}

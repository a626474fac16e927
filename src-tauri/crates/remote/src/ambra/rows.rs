//! Short lists, read to their end: members, saved filters. What can be long is walked ([`walk`](super::walk)).

use serde_json::value::RawValue;

use super::{Ambra, call::Call, errors::No, session::Session, walk::MOST_ROWS};
use crate::{lenient::Lenient, wire::Turn};

/// More pages than a short list has.
const MOST_PAGES: u32 = 20;

impl Ambra {
    /// Every row of a list; `call` is without its page.
    pub(super) async fn all_rows(&self, session: &Session, call: &Call, key: &str) -> Result<Vec<Box<RawValue>>, No> {
        let mut all = Vec::new();
        for page in 1..=MOST_PAGES {
            let asked =
                call.clone().with("page.rows", Some(MOST_ROWS.to_string())).with("page.number", Some(page.to_string()));
            let answer = self.read(Turn::Single, &session.sid, &asked).await?;
            let rows = answer.rows(key).unwrap_or_default();
            let more = answer.value("page").and_then(|page| Option::<bool>::read(page.get("more"))) == Some(true);
            let is_last = !more || rows.is_empty();
            all.extend(rows);
            if is_last {
                break;
            }
        }
        Ok(all)
    }
}

//! `page.rows`, `page.number`, `sort_by`.

use serde_json::{Value, json};

use super::conditions::Field;
use super::errors::Refused;
use super::form::Form;
use super::names::{self, Table};

/// "the maximum is 5000".
const MOST_ROWS: usize = 5_000;

/// Which page is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Page {
    pub(crate) rows: usize,
    /// From 1.
    pub(crate) number: usize,
}

impl Page {
    /// "The default is 100 or 1000 depending on the object type"; which type has which is open. More than the most is cut
    /// down to it, so that `rows` of the reply differs from what was asked (inferred).
    pub(crate) fn read(form: &Form, default_rows: usize) -> Self {
        let number = |name: &str| form.get(name).and_then(|text| text.parse::<usize>().ok()).filter(|n| *n > 0);
        Self {
            rows: number("page.rows").unwrap_or(default_rows).min(MOST_ROWS),
            number: number("page.number").unwrap_or(1),
        }
    }

    pub(crate) fn start(self) -> usize {
        (self.number - 1).saturating_mul(self.rows)
    }

    /// The hash called page.
    pub(crate) fn told(self, total: usize) -> Value {
        let more = self.start().saturating_add(self.rows) < total;
        json!({"more": u8::from(more), "rows": self.rows, "number": self.number})
    }
}

/// One field of `sort_by`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SortBy {
    pub(crate) field: Field,
    pub(crate) descending: bool,
}

/// `updated-asc,patient_name-desc`.
pub(crate) fn sort_by(form: &Form, table: Table) -> Result<Vec<SortBy>, Refused> {
    let Some(text) = form.get("sort_by") else { return Ok(Vec::new()) };
    text.split(',')
        .map(|part| {
            let (name, order) = part.trim().rsplit_once('-').unwrap_or((part, ""));
            let field = names::sorted(name, table).ok_or_else(|| Refused::about("INVALID_SORT_FIELD", name))?;
            let descending = match order {
                "asc" => false,
                "desc" => true,
                _ => return Err(Refused::about("INVALID_SORT_ORDER", name)),
            };
            Ok(SortBy { field, descending })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Form, Page, names, sort_by};
    use crate::ambra::made::Kind;

    fn form(value: &serde_json::Value) -> Form {
        Form::from_hash(value.as_object().unwrap())
    }

    #[test]
    fn pages_count_from_one_and_tell_whether_there_is_more() {
        let page = Page::read(&form(&json!({"page.rows": 10, "page.number": 3})), 100);
        assert_eq!(
            (page.start(), page.told(30), page.told(31)["more"].clone()),
            (20, json!({"more": 0, "rows": 10, "number": 3}), json!(1))
        );
        assert_eq!(Page::read(&form(&json!({"page.rows": 9_999})), 100).rows, 5_000);
        assert_eq!(Page::read(&form(&json!({})), 100), Page { rows: 100, number: 1 });
    }

    #[test]
    fn sorting_names_what_is_wrong() {
        let id = "d3a6b1f8-a3af-4400-9b96-c5f1578d375d";
        let good = sort_by(
            &form(&json!({"sort_by": format!("updated-asc,modality-desc,customfield-{id}-desc")})),
            names::of(Kind::Study),
        );
        assert_eq!(good.unwrap().iter().map(|by| by.descending).collect::<Vec<_>>(), [false, true, true]);
        for (text, error, name) in
            [("height-asc", "INVALID_SORT_FIELD", "height"), ("updated-up", "INVALID_SORT_ORDER", "updated")]
        {
            let refused = sort_by(&form(&json!({"sort_by": text})), names::of(Kind::Study)).unwrap_err();
            assert_eq!((refused.error_type, refused.subtype), (json!(error), Some(json!(name))));
        }
    }
}

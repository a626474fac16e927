//! The query parameters of `GET /api/v1/cases` and their validation, as the document's tables give them.

use uuid::Uuid;

use super::errors::{Refused, documented};
use super::made::{Parts, Status};
use crate::stamp::{DAY, Stamp};

/// The longest window, "Maximum Range".
const LONGEST: i64 = 60 * DAY;
const DEFAULT_RECORDS: usize = 20;
const MOST_RECORDS: usize = 100;

/// How attachments are delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DocumentFormat {
    Url,
    Base64,
}

/// A valid query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CasesQuery {
    pub(crate) start: Stamp,
    pub(crate) end: Stamp,
    /// Empty: every status.
    pub(crate) statuses: Vec<Status>,
    pub(crate) records: usize,
    pub(crate) after: Option<Uuid>,
    pub(crate) parts: Parts,
    pub(crate) format: DocumentFormat,
}

/// Reads and checks the parameters, in the order of the document's validation list. Unknown ones are ignored.
pub(crate) fn read(parameters: &[(String, String)]) -> Result<CasesQuery, Refused> {
    let value = |name: &str| parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());

    let start = value("startTime").and_then(Stamp::parse).ok_or_else(|| Refused::parameter(documented::START_TIME))?;
    let end = value("endTime")
        .and_then(Stamp::parse)
        .ok_or_else(|| Refused::parameter("endTime must be a valid ISO 8601 datetime"))?;
    if end <= start {
        return Err(Refused::parameter(documented::END_BEFORE_START));
    }
    if end.0 - start.0 > LONGEST {
        return Err(Refused::parameter(documented::RANGE_TOO_LARGE));
    }
    let statuses = value("status").map_or(Ok(Vec::new()), statuses)?;
    let records = value("recordsPerPage").map_or(Ok(DEFAULT_RECORDS), records)?;
    let after = value("after").filter(|text| !text.is_empty()).map(cursor).transpose()?;
    let attachments = flag("includeAttachments", value("includeAttachments"))?;
    let format = format(attachments, value("documentFormat"))?;
    let parts = Parts {
        attachments,
        orders: flag("includeOrders", value("includeOrders"))?,
        calendar_events: flag("includeCalendarEvents", value("includeCalendarEvents"))?,
    };
    Ok(CasesQuery { start, end, statuses, records, after, parts, format })
}

/// What an `after` that is no case's id is answered. Stated nowhere: a 400 in the documented shape (inferred).
pub(crate) fn unknown_cursor() -> Refused {
    Refused::parameter("after must be a valid cursor")
}

fn statuses(text: &str) -> Result<Vec<Status>, Refused> {
    text.split(',')
        .map(|word| Status::parse(word.trim()).ok_or_else(|| Refused::parameter(documented::STATUS)))
        .collect()
}

/// "Must be a positive integer, max 100". That more is refused instead of cut down to 100, and the wording, are inferred.
fn records(text: &str) -> Result<usize, Refused> {
    let number = text.parse().ok().filter(|number| (1..=MOST_RECORDS).contains(number));
    number.ok_or_else(|| Refused::parameter("recordsPerPage must be a positive integer, max 100"))
}

fn cursor(text: &str) -> Result<Uuid, Refused> {
    Uuid::try_parse(text).map_err(|_| unknown_cursor())
}

fn flag(name: &str, text: Option<&str>) -> Result<bool, Refused> {
    match text {
        None | Some("" | "false") => Ok(false),
        Some("true") => Ok(true),
        Some(_) => Err(Refused::parameter(format!("{name} must be a boolean"))),
    }
}

/// "Required when includeAttachments=true"; the wording is inferred.
fn format(attachments: bool, text: Option<&str>) -> Result<DocumentFormat, Refused> {
    match text {
        Some("base64") => Ok(DocumentFormat::Base64),
        None | Some("") if attachments => {
            Err(Refused::parameter("documentFormat is required when includeAttachments is true"))
        }
        None | Some("" | "url") => Ok(DocumentFormat::Url),
        Some(_) => Err(Refused::parameter("Invalid documentFormat. Must be one of: base64, url")),
    }
}

#[cfg(test)]
mod tests {
    use super::{DocumentFormat, read};

    fn pairs(more: &str) -> Vec<(String, String)> {
        format!("startTime=2024-01-01T00:00:00Z&endTime=2024-01-31T00:00:00Z&{more}")
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }

    #[test]
    fn the_documents_table_of_parameters() {
        let plain = read(&pairs("")).unwrap();
        assert_eq!((plain.records, plain.parts.orders, plain.statuses.len()), (20, false, 0));
        let full = read(&pairs(
            "status=APPROVED,IN_PROGRESS&recordsPerPage=100&includeAttachments=true&documentFormat=base64&includeOrders=true&includeCalendarEvents=true",
        ))
        .unwrap();
        assert_eq!((full.records, full.format, full.statuses.len()), (100, DocumentFormat::Base64, 2));
        for bad in [
            "status=CLOSED",
            "status=OPEN,,APPROVED",
            "recordsPerPage=0",
            "recordsPerPage=101",
            "recordsPerPage=-1",
            "recordsPerPage=ten",
            "includeOrders=maybe",
            "includeAttachments=true",
            "includeAttachments=true&documentFormat=pdf",
            "after=not-a-case",
        ] {
            let refused = read(&pairs(bad)).expect_err(bad);
            assert_eq!(refused.status.as_u16(), 400, "{bad}");
        }
    }

    #[test]
    fn sixty_days_are_the_longest_window() {
        let window =
            |end: &str| read(&[("startTime".into(), "2024-01-01T00:00:00Z".into()), ("endTime".into(), end.into())]);
        assert!(window("2024-03-01T00:00:00Z").is_ok(), "60 days exactly are allowed");
        assert!(window("2024-03-01T00:00:01Z").is_err(), "a second more is not");
        assert!(window("2024-01-01T00:00:00Z").is_err(), "an empty window is not later");
    }
}

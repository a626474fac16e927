//! Reading cases: pages of a window, and one case through a window of its own ("Get Cases API").

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};
use rounds_domain::{
    error::{AndNow, RemoteError},
    item::ItemKind,
    pull::{Page, Record, Slice},
};
use serde_json::value::RawValue;

use super::{
    CareValidate,
    declaration::{FEED, TITLE, WINDOW_FIELD},
    errors,
    page::{self, CasePage, NotAPage},
    record,
    window::{self, Window, WindowField},
};
use crate::{
    seam::{Depth, Target},
    wire::{
        Turn,
        outcome::{self, Refusal, Unreadable},
    },
};

/// The header that carries the key ("Required Headers").
pub(super) const KEY_HEADER: &str = "cv-api-key";
/// More pages than a window of two seconds can have.
const MOST_PAGES: usize = 500;

/// What a page is to hold beside the cases themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum With {
    /// Nothing: only to see whether the key is good.
    Nothing,
    /// Orders and calendar events: what sweeps read.
    Orders,
    /// Those, and attachments with signed addresses (`documentFormat=url`).
    Addresses,
    /// Those, and attachments with their contents (`documentFormat=base64`).
    Contents,
}

impl CareValidate {
    /// One page of a sweep. No status filter while paging: rows would move between pages (the sheet, "Changes", 6).
    pub(super) async fn read_page(&self, feed: &str, slice: &Slice, cursor: Option<&str>) -> Result<Page, RemoteError> {
        if feed != FEED {
            return Err(RemoteError::new(AndNow::Invalid, format!("{TITLE} has no feed called “{feed}”.")));
        }
        let Slice::Window { from, to } = slice else {
            return Err(RemoteError::new(AndNow::Invalid, format!("{TITLE} can only be read by windows of time.")));
        };
        let window = Window::new(*from, *to)?;
        let CasePage { cases, next } = self.cases(&window, cursor, With::Orders, Turn::Page).await?;
        let mut page = Page { next, ..Page::default() };
        for case in cases {
            match record::read(&case, &self.rules, false) {
                Ok(record) => page.records.push(found_by(record, Some(window.sign()))),
                Err(rejected) => page.rejected.push(rejected),
            }
        }
        let disproved = self.rules.window_field == WindowField::Created
            && page.records.iter().any(|record| window.disproves_created(&record.item));
        if disproved {
            page.learned.push((WINDOW_FIELD.into(), "updatedAt".into()));
        }
        Ok(page)
    }

    /// One case, through the window around its feed time: there is no read of a single case.
    pub(super) async fn read_case(&self, target: &Target, depth: Depth) -> Result<Option<Record>, RemoteError> {
        let with = match depth {
            Depth::Plain => With::Orders,
            Depth::Attachments => With::Addresses,
        };
        let found = self.find(target, with).await?;
        Ok(found.filter(|record| {
            target.kind != ItemKind::Order
                || record.item.external_id == target.external_id
                || record.children.iter().any(|child| child.external_id == target.external_id)
        }))
    }

    async fn find(&self, target: &Target, with: With) -> Result<Option<Record>, RemoteError> {
        let Some(case) = self.find_raw(target, with).await? else { return Ok(None) };
        let with_attachments = with == With::Addresses || with == With::Contents;
        match record::read(&case, &self.rules, with_attachments) {
            Ok(record) => Ok(Some(found_by(record, target.feed_time))),
            Err(rejected) => Err(RemoteError::new(AndNow::Doubtful, rejected.reason)),
        }
    }

    /// The case of `target` as it came.
    pub(super) async fn find_raw(&self, target: &Target, with: With) -> Result<Option<Box<RawValue>>, RemoteError> {
        let id = case_of(target);
        let at = |moment: &Option<rounds_domain::moment::Moment>| moment.as_ref().and_then(|moment| moment.at);
        let own = target.kind == ItemKind::Case;
        let told = self.rules.window_field.of(at(&target.created), at(&target.updated)).filter(|_| own);
        let feed_time = target.feed_time.or(told);
        let updated = at(&target.updated).filter(|_| own);
        let places = match target.feed_time {
            // It tells no time by which windows find it: that is of the window it came in.
            Some(sign) if own && told.is_none() => window::places_of_untimed(sign, Utc::now())?,
            _ => window::places(self.rules.window_field, feed_time, updated, Utc::now())?,
        };
        for window in places {
            if let Some(case) = self.find_in(&window, id, with).await? {
                return Ok(Some(case));
            }
        }
        if feed_time.is_some() {
            return Ok(None);
        }
        Err(RemoteError::new(
            AndNow::Doubtful,
            format!(
                "{TITLE} gave no readable time for this case, so it is not found by itself until it has been read again with \
                 all others (sync)."
            ),
        ))
    }

    async fn find_in(&self, window: &Window, id: &str, with: With) -> Result<Option<Box<RawValue>>, RemoteError> {
        let mut cursor: Option<String> = None;
        let mut seen = HashSet::new();
        for _ in 0..MOST_PAGES {
            let CasePage { cases, next } = self.cases(window, cursor.as_deref(), with, Turn::Single).await?;
            if let Some(case) = cases.into_iter().find(|case| record::names(case, id)) {
                return Ok(Some(case));
            }
            match next {
                None => return Ok(None),
                Some(next) if !seen.insert(next.clone()) => break,
                Some(next) => cursor = Some(next),
            }
        }
        Err(RemoteError::new(
            AndNow::Doubtful,
            format!(
                "{TITLE}'s pages do not come to an end, so it is not known whether it has this case. It will be read again."
            ),
        ))
    }

    /// A read that costs the remote nothing and is answered only to a good key.
    pub(super) async fn prove_key(&self, now: DateTime<Utc>) -> Result<(), RemoteError> {
        let window = Window::new(now - TimeDelta::seconds(1), now)?;
        self.cases(&window, None, With::Nothing, Turn::Single).await.map(|_| ())
    }

    /// Asks for one page of cases.
    async fn cases(
        &self,
        window: &Window,
        after: Option<&str>,
        with: With,
        turn: Turn,
    ) -> Result<CasePage, RemoteError> {
        let per_page = if with == With::Nothing { 1 } else { self.per_page };
        let mut url = self.cases_url(None)?;
        {
            let mut query = url.query_pairs_mut();
            query.append_pair("startTime", &window.start_time());
            query.append_pair("endTime", &window.end_time());
            query.append_pair("recordsPerPage", &per_page.to_string());
            if with != With::Nothing {
                query.append_pair("includeOrders", "true");
                query.append_pair("includeCalendarEvents", "true");
            }
            if let Some(format) = with.document_format() {
                query.append_pair("includeAttachments", "true");
                query.append_pair("documentFormat", format);
            }
            if let Some(after) = after {
                query.append_pair("after", after);
            }
        }
        let what = if turn == Turn::Page { "this page" } else { "it" };
        let reply = self
            .wire
            .read(turn, |client| {
                client
                    .get(url)
                    .header(KEY_HEADER, self.key_header.clone())
                    .header(reqwest::header::ACCEPT, "application/json")
            })
            .await
            .map_err(|trouble| outcome::of_read(TITLE, what, &trouble))?;
        if !reply.status.is_success() {
            return Err(errors::read(&errors::refusal(&reply, &self.key)));
        }
        page::read(&reply.body, per_page).map_err(|not| match not {
            NotAPage::Unreadable(why) => outcome::unreadable_read(TITLE, what, &reply, &why),
            // The body repeats the status that HTTP should have had.
            NotAPage::Refused(status @ 400..=599) => {
                errors::read(&Refusal { status, ..errors::refusal(&reply, &self.key) })
            }
            NotAPage::Refused(_) => outcome::unreadable_read(
                TITLE,
                what,
                &reply,
                &Unreadable::Other("it says that it failed and not why".into()),
            ),
        })
    }
}

impl With {
    /// "Required when includeAttachments=true".
    fn document_format(self) -> Option<&'static str> {
        match self {
            Self::Nothing | Self::Orders => None,
            Self::Addresses => Some("url"),
            Self::Contents => Some("base64"),
        }
    }
}

/// A record that tells no time by which windows find it is found by this one.
fn found_by(mut record: Record, time: Option<DateTime<Utc>>) -> Record {
    let items = std::iter::once(&mut record.item).chain(&mut record.children);
    items.filter(|item| item.feed_time.is_none()).for_each(|item| item.feed_time = time);
    record
}

/// The id of the case that `target` is, or that it came in.
fn case_of(target: &Target) -> &str {
    match (target.kind, &target.parent) {
        (ItemKind::Order, Some(parent)) => parent,
        _ => &target.external_id,
    }
}

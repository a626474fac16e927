//! Reading specimens: the lists of watched patients, one patient's, and by accession identifier ("Reads" of the sheet).

use std::collections::BTreeMap;

use rounds_domain::{
    error::{AndNow, RemoteError},
    item::IdentifierKind,
    pull::{Page, Record, Rejected, Slice},
};
use serde_json::value::RawValue;

use super::{
    EHealth,
    convert::Of,
    declaration::{ACCESSION_PARAMETER, FEED, TITLE},
    errors::No,
    page::{self, ListPage},
    record,
};
use crate::{
    seam::Target,
    wire::{
        Turn,
        outcome::{self, Unreadable},
    },
};

/// More pages than any patient's list has.
const MOST_PAGES: u32 = 10_000;

/// Why a patient's list was not read.
enum NoPage {
    /// Only this patient's cannot be.
    Theirs(String),
    /// It says something about more than this patient.
    Whole(RemoteError),
}

impl From<RemoteError> for NoPage {
    fn from(error: RemoteError) -> Self {
        Self::Whole(error)
    }
}

impl EHealth {
    /// One page of one watched patient's list. Everything is given, whenever it changed: a patient who is watched from today on
    /// has specimens from before.
    pub(super) async fn read_page(&self, feed: &str, slice: &Slice, cursor: Option<&str>) -> Result<Page, RemoteError> {
        if feed != FEED {
            return Err(RemoteError::new(AndNow::Invalid, format!("{TITLE} has no feed called “{feed}”.")));
        }
        if matches!(slice, Slice::Window { .. }) {
            return Err(RemoteError::new(AndNow::Invalid, format!("{TITLE} cannot be read by windows of time.")));
        }
        let Some((patient, number)) = self.place(cursor)? else { return Ok(Page::default()) };
        let after_them = || {
            let ids = self.watched.ids();
            let next = ids.iter().position(|id| *id == patient).and_then(|at| ids.get(at + 1));
            next.map(|next| format!("{next}/1"))
        };
        match self.list(&patient, number, Turn::Page).await {
            Ok(list) => {
                let next = if list.more { Some(format!("{patient}/{}", number + 1)) } else { after_them() };
                Ok(self.page_of(&list.specimens, &patient, next))
            }
            // One whose list cannot be read hides nobody else's.
            Err(NoPage::Theirs(why)) => {
                let reason = format!("The specimens of {} cannot be read: {why}", self.called(&patient));
                let rejected = vec![Rejected { external_id: None, reason, raw: String::new() }];
                Ok(Page { rejected, next: after_them(), ..Page::default() })
            }
            Err(NoPage::Whole(error)) => Err(error),
        }
    }

    fn page_of(&self, specimens: &[Box<RawValue>], patient: &str, next: Option<String>) -> Page {
        let mut page = Page { next, ..Page::default() };
        for specimen in specimens {
            match record::read(specimen, self.of(Some(patient)), &self.rules) {
                Ok(record) => page.records.push(record),
                Err(rejected) => page.rejected.push(rejected),
            }
        }
        let updated = page.records.iter().filter_map(|record| record.item.updated.as_ref()?.at);
        page.reached = updated.max();
        page
    }

    /// Where a sweep stands: a patient, and a page of theirs. Nothing when nobody is watched.
    fn place(&self, cursor: Option<&str>) -> Result<Option<(String, u32)>, RemoteError> {
        let Some(cursor) = cursor else { return Ok(self.watched.ids().first().map(|id| (id.clone(), 1))) };
        let place = cursor.rsplit_once('/').and_then(|(id, page)| Some((id.to_owned(), page.parse().ok()?)));
        // A patient who is no longer watched: the sweep begins again without them.
        let known = place.filter(|(id, page)| self.watched.ids().contains(id) && (1..=MOST_PAGES).contains(page));
        let gone =
            || RemoteError::new(AndNow::Invalid, "The watched patients have changed; their specimens are read anew.");
        known.map(Some).ok_or_else(gone)
    }

    /// How a person finds a patient in the settings: by their place there. Neither id nor name stands in what is wrong.
    fn called(&self, patient: &str) -> String {
        let at = self.watched.ids().iter().position(|id| id == patient);
        at.map_or_else(|| "a patient".to_owned(), |at| format!("watched patient {}", at + 1))
    }

    fn of<'a>(&'a self, patient: Option<&'a str>) -> Of<'a> {
        Of { patient, name: patient.and_then(|patient| self.watched.name(patient)) }
    }

    /// One page of a patient's list. No filter: what has left it would be missed.
    async fn list(&self, patient: &str, number: u32, turn: Turn) -> Result<ListPage, NoPage> {
        let (page, size) = (number.to_string(), self.per_page.to_string());
        let url = self.url(&["patients", patient, "specimens"], &[("page", &page), ("page_size", &size)])?;
        let what = "this patient's specimens";
        let reply = self.get(turn, what, url).await?;
        if !reply.status.is_success() {
            let no = No::of_reply(&reply, &self.signature);
            let error = no.of_read();
            return Err(if no.is_about_the_patient() { NoPage::Theirs(error.message) } else { NoPage::Whole(error) });
        }
        page::read(&reply.body, number, self.per_page).map_err(|why| {
            let error = outcome::unreadable_read(TITLE, what, &reply, &why);
            match why {
                // It came whole: it would come so again, and the others' must not wait for it.
                Unreadable::Other(_) => NoPage::Theirs(error.message),
                Unreadable::Cut | Unreadable::NotData => NoPage::Whole(error),
            }
        })
    }

    /// All of a patient's list; nothing when this patient has none to read.
    async fn whole_list(&self, patient: &str) -> Result<Option<Vec<Box<RawValue>>>, RemoteError> {
        let mut all = Vec::new();
        for number in 1..=MOST_PAGES {
            match self.list(patient, number, Turn::Single).await {
                Ok(list) => {
                    all.extend(list.specimens);
                    if !list.more {
                        return Ok(Some(all));
                    }
                }
                Err(NoPage::Theirs(_)) if number == 1 => return Ok(None),
                Err(NoPage::Theirs(why)) => return Err(RemoteError::new(AndNow::Doubtful, why)),
                Err(NoPage::Whole(error)) => return Err(error),
            }
        }
        Err(RemoteError::new(AndNow::Doubtful, format!("{TITLE}'s list of this patient's specimens does not end.")))
    }

    /// Specimens again, each as its patient's; one whose patient is not known, by its accession identifier. A patient's list is
    /// read once for all of theirs.
    pub(super) async fn read_again(&self, targets: &[Target]) -> Result<Vec<Option<Record>>, RemoteError> {
        let mut lists: BTreeMap<&str, Option<Vec<Box<RawValue>>>> = BTreeMap::new();
        let mut records = Vec::with_capacity(targets.len());
        for target in targets {
            let Some(patient) = target.named(IdentifierKind::Patient) else {
                records.push(self.by_accession(target).await?);
                continue;
            };
            if !lists.contains_key(patient) {
                lists.insert(patient, self.whole_list(patient).await?);
            }
            let specimens = lists.get(patient).into_iter().flatten().flatten();
            let found = specimens.into_iter().find(|specimen| record::names(specimen, &target.external_id));
            records.push(found.map(|specimen| self.record(specimen, Some(patient))).transpose()?);
        }
        Ok(records)
    }

    /// A specimen whose patient is not known.
    async fn by_accession(&self, target: &Target) -> Result<Option<Record>, RemoteError> {
        let Some(number) = target.named(IdentifierKind::Accession) else {
            return Err(RemoteError::new(
                AndNow::Doubtful,
                format!(
                    "{TITLE} finds a specimen by its patient or its accession identifier, and of this one neither is known."
                ),
            ));
        };
        let found = self.found(number).await?;
        let found = found.iter().find(|specimen| record::names(specimen, &target.external_id));
        found.map(|specimen| self.record(specimen, None)).transpose()
    }

    /// Specimens by accession identifier, without patient context: whose they are stays unknown.
    pub(super) async fn by_number(&self, number: &str) -> Result<Vec<Record>, RemoteError> {
        let found = self.found(number).await?;
        let records: Vec<Record> =
            found.iter().map(|specimen| self.record(specimen, None)).collect::<Result<_, RemoteError>>()?;
        let bears = |record: &Record| {
            let accession = record.item.identifier(IdentifierKind::Accession);
            accession.is_none_or(|accession| accession.value.eq_ignore_ascii_case(number.trim()))
        };
        let (bearing, others): (Vec<Record>, Vec<Record>) = records.into_iter().partition(bears);
        // Whoever ignored the number would answer with somebody's specimens.
        if bearing.is_empty() && !others.is_empty() {
            return Err(RemoteError::new(
                AndNow::Doubtful,
                format!(
                    "{TITLE} answered with specimens of other numbers. Nothing was kept; check how the look-up's parameter is called \
                     in the connection's settings ({ACCESSION_PARAMETER})."
                ),
            ));
        }
        Ok(bearing)
    }

    async fn found(&self, number: &str) -> Result<Vec<Box<RawValue>>, RemoteError> {
        let query = [(self.accession_parameter.as_str(), number.trim())];
        let url = self.url(&["specimens", "accession_identifier"], &query)?;
        let reply = self.get(Turn::Single, "it", url).await?;
        if !reply.status.is_success() {
            let no = No::of_reply(&reply, &self.signature);
            let error = no.of_read();
            return if error.and_now == AndNow::Gone && no.refusal.clean { Ok(vec![]) } else { Err(error) };
        }
        page::found(&reply.body).map_err(|why| outcome::unreadable_read(TITLE, "it", &reply, &why))
    }

    fn record(&self, specimen: &RawValue, patient: Option<&str>) -> Result<Record, RemoteError> {
        record::read(specimen, self.of(patient), &self.rules)
            .map_err(|rejected| RemoteError::new(AndNow::Doubtful, rejected.reason))
    }
}

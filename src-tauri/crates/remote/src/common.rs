//! What a connection to any system has: how often it is read, how long is waited for it, how politely it is asked. Declared
//! in one place, so that a person finds the same settings under the same names everywhere. What is one system's alone, that
//! system declares.

use std::time::Duration;

use rounds_domain::declare::{FieldKind, Setting};

use crate::{settings::Values, wire::Limits};

const POLL: &str = "poll_seconds";
const OPEN_AGAIN: &str = "hot_sweep_minutes";
const ALL_AGAIN: &str = "cold_sweep_hours";
const SERVER_TIMEOUT: &str = "server_timeout_seconds";
const REQUEST_TIMEOUT: &str = "request_timeout_seconds";
const REQUESTS_PER_SECOND: &str = "requests_per_second";
const PAGE_READS: &str = "page_reads";
const RECORDS_PER_PAGE: &str = "records_per_page";

/// The longest wait for an answer where none is given, in seconds.
const PATIENCE: u32 = 30;

/// What is a system's own in the settings that all have.
pub(crate) struct Reading<'a> {
    /// What people call it.
    pub(crate) title: &'a str,
    /// What a poll asks.
    pub(crate) poll: &'a str,
    /// Why open items are read again.
    pub(crate) open_again: &'a str,
    /// Why everything is read again.
    pub(crate) all_again: &'a str,
    /// Writes and single reads per second, where none is given.
    pub(crate) per_second: u32,
    /// Pages read side by side, where none is given.
    pub(crate) page_reads: u32,
    /// The fewest and the most records of a page, and how many where none is given.
    pub(crate) rows: (u32, u32, u32),
}

/// The settings that all have, after those that are the system's own.
pub(crate) fn settings(of: &Reading<'_>) -> Vec<Setting> {
    let title = of.title;
    let (fewest, most, usual) = of.rows;
    let mut all = vec![
        number(POLL, "Look for changes every (seconds)", of.poll, (5, 86_400), 60),
        number(OPEN_AGAIN, "Read open items again every (minutes)", of.open_again, (1, 1440), 60),
        number(ALL_AGAIN, "Read everything again every (hours)", of.all_again, (1, 8760), 24),
    ];
    all.extend(writing_settings(of));
    all.extend([
        number(
            PAGE_READS,
            "Pages read at a time",
            "Politeness: how many pages are read at the same time at most.",
            (1, 16),
            of.page_reads,
        ),
        number(
            RECORDS_PER_PAGE,
            "Records per page",
            &format!("How many records a page holds. {title} allows {most} at most."),
            (fewest, most),
            usual,
        ),
    ]);
    all
}

/// Those of them that a system has of which nothing is read.
pub(crate) fn writing_settings(of: &Reading<'_>) -> Vec<Setting> {
    let title = of.title;
    vec![
        number(
            SERVER_TIMEOUT,
            &format!("How long {title} may work on something (seconds)"),
            "After something whose answer was lost, Rounds waits this long before it looks whether it arrived.",
            (1, 600),
            30,
        ),
        number(
            REQUEST_TIMEOUT,
            "Longest wait for an answer (seconds)",
            "A request that takes longer is given up.",
            (1, 600),
            PATIENCE,
        ),
        number(
            REQUESTS_PER_SECOND,
            "Requests per second",
            "Politeness: how many writes and single reads leave per second at most.",
            (1, 100),
            of.per_second,
        ),
    ]
}

fn number(key: &str, label: &str, help: &str, (least, most): (u32, u32), default: u32) -> Setting {
    let kind = FieldKind::Number { least: least.into(), most: most.into() };
    setting(key, label, help, kind, Some(&default.to_string()))
}

/// What the settings say of how a system may be asked.
pub(crate) fn limits(values: &Values, of: &Reading<'_>) -> Limits {
    Limits {
        request: Duration::from_secs(values.count(REQUEST_TIMEOUT, PATIENCE).into()),
        per_second: values.count(REQUESTS_PER_SECOND, of.per_second),
        page_reads: values.count(PAGE_READS, of.page_reads),
    }
}

/// How many records a page is to hold.
pub(crate) fn records_per_page(values: &Values, of: &Reading<'_>) -> u32 {
    values.count(RECORDS_PER_PAGE, of.rows.2)
}

/// A setting that may be left out.
pub(crate) fn setting(key: &str, label: &str, help: &str, kind: FieldKind, default: Option<&str>) -> Setting {
    Setting {
        key: key.into(),
        label: label.into(),
        help: help.into(),
        kind,
        default: default.map(Into::into),
        required: false,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use crate::registry::SHIPPED;

    #[test]
    fn every_system_has_the_settings_by_which_it_is_read_each_once() {
        for kind in SHIPPED {
            let system = (kind.declare)();
            let keys: Vec<&str> = system.settings.iter().map(|setting| setting.key.as_str()).collect();
            assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), keys.len(), "{}: {keys:?}", system.name);
            let reads = ["poll_seconds", "hot_sweep_minutes", "cold_sweep_hours", "page_reads"];
            let reads = reads.into_iter().filter(|_| !system.feeds.is_empty());
            for key in reads.chain(["server_timeout_seconds", "request_timeout_seconds", "requests_per_second"]) {
                assert!(keys.contains(&key), "{} has no {key}", system.name);
            }
        }
    }
}

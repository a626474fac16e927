//! What `docs/systems` says of a remote system is held against what the system declares and against the tests that it names:
//! every declared action stands there, with a test that shows its effect in the simulator's record; no test is named that does
//! not exist.

use std::collections::{BTreeMap, BTreeSet};

use rounds_remote::registry::SHIPPED;

use crate::{
    expect_none,
    tree::{File, files, read},
};

/// A test function.
struct Test {
    /// The file that it stands in.
    path: String,
    name: String,
}

/// One row of a table whose last column says what shows it.
struct Row<'a> {
    line: usize,
    cells: Vec<&'a str>,
    /// The names in its last cell; those of the row above where it says "the same".
    shown_by: Vec<&'a str>,
}

#[test]
fn every_declared_action_names_a_test_that_shows_its_effect() {
    let code = code();
    let tests = tests(&code);
    let mut found = Vec::new();
    for kind in SHIPPED {
        let system = (kind.declare)();
        let path = format!("docs/systems/{}.md", system.name);
        let Some(page) = read(&path) else {
            found.push(format!("{path}:1: {} has no page", system.title));
            continue;
        };
        let rows = rows(&page);
        let actions: BTreeSet<&str> = system.actions.iter().map(|action| action.name.as_str()).collect();
        for action in actions {
            let literal = format!("\"{action}\"");
            // A story stands beside the fixture that it shares with its folder, which may hold the action's name.
            let shows = |name: &str| {
                resolve(&tests, name).iter().any(|test| {
                    test.path.starts_with("tests/tests/")
                        && code.iter().any(|file| file.path == test.path && file.text.contains(&literal))
                })
            };
            let quoted = format!("`{action}`");
            let is_shown = rows.iter().any(|row| {
                let others = row.cells.len().saturating_sub(1);
                row.cells.iter().take(others).any(|cell| cell.contains(&quoted))
                    && row.shown_by.iter().any(|name| shows(name))
            });
            if !is_shown {
                found.push(format!("{path}:1: no row names {action} and a story that does it"));
            }
        }
    }
    expect_none("every declared action has a test that is named on its system's page", found);
}

#[test]
fn every_test_that_a_systems_page_names_is_there() {
    let code = code();
    let tests = tests(&code);
    let mut found = Vec::new();
    for page in files("docs/systems", &["md"]) {
        let rows = rows(&page.text);
        assert!(rows.len() > 10, "{} has {} rows that say what shows them", page.path, rows.len());
        for row in rows {
            if row.shown_by.is_empty() && row.cells.last().is_some_and(|last| !matches!(*last, "" | "–")) {
                found.push(format!("{}:{}: what shows it names no test; without one, it is –", page.path, row.line));
            }
            for name in row.shown_by {
                if resolve(&tests, name).is_empty() {
                    found.push(format!("{}:{}: there is no test {name}", page.path, row.line));
                }
            }
        }
    }
    expect_none("the tests that docs/systems names exist", found);
}

fn code() -> Vec<File> {
    ["tests/tests", "tests/src", "src-tauri"].into_iter().flat_map(|folder| files(folder, &["rs"])).collect()
}

fn tests(code: &[File]) -> BTreeMap<String, Vec<Test>> {
    let mut tests: BTreeMap<String, Vec<Test>> = BTreeMap::new();
    for file in code {
        let mut is_next = false;
        for line in file.text.lines().map(str::trim) {
            if line.starts_with("#[") {
                is_next |= line.starts_with("#[test]") || line.starts_with("#[tokio::test");
                continue;
            }
            let name = line.split_once("fn ").and_then(|(_, rest)| rest.split_once('(')).map(|(name, _)| name);
            if let Some(name) = name.filter(|_| is_next) {
                let test = Test { path: file.path.clone(), name: name.to_owned() };
                tests.entry(test.name.clone()).or_default().push(test);
            }
            is_next &= line.starts_with("//");
        }
    }
    tests
}

/// The tests that a page means by a name: the function's own, or with the folder or file before it.
fn resolve<'a>(tests: &'a BTreeMap<String, Vec<Test>>, name: &str) -> Vec<&'a Test> {
    let mut parts: Vec<&str> = name.split("::").collect();
    let Some(own) = parts.pop() else { return vec![] };
    let within = |path: &str| {
        let stems: Vec<&str> = path.split('/').map(|part| part.trim_end_matches(".rs")).collect();
        parts.iter().all(|part| stems.contains(part))
    };
    tests.get(own).into_iter().flatten().filter(|test| within(&test.path)).collect()
}

/// The rows of the tables whose last column is headed "shown by".
fn rows(page: &str) -> Vec<Row<'_>> {
    let mut rows: Vec<Row<'_>> = Vec::new();
    let mut is_shown = None;
    for (at, line) in page.lines().enumerate() {
        let Some(inner) = line.trim().strip_prefix('|').and_then(|line| line.strip_suffix('|')) else {
            is_shown = None;
            continue;
        };
        let cells: Vec<&str> = inner.split('|').map(str::trim).collect();
        let last = cells.last().copied().unwrap_or_default();
        match is_shown {
            None => is_shown = Some(last.to_lowercase().contains("shown")),
            Some(false) => {}
            Some(true) if last.chars().all(|sign| sign == '-') => {}
            Some(true) => {
                let mut shown_by: Vec<&str> =
                    last.split('`').skip(1).step_by(2).filter(|name| name.contains('_')).collect();
                if last.contains("the same") || last.contains("as above") {
                    let above = rows.last().map(|row| row.shown_by.clone()).unwrap_or_default();
                    shown_by.extend(above);
                }
                rows.push(Row { line: at + 1, cells, shown_by });
            }
        }
    }
    rows
}

#[test]
fn a_page_is_read_as_it_is_written() {
    let page = "| call | shown by |\n|---|---|\n| `a` | `x::one_is`, `two_are` |\n| `b` | the same |\n\n| c | mark |\n|---|---|\n| d | `not_it` |\n";
    let rows = rows(page);
    let read: Vec<_> = rows.iter().map(|row| (row.line, row.cells[0], row.shown_by.clone())).collect();
    assert_eq!(read, [(3, "`a`", vec!["x::one_is", "two_are"]), (4, "`b`", vec!["x::one_is", "two_are"])]);

    let story = "#[tokio::test]\n// Slow.\nasync fn one_is() {}\nfn helper_is() {}\n".to_owned();
    let tests = tests(&[File { path: "tests/tests/stories/x.rs".into(), text: story }]);
    assert_eq!(tests.keys().collect::<Vec<_>>(), ["one_is"]);
    assert_eq!(resolve(&tests, "x::one_is").len(), 1);
    assert!(resolve(&tests, "y::one_is").is_empty());
}

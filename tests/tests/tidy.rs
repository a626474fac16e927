//! The walls of ARCHITECTURE.md, kept by reading the tree as text. Each rule returns what it found, as `file:line: what`;
//! a finding says which rule is broken, where, and where the thing belongs instead.

#[path = "tidy/documented.rs"]
mod documented;
#[path = "tidy/tree.rs"]
mod tree;

use std::fmt::Write as _;

use tree::{
    File, dependencies, dependencies_of, files, fingerprint, has_word, imported, manifests, npm_dependencies, parent,
    read, screen_of, starts_path,
};

const CRATES: &str = "src-tauri/crates";
const SYSTEMS: [&str; 5] = ["carevalidate", "ambra", "illumina", "ehealth", "lims"];

// ---- Arrows between crates -------------------------------------------------------------------------------------------

/// Which dependency may stand in whose manifest; `tests` stands for the tests package, "" for the app itself.
const HOMES: [(&str, &[&str]); 12] = [
    ("tauri", &[""]),
    ("tauri-build", &[""]),
    ("tauri-plugin-updater", &[""]),
    ("reqwest", &["remote", "simulator", "tests"]),
    ("sqlx", &["store", "tests"]),
    ("libsqlite3-sys", &["store", "tests"]),
    ("keyring", &["store", "sync", "roundsctl", ""]),
    ("axum", &["simulator", "tests"]),
    ("rounds-store", &["sync", "roundsctl", "", "tests"]),
    ("rounds-remote", &["sync", "roundsctl", "", "tests", "fuzz"]),
    ("rounds-sync", &["roundsctl", "", "tests"]),
    ("rounds-simulator", &["roundsctl", "", "tests", "remote", "sync", "store"]),
];

/// Crates that decide and never act: no I/O, no tasks, no clock.
const PURE: [&str; 2] = ["domain", "engine"];
const NOT_PURE: [&str; 9] =
    ["tokio", "tokio-util", "sqlx", "reqwest", "futures", "async-trait", "rand", "getrandom", "libsqlite3-sys"];

#[test]
fn each_dependency_stays_at_home() {
    let mut found = Vec::new();
    for manifest in manifests() {
        for (line, dependency, for_tests) in dependencies(&manifest.text) {
            let home = HOMES.iter().find(|(name, _)| *name == dependency).map(|(_, homes)| *homes);
            // A simulator in a crate's own tests is no arrow of the product.
            let test_only = for_tests && dependency == "rounds-simulator";
            if let Some(homes) = home
                && !homes.contains(&manifest.owner.as_str())
                && !test_only
            {
                let homes: Vec<_> = homes.iter().map(|home| if home.is_empty() { "the app" } else { home }).collect();
                found.push(format!("{}:{line}: {dependency} belongs only to {}", manifest.path, homes.join(", ")));
            }
            if PURE.contains(&manifest.owner.as_str()) && !for_tests && NOT_PURE.contains(&dependency.as_str()) {
                found.push(format!("{}:{line}: {} is pure and takes no {dependency}", manifest.path, manifest.owner));
            }
        }
    }
    expect_none("dependencies stand where ARCHITECTURE.md puts them", found);
}

#[test]
fn the_simulator_shares_no_type_with_the_client() {
    let manifests = manifests();
    let simulator =
        manifests.iter().find(|manifest| manifest.owner == "simulator").expect("the simulator has a manifest");
    let found = dependencies(&simulator.text)
        .filter(|(_, name, for_tests)| name.starts_with("rounds-") && !for_tests)
        .map(|(line, name, _)| format!("{}:{line}: {name}", simulator.path));
    expect_none("the simulator is written from the documents, not from the client's types", found);
}

// ---- What a crate may say --------------------------------------------------------------------------------------------

#[test]
fn domain_and_engine_do_no_io_and_read_no_clock() {
    let acts = [
        "std::fs",
        "std::net",
        "std::process",
        "std::thread",
        "std::env",
        "SystemTime::now",
        "Instant::now",
        "Utc::now",
        "Local::now",
        "Uuid::new_v4",
        "Uuid::now_v7",
        "async fn",
        "rand::rng",
        "thread_rng",
    ];
    let sources = PURE.iter().flat_map(|krate| files(&format!("{CRATES}/{krate}"), &["rs"]));
    let found = sources.flat_map(|file| file.product_lines().says_any(&acts));
    expect_none("time, randomness and ids are passed into domain and engine, and nothing is awaited there", found);
}

#[test]
fn sql_is_written_in_the_store_alone() {
    // As SQL is written in this tree: keywords in capitals. A sentence that starts with "Update" is none.
    let keywords = [
        "SELECT ",
        "INSERT INTO ",
        "INSERT OR ",
        "DELETE FROM ",
        "CREATE TABLE ",
        "CREATE INDEX ",
        "ALTER TABLE ",
        "DROP TABLE ",
        "PRAGMA ",
        "ORDER BY ",
        "GROUP BY ",
        "BEGIN IMMEDIATE",
    ];
    let sources = files("src-tauri", &["rs"])
        .into_iter()
        .filter(|file| !file.path.starts_with(&format!("{CRATES}/store/")))
        .chain(files("ui/src", &["ts", "svelte"]));
    let found = sources.flat_map(|file| file.product_lines().says_any(&keywords));
    expect_none("SQL belongs to src-tauri/crates/store", found);
}

#[test]
fn only_remote_and_the_simulator_know_a_system_by_name() {
    let crates = ["domain", "engine", "store", "sync"].map(|krate| format!("{CRATES}/{krate}"));
    let sources = crates.iter().flat_map(|folder| files(folder, &["rs"])).chain(files("ui/src", &["ts", "svelte"]));
    let found = sources.filter(|file| !file.is_for_tests()).flat_map(|file| {
        file.product_lines().about(|line| {
            let line = line.to_lowercase();
            SYSTEMS.iter().find(|system| has_word(&line, system)).map(|system| format!("names {system}"))
        })
    });
    expect_none("a sixth system is a folder in remote and one in simulator: nothing else names one", found);
}

/// The made-up system: its folder, where its module stands in the tests, and who runs on it.
const TOY: &str = "tests/src/toy/";
const ON_THE_TOY: [&str; 4] = [TOY, "tests/src/faults/", "tests/src/lib.rs", "tests/tests/tidy.rs"];

#[test]
fn a_system_is_a_folder_and_one_line_in_a_registry() {
    // Shown on the made-up one, which has every ability of the seam: whatever knows it by name would have to know a sixth system too.
    let sources = files("src-tauri", &["rs"])
        .into_iter()
        .chain(files("tests", &["rs"]))
        .chain(files("ui/src", &["ts", "svelte"]))
        .filter(|file| !ON_THE_TOY.iter().any(|place| file.path.starts_with(place)));
    let found = sources.flat_map(|file| {
        file.lines().about(|line| has_word(&line.to_lowercase(), "toy").then(|| "names the toy".to_owned()))
    });
    expect_none("nothing but the fault schedules knows the made-up system", found);

    let schedules = || files("tests/src/faults", &["rs"]).into_iter();
    let lines: Vec<String> = schedules().flat_map(|file| file.lines().says_any(&["toy::KINDS"])).collect();
    assert_eq!(lines.len(), 1, "the schedules take it in by one line: {lines:?}");
    // They look at what it is upstream and decide what becomes of its calls; what it declares they learn as the window does.
    let found = schedules().flat_map(|file| file.lines().says_any(&["toy::declare", "toy::client::connect"]));
    expect_none("the schedules know no more of it than its server, its line and its words", found);
}

#[test]
fn nothing_that_makes_or_runs_a_schedule_knows_what_is_planted() {
    let sources = files("tests/src/faults", &["rs"]).into_iter().chain(files("tests/src/toy", &["rs"]));
    let found = sources.flat_map(|file| file.lines().says_any(&["planted", "Bug"]));
    expect_none("a failure that the schedules look for by name is not found by them", found);
}

#[test]
fn a_log_tells_the_kind_of_an_error_and_never_its_text() {
    // A remote's words can name a patient; the database's can quote what was searched for.
    let crates = ["engine", "store", "remote", "sync"].map(|krate| format!("{CRATES}/{krate}"));
    let sources = crates.iter().flat_map(|folder| files(folder, &["rs"]));
    let found = sources.filter(|file| !file.is_for_tests()).flat_map(|file| {
        file.product_lines().about(|line| {
            let tells =
                line.contains("tracing::") && ["%error", "?error", "= %", "= ?"].iter().any(|way| line.contains(way));
            tells.then(|| line.trim().to_owned())
        })
    });
    expect_none("a log line tells `kind = error.kind()`", found);
}

#[test]
fn one_screen_never_imports_another() {
    let found = files("ui/src/screens", &["ts", "svelte"]).into_iter().flat_map(|file| {
        let own = file.path.split('/').nth(3).unwrap_or_default().to_owned();
        let folder = parent(&file.path);
        file.lines().about(|line| {
            let other = screen_of(&imported(line)?, &folder)?;
            (other != own).then(|| format!("the screen {own} imports the screen {other}"))
        })
    });
    expect_none("what two screens share lives in ui/src/parts or ui/src/state", found);
}

#[test]
fn the_window_reaches_the_app_through_one_door() {
    let found = files("ui/src", &["ts", "svelte"]).into_iter().filter(|file| !file.path.starts_with("ui/src/api/"));
    let found = found.flat_map(|file| {
        file.lines().about(|line| {
            imported(line).filter(|from| from.starts_with("@tauri-apps/")).map(|from| format!("imports {from}"))
        })
    });
    expect_none("only ui/src/api imports @tauri-apps", found);
}

#[test]
fn text_from_a_remote_is_never_html() {
    let ways = ["{@html", ".innerHTML", ".outerHTML", "insertAdjacentHTML", "document.write("];
    let found = files("ui/src", &["ts", "svelte", "html"]).into_iter().filter(|file| !file.is_for_tests());
    let found = found.flat_map(|file| file.lines().says_any(&ways));
    expect_none("text from a remote is text", found);
}

// ---- What the repository promises -------------------------------------------------------------------------------------

#[test]
fn released_migrations_are_never_edited() {
    let list = read("migrations/released.txt").unwrap_or_default();
    let mut found = Vec::new();
    for (number, line) in list.lines().enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with('#')) {
        let Some((checksum, name)) = line.split_once("  ") else {
            found.push(format!("migrations/released.txt:{}: not `CHECKSUM  FILE`: {line}", number + 1));
            continue;
        };
        match read(&format!("migrations/{name}")) {
            None => found.push(format!("migrations/{name}: released, but gone")),
            Some(text) if fingerprint(&text) != checksum => {
                found.push(format!("migrations/{name}: edited after its release (now {})", fingerprint(&text)));
            }
            Some(_) => {}
        }
    }
    expect_none("a released migration stays as it is; a change is a new file", found);
}

#[test]
fn no_file_names_somebodys_folder() {
    let folders =
        ["home", "Users", "root", "tmp", "var/tmp", "var/folders", "work"].map(|folder| format!("/{folder}/"));
    let kinds = [
        "rs", "ts", "svelte", "js", "mjs", "json", "toml", "md", "sql", "css", "html", "yml", "yaml", "txt", "svg",
        "sh", "",
    ];
    let found = files("", &kinds).into_iter().flat_map(|file| {
        let example = file.path.contains("/fixtures/");
        let found = file.lines().about(|line| {
            let folder = folders
                .iter()
                .find(|folder| line.match_indices(folder.as_str()).any(|(at, _)| starts_path(line, at)))?;
            Some(format!("names {folder}"))
        });
        if example { Vec::new() } else { found }
    });
    expect_none("paths are relative to the checkout, or asked of the system", found);
}

#[test]
fn every_dependency_has_its_reason() {
    let reasons = read("docs/dependencies.md").expect("docs/dependencies.md is there");
    let explained =
        |name: &str| reasons.lines().any(|line| line.starts_with("- ") && line.contains(&format!("`{name}`")));
    let root = read("Cargo.toml").expect("the workspace has a manifest");

    let mut wanted: Vec<(&str, String)> = dependencies_of(&root, "workspace.dependencies")
        .map(|(_, name)| ("Cargo.toml", name))
        .filter(|(_, name)| !name.starts_with("rounds-"))
        .collect();
    let packages = read("ui/package.json").unwrap_or_default();
    wanted.extend(npm_dependencies(&packages).into_iter().map(|name| ("ui/package.json", name)));

    let missing = wanted.into_iter().filter(|(_, name)| !explained(name));
    let found = missing.map(|(manifest, name)| format!("{manifest}: {name} has no line"));
    expect_none("every dependency has a line in docs/dependencies.md", found);
}

#[test]
fn members_take_versions_from_the_workspace() {
    let found = manifests().into_iter().filter(|manifest| !manifest.owner.is_empty()).flat_map(|manifest| {
        let own = manifest.text.lines().enumerate().filter(|(_, line)| {
            let line = line.trim_start();
            line.contains("version = \"") && !line.starts_with('#')
        });
        own.map(|(number, line)| format!("{}:{}: {}", manifest.path, number + 1, line.trim())).collect::<Vec<_>>()
    });
    expect_none("versions stand in the root's [workspace.dependencies]", found);
}

// ---- The rules' own tests --------------------------------------------------------------------------------------------

#[test]
fn a_word_is_not_a_part_of_a_word() {
    for (line, word, is) in [
        ("use crate::ambra;", "ambra", true),
        ("ambra_cases", "ambra", true),
        ("LimsOrder".to_lowercase().as_str(), "lims", false),
        ("skims and climbs", "lims", false),
        ("trims lims.", "lims", true),
    ] {
        assert_eq!(has_word(line, word), is, "{word} in «{line}»");
    }
}

#[test]
fn imports_are_read_as_they_are_written() {
    let folder = "ui/src/screens/worklist";
    for (line, screen) in [
        ("import Row from './Row.svelte';", Some("worklist")),
        ("import Item from '../item/Item.svelte';", Some("item")),
        ("import { x } from \"$screens/outbox/x\";", Some("outbox")),
        ("} from '../../parts/Badge.svelte';", None),
        ("const Item = await import('../item/Item.svelte');", Some("item")),
        ("import { search } from '../../state/search.svelte';", None),
        ("// nothing from here", None),
    ] {
        let found = imported(line).and_then(|from| screen_of(&from, folder));
        assert_eq!(found.as_deref(), screen, "{line}");
    }
}

#[test]
fn dependencies_are_found_in_every_table() {
    let manifest = "[package]\nname = \"x\"\n[dependencies]\none.workspace = true\n# two = 1\n\
                    [target.'cfg(unix)'.dependencies]\nthree = { version = 1 }\n[dependencies.four]\npath = 1\n[lints]\nfive = 1";
    let found: Vec<String> = dependencies_of(manifest, "dependencies").map(|(_, name)| name).collect();
    assert_eq!(found, ["one", "three", "four"]);
}

#[test]
fn what_follows_the_test_marker_is_not_product() {
    let file = File { path: "a.rs".into(), text: "one\n#[cfg(test)]\nmod tests {\n  two\n}\n".into() };
    assert_eq!(file.product_lines().says_any(&["one"]).len(), 1);
    assert!(file.product_lines().says_any(&["two"]).is_empty());
}

fn expect_none(rule: &str, found: impl IntoIterator<Item = String>) {
    let found: Vec<String> = found.into_iter().collect();
    let mut message = format!("{rule}; not so at {} places:\n", found.len());
    for one in &found {
        let _ = writeln!(message, "  {one}");
    }
    assert!(found.is_empty(), "{message}");
}

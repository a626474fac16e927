//! How the window looks, in a small file beside the profile's database: a locked window, and one that is just opening, can
//! then look as the person left it. Theme, language and text size are nobody's secret; all else stays encrypted.

use std::{collections::BTreeMap, fs, io::Write, path::Path};

use serde_json::Value;
use tauri::utils::config::Color;

const FILE: &str = "look.json";
/// What may stand there. A new entry is a decision: whoever has the computer can read it.
const KEPT: [&str; 3] = ["theme", "language", "textSize"];
/// No value that belongs there is longer.
const LONGEST: usize = 16;

type Preferences = BTreeMap<String, Value>;

/// What was kept last; nothing when that cannot be read.
pub(crate) fn read(dir: &Path) -> Preferences {
    let kept: Preferences =
        fs::read(dir.join(FILE)).ok().and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default();
    of(&kept)
}

/// Keeps what may be kept of these preferences. Failing costs a wrong theme on the lock screen, no more.
pub(crate) fn keep(dir: &Path, preferences: &Preferences) {
    let mut look = read(dir);
    let before = look.clone();
    look.extend(of(preferences));
    if look != before
        && let Err(error) = write(dir, &look)
    {
        tracing::warn!(%error, "how the window looks could not be kept");
    }
}

/// What is behind the page until it is painted: a white window in a dark room blinds.
pub(crate) fn background(dir: &Path) -> Option<Color> {
    match read(dir).get("theme")?.as_str()? {
        "dark" => Some(Color(0x15, 0x17, 0x1b, 0xff)),
        "reading" => Some(Color(0x06, 0x06, 0x06, 0xff)),
        "light" | "contrast" => Some(Color(0xff, 0xff, 0xff, 0xff)),
        _ => None,
    }
}

fn of(preferences: &Preferences) -> Preferences {
    let plain = |value: &Value| value.is_u64() || value.as_str().is_some_and(|text| text.len() <= LONGEST);
    preferences
        .iter()
        .filter(|(key, value)| KEPT.contains(&key.as_str()) && plain(value))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

fn write(dir: &Path, look: &Preferences) -> std::io::Result<()> {
    let new = dir.join(format!("{FILE}.new"));
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(&new)?.write_all(&serde_json::to_vec(look)?)?;
    fs::rename(new, dir.join(FILE))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn preferences(entries: &[(&str, Value)]) -> Preferences {
        entries.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect()
    }

    #[test]
    fn a_locked_window_looks_as_the_person_left_it() {
        let dir = tempfile::tempdir().unwrap();
        assert!(read(dir.path()).is_empty());
        keep(dir.path(), &preferences(&[("theme", json!("reading")), ("textSize", json!(130))]));
        keep(dir.path(), &preferences(&[("language", json!("uk"))]));
        let all = [("theme", json!("reading")), ("textSize", json!(130)), ("language", json!("uk"))];
        assert_eq!(read(dir.path()), preferences(&all));
        assert_eq!(background(dir.path()), Some(Color(0x06, 0x06, 0x06, 0xff)));
    }

    #[test]
    fn nothing_else_is_written_in_the_clear() {
        let dir = tempfile::tempdir().unwrap();
        let long = "CORDERO, Thelma (Ms) 14-Jul-1945";
        let asked = [("theme", json!(long)), ("language", json!({"of": long})), ("searches", json!([long]))];
        keep(dir.path(), &preferences(&asked));
        assert!(!dir.path().join(FILE).exists());
        fs::write(dir.path().join(FILE), "{ not JSON").unwrap();
        assert!(read(dir.path()).is_empty());
    }
}

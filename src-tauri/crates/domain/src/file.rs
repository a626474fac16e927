//! Files that go out with an action: how an action names them, and what they may be.
//!
//! The bytes stand in the encrypted store beside the action. The action's fields hold their name, length and hash, so that the
//! hash of the fields is also one of what is in the files.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::action::Fields;

/// One file that goes out with an action, as a field of kind [`Files`](crate::declare::FieldKind::Files) names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, export_to = "bindings.ts"))]
#[serde(rename_all = "camelCase")]
pub struct OutFile {
    /// What it is called, without a folder.
    pub name: String,
    /// Its media type, by the ending of its name.
    pub media_type: String,
    /// Its length in bytes.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub size: u64,
    /// The BLAKE3 hash of its bytes, in hexadecimal.
    pub hash: String,
}

/// A kind of file.
struct Kind {
    media_type: &'static str,
    /// The endings of names that stand for it.
    endings: &'static [&'static str],
    /// How such a file begins, in one of these ways; none where nothing tells.
    beginnings: &'static [&'static [u8]],
}

const KINDS: [Kind; 11] = [
    kind("application/pdf", &["pdf"], &[b"%PDF-"]),
    kind("image/png", &["png"], &[b"\x89PNG\r\n\x1a\n"]),
    kind("image/jpeg", &["jpg", "jpeg"], &[b"\xff\xd8\xff"]),
    kind("image/gif", &["gif"], &[b"GIF87a", b"GIF89a"]),
    kind("image/tiff", &["tif", "tiff"], &[b"II*\0", b"MM\0*"]),
    kind("image/webp", &["webp"], &[b"RIFF"]),
    kind("image/heic", &["heic"], &[]),
    kind("text/plain", &["txt"], &[]),
    kind("text/csv", &["csv"], &[]),
    kind("application/dicom", &["dcm"], &[]),
    kind("application/vnd.openxmlformats-officedocument.wordprocessingml.document", &["docx"], &[b"PK\x03\x04"]),
];

const fn kind(
    media_type: &'static str,
    endings: &'static [&'static str],
    beginnings: &'static [&'static [u8]],
) -> Kind {
    Kind { media_type, endings, beginnings }
}

fn kind_of(media_type: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.media_type == media_type)
}

/// The media type that the ending of a file's name stands for; `None` for one that is not known.
pub fn media_type(name: &str) -> Option<&'static str> {
    let (_, ending) = name.rsplit_once('.')?;
    let ending = ending.to_ascii_lowercase();
    KINDS.iter().find(|kind| kind.endings.contains(&ending.as_str())).map(|kind| kind.media_type)
}

/// The endings of names that stand for a media type.
pub fn endings(media_type: &str) -> &'static [&'static str] {
    kind_of(media_type).map(|kind| kind.endings).unwrap_or_default()
}

/// Whether bytes begin as files of this media type do.
pub fn begins_as(media_type: &str, bytes: &[u8]) -> bool {
    let beginnings = kind_of(media_type).map(|kind| kind.beginnings).unwrap_or_default();
    beginnings.is_empty() || beginnings.iter().any(|beginning| bytes.starts_with(beginning))
}

impl OutFile {
    /// How these bytes are named in an action. `name` loses its folder and whatever a line cannot show.
    pub fn of(name: &str, bytes: &[u8]) -> Self {
        let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
        let name: String = name.chars().filter(|c| !c.is_control()).collect();
        Self {
            media_type: media_type(&name).unwrap_or("application/octet-stream").to_owned(),
            name: name.trim().to_owned(),
            size: bytes.len() as u64,
            hash: hash(bytes),
        }
    }

    /// The files that a field's value names; `None` when it is no list of files.
    pub fn list(value: &Value) -> Option<Vec<Self>> {
        value.as_array()?.iter().map(|one| Self::deserialize(one).ok()).collect()
    }

    /// Every file that these fields name.
    pub fn all(fields: &Fields) -> Vec<Self> {
        fields.values().filter_map(Self::list).flatten().collect()
    }
}

/// The hash by which a file's bytes are kept and found again.
pub fn hash(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_file_is_named_without_its_folder_and_by_what_is_in_it() {
        let file = OutFile::of("C:\\Users\\ana/scan\n.PDF", b"%PDF-1.7");
        assert_eq!((file.name.as_str(), file.media_type.as_str(), file.size), ("scan.PDF", "application/pdf", 8));
        assert_ne!(file.hash, OutFile::of("scan.PDF", b"%PDF-1.8").hash);
        assert_eq!(OutFile::of("notes", b"").media_type, "application/octet-stream");
    }

    #[test]
    fn a_name_that_promises_something_else_than_the_bytes_is_seen() {
        for (name, bytes, fits) in [
            ("a.pdf", &b"%PDF-1.7"[..], true),
            ("a.pdf", b"MZ\x90", false),
            ("a.jpeg", b"\xff\xd8\xff\xe0", true),
            ("a.png", b"\xff\xd8\xff\xe0", false),
            ("a.tif", b"MM\0*", true),
            ("a.txt", b"anything", true),
        ] {
            assert_eq!(begins_as(media_type(name).unwrap_or_default(), bytes), fits, "{name}");
        }
        assert_eq!(media_type("archive.exe"), None);
    }

    #[test]
    fn files_are_found_among_the_fields_of_an_action() {
        let file = OutFile::of("a.txt", b"x");
        let fields = json!({"text": "see file", "internal": true, "files": [file], "numbers": [1, 2], "none": []});
        assert_eq!(OutFile::all(fields.as_object().unwrap_or(&Fields::new())), [file]);
        assert_eq!(OutFile::list(&json!([{"name": "a.txt"}])), None, "one that is not whole is no file");
    }
}

//! A form with a file (`multipart/form-data`, RFC 7578), read strictly.

use std::collections::BTreeMap;

use super::errors::Refused;
use crate::exchange::Asked;

/// One part of a form that holds a file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) name: String,
    pub(crate) file_name: String,
    pub(crate) media_type: String,
    pub(crate) content: Vec<u8>,
}

/// The one part of the form that was sent.
pub(crate) fn only_part(asked: &Asked) -> Result<Part, Refused> {
    let form = asked.header("content-type").and_then(|kind| kind.strip_prefix("multipart/form-data;"));
    let boundary = form.and_then(|rest| rest.trim().strip_prefix("boundary=")).ok_or_else(Refused::no_such_type)?;
    part(&asked.body, boundary.trim_matches('"')).map_err(Refused::invalid)
}

fn part(body: &[u8], boundary: &str) -> Result<Part, &'static str> {
    let delimiter = format!("\r\n--{boundary}");
    let opening = format!("--{boundary}\r\n");
    let body = body.strip_prefix(opening.as_bytes()).ok_or("The form does not begin with its boundary")?;
    let (part, rest) = cut(body, delimiter.as_bytes()).ok_or("The form is cut off")?;
    if rest != b"--\r\n" && rest != b"--" {
        return Err("The form must hold one part");
    }
    let (head, content) = cut(part, b"\r\n\r\n").ok_or("The part has no head")?;
    let head = std::str::from_utf8(head).map_err(|_| "The part's head is no text")?;
    let lines = head.split("\r\n").filter_map(|line| line.split_once(':'));
    let heads: BTreeMap<String, &str> = lines.map(|(name, value)| (name.to_lowercase(), value.trim())).collect();
    let about = heads.get("content-disposition").and_then(|about| about.strip_prefix("form-data;"));
    let about = about.ok_or("The part does not say that it is one of a form")?;
    let told = |key: &str| {
        let (_, rest) = about.split_once(&format!(" {key}=\""))?;
        rest.split_once('"').map(|(value, _)| value.to_owned())
    };
    let name = told("name").filter(|name| !name.is_empty()).ok_or("The part has no name")?;
    let file_name = told("filename").filter(|name| !name.is_empty()).ok_or("The part is no file")?;
    let media_type = (*heads.get("content-type").unwrap_or(&"application/octet-stream")).to_owned();
    Ok(Part { name, file_name: file_name.replace("%22", "\""), media_type, content: content.to_vec() })
}

/// What stands before the first `mark`, and after it.
fn cut<'a>(bytes: &'a [u8], mark: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let first = *mark.first()?;
    let mut from = 0;
    while let Some(found) = bytes.get(from..)?.iter().position(|byte| *byte == first) {
        let at = from + found;
        if bytes[at..].starts_with(mark) {
            return Some((&bytes[..at], &bytes[at + mark.len()..]));
        }
        from = at + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_one_file_between_its_boundaries_or_is_refused() {
        let form = |head: &str, content: &str, tail: &str| format!("--b\r\n{head}\r\n\r\n{content}\r\n--b{tail}");
        let head = "Content-Disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\nContent-Type: application/pdf";
        let read = part(form(head, "x\r\n--c", "--\r\n").as_bytes(), "b");
        let whole = Part {
            name: "file".into(),
            file_name: "a.pdf".into(),
            media_type: "application/pdf".into(),
            content: b"x\r\n--c".to_vec(),
        };
        assert_eq!(read, Ok(whole));
        for (odd, why) in [
            (form(head, "x", "\r\n"), "more parts follow"),
            (form("Content-Type: application/pdf", "x", "--\r\n"), "no disposition"),
            (form("Content-Disposition: form-data; name=\"file\"", "x", "--\r\n"), "no file"),
            (form("Content-Disposition: form-data; filename=\"a.pdf\"", "x", "--\r\n"), "no name"),
            (form(head, "x", "--\r\n").replace("--b--", ""), "cut off"),
            (String::new(), "empty"),
        ] {
            assert!(part(odd.as_bytes(), "b").is_err(), "{why}");
        }
    }
}

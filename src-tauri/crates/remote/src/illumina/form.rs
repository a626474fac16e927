//! A file as a part of a form (`multipart/form-data`), as the document's "Attach a file to a case" takes it by the sheet.

use crate::seam::Enclosed;

/// A form, ready to be sent.
pub(super) struct Form {
    /// With the boundary.
    pub(super) media_type: String,
    pub(super) bytes: Vec<u8>,
}

/// A form of one part, which holds a file.
pub(super) fn with_file(part: &str, file: &Enclosed) -> Form {
    // Made of the hash of what is in the file, so that it cannot stand in it.
    let boundary = format!("rounds-{}", file.about.hash.get(..40).unwrap_or(&file.about.hash));
    let head = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"; filename=\"{}\"\r\nContent-Type: {}\r\n\r\n",
        quoted(part),
        quoted(&file.about.name),
        file.about.media_type,
    );
    let tail = format!("\r\n--{boundary}--\r\n");
    let bytes = [head.as_bytes(), &file.content, tail.as_bytes()].concat();
    Form { media_type: format!("multipart/form-data; boundary={boundary}"), bytes }
}

/// A name between quotes, as browsers write it (HTML, "multipart/form-data encoding algorithm").
fn quoted(name: &str) -> String {
    name.replace('\n', "%0A").replace('\r', "%0D").replace('"', "%22")
}

#[cfg(test)]
mod tests {
    use rounds_domain::file::OutFile;

    use super::*;

    #[test]
    fn a_file_is_one_part_with_its_name_and_type_and_its_bytes_as_they_are() {
        let content = b"%PDF-\r\n--\xff\x00".to_vec();
        let file = Enclosed { about: OutFile::of("a \"b\" \u{442}.pdf", &content), content: content.clone() };
        let form = with_file("file", &file);
        let boundary = form.media_type.strip_prefix("multipart/form-data; boundary=").expect("a form");
        assert!(boundary.len() <= 70, "a boundary has 70 characters at most (RFC 2046)");
        let head = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a %22b%22 \u{442}.pdf\"\r\n\
             Content-Type: application/pdf\r\n\r\n"
        );
        let expected = [head.as_bytes(), &content, format!("\r\n--{boundary}--\r\n").as_bytes()].concat();
        assert_eq!(form.bytes, expected);
    }
}

//! Text comparison: how names are folded for search and sort, and when two comments are the same text.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Folds text for sorting and comparing: lower case, no accents, one space between words.
pub fn fold(text: &str) -> String {
    let bare: String = text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect();
    bare.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The form in which two comments are compared after doubt: composed characters, line ends and runs of white space
/// alike, ends trimmed. Case is kept: it is the person's own text.
pub fn normalise_comment(text: &str) -> String {
    text.nfc().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_ignores_case_accents_and_spacing() {
        assert_eq!(fold("  GARCÍA   Núñez "), "garcia nunez");
        assert_eq!(fold("Ковальчук"), fold("КОВАЛЬЧУК"));
    }

    #[test]
    fn a_comment_is_the_same_after_a_server_changed_line_ends_and_composition() {
        assert_eq!(normalise_comment("Cafe\u{301}\r\n  please call "), normalise_comment("Café\nplease call"));
        assert_ne!(normalise_comment("Call"), normalise_comment("call"));
    }
}

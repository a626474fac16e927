//! The person's own browser, for pages that show an item in its system.

use rounds_domain::link::may_open;

use crate::error::{Answer, Code, CommandError};

/// Opens a page. Only what may be opened at all gets that far; what becomes of it there is the browser's.
pub(crate) fn open(address: &str) -> Answer<()> {
    if !may_open(address) {
        return Err(CommandError::new(Code::Invalid, "This address is not one that Rounds opens. Nothing was opened."));
    }
    open::that_detached(address).map_err(|error| {
        tracing::warn!(kind = %error.kind(), "no browser could be opened");
        CommandError::new(
            Code::Failed,
            "No browser could be opened on this machine. Nothing else is affected; open the item in its system by hand.",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_a_web_page_is_opened() {
        for address in ["file:///etc/passwd", "http://viewer.example.org", "calc.exe", "--help", ""] {
            assert!(open(address).is_err_and(|error| error.code == Code::Invalid), "{address}");
        }
    }
}

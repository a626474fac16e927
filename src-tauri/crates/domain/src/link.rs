//! Pages elsewhere that show an item: its system's viewer, its portal. They open in the person's own browser.

use serde::{Deserialize, Serialize};
use url::{Host, Url};

/// A page elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, export_to = "bindings.ts"))]
#[serde(rename_all = "camelCase")]
pub struct Link {
    /// What its button says.
    pub label: String,
    /// Where it leads; an address that [`may_open`].
    pub url: String,
}

impl Link {
    /// A link, or nothing when its address may not be opened.
    pub fn to(label: &str, address: &str) -> Option<Self> {
        let address = address.trim();
        may_open(address).then(|| Self { label: label.to_owned(), url: address.to_owned() })
    }
}

/// Whether a browser may be sent there: `https` anywhere, plain `http` on this machine only, and no name or password in it. A
/// remote could name a file or a program otherwise.
pub fn may_open(address: &str) -> bool {
    let Ok(url) = Url::parse(address) else { return false };
    let here = match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => return false,
    };
    let nobody_named = url.username().is_empty() && url.password().is_none();
    nobody_named && (url.scheme() == "https" || (url.scheme() == "http" && here))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_that_are_safe_to_open_become_links() {
        for good in
            ["https://viewer.example.org/s/1?x=2#y", "http://127.0.0.1:7402/viewer", "http://[::1]/", " https://a "]
        {
            assert!(Link::to("Viewer", good).is_some(), "{good}");
        }
        for bad in [
            "http://viewer.example.org/s/1",
            "http://localhost.example.org/",
            "https://me:secret@viewer.example.org/",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "data:text/html,x",
            "ms-excel:ofe|u|https://example.org",
            "viewer.example.org",
            "-a",
            "",
        ] {
            assert_eq!(Link::to("Viewer", bad), None, "{bad}");
        }
    }
}

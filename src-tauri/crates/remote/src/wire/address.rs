//! Where requests may go: `https` anywhere, plain `http` to this machine only (RELIABILITY.md, "Safety at the desk", 6).

use url::{Host, Url};

/// Reads the address of a system as a person typed it. Fails with words for that person.
pub(crate) fn base(text: &str) -> Result<Url, String> {
    let text = text.trim();
    let url = Url::parse(text)
        .map_err(|_| "The address is not a web address. It begins with https:// and a host name.".to_owned())?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("The address holds a user name or password. Leave them out; secrets have their own fields.".into());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("The address has a ? or # part. Give the address without it.".into());
    }
    permitted(&url)?;
    Ok(url)
}

/// Refuses an address that would send anything unencrypted over a network.
pub(crate) fn permitted(url: &Url) -> Result<(), String> {
    match (url.scheme(), url.host()) {
        ("https", Some(_)) => Ok(()),
        ("http", Some(_)) if is_loopback(url) => Ok(()),
        ("http", Some(_)) => {
            Err("The address begins with http://, which would send the key and patient data unencrypted. \
             Use https://. Plain http:// is allowed for this machine only (localhost)."
                .into())
        }
        _ => Err("The address is not a web address. It begins with https:// and a host name.".into()),
    }
}

/// Whether an address is on this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_for_this_machine_only() {
        for good in
            ["https://api.example.com", "http://127.0.0.1:8080", "http://localhost", "http://[::1]:9", " https://x "]
        {
            assert!(base(good).is_ok(), "{good}");
        }
        for bad in [
            "http://api.example.com",
            "http://localhost.example.com",
            "http://10.0.0.1",
            "http://0.0.0.0",
            "ftp://127.0.0.1",
            "api.example.com",
            "https://me:hunter2@api.example.com",
            "https://api.example.com?key=1",
            "",
        ] {
            let refused = base(bad).expect_err(bad);
            assert!(!refused.contains("hunter2"), "{refused}");
        }
    }
}

//! Whether anybody is there at all, found out without asking anything.

use tokio::net::TcpStream;
use url::Url;

use super::{
    address,
    client::CONNECT,
    trouble::{self, Trouble},
};

/// Where the environment may name a proxy.
const PROXIES: [&str; 6] = ["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"];

/// Makes a connection and closes it; no byte is sent. Behind a proxy nothing is found out so, and that is no trouble.
pub(super) async fn reach(base: &Url) -> Result<(), Trouble> {
    let by_proxy = !address::is_loopback(base) && PROXIES.iter().any(|name| std::env::var_os(name).is_some());
    let (Some(host), Some(port), false) = (base.host_str(), base.port_or_known_default(), by_proxy) else {
        return Ok(());
    };
    // An address of the sixth version stands in brackets in a URL.
    let host = host.trim_start_matches('[').trim_end_matches(']');
    match tokio::time::timeout(CONNECT, TcpStream::connect((host, port))).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(Trouble::NoConnection {
            why: trouble::why_io(error.kind()).unwrap_or("the connection could not be made"),
        }),
        Err(_) => Err(Trouble::NoConnection { why: "it did not answer in time" }),
    }
}

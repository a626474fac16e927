//! The first line that the simulator prints, and what a test reads its addresses from.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Where everything is, and with which credentials.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Announcement {
    /// The control door, `http://127.0.0.1:PORT/control`.
    pub control: String,
    /// One entry for each system served.
    pub systems: BTreeMap<String, SystemAnnouncement>,
    /// The seed in use.
    pub seed: u64,
    /// Items over all systems.
    pub items: usize,
}

/// One system: what a connection to it is configured with.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SystemAnnouncement {
    /// The address before the API's own path, `http://127.0.0.1:PORT`.
    pub base_url: String,
    /// The keys and values of the connection's secret, for example `{"apiKey": "…"}`.
    pub secret: Value,
    /// The connection's settings for the acting person.
    pub settings: Value,
}

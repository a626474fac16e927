//! The clients: one for reads, one for writes, and a bare one for signed addresses of files.

use std::{sync::Once, time::Duration};

use reqwest::{Client, ClientBuilder, RequestBuilder, redirect, retry};
use rounds_domain::planted::{Point, reached};
use tokio::sync::Semaphore;
use url::Url;

use super::{
    BLOB_LIMIT, PAGE_LIMIT, VALUE_LIMIT, address,
    politeness::TokenBucket,
    reach,
    trouble::{self, Most, Reply, Trouble},
};

/// The longest wait for a connection. Shorter when the whole request has less than twice that.
pub(super) const CONNECT: Duration = Duration::from_secs(10);

/// How much is read of what is data, and of what is a file.
const DATA: Most = Most { bytes: PAGE_LIMIT, values: VALUE_LIMIT };
const FILE: Most = Most { bytes: BLOB_LIMIT, values: usize::MAX };

/// How fast and how long to ask. Settings of the connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// The longest that a request may take from first byte to last.
    pub(crate) request: Duration,
    /// Writes and single reads a second.
    pub(crate) per_second: u32,
    /// Page reads at a time.
    pub(crate) page_reads: u32,
}

/// How a read takes its turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    /// A page of a feed: few at a time.
    Page,
    /// Anything else: so many a second.
    Single,
}

/// The way to one connection's system.
pub(crate) struct Wire {
    reads: Client,
    writes: Client,
    bare: Client,
    singles: TokenBucket,
    pages: Semaphore,
}

impl Wire {
    /// Prepares the clients for a system at `base`. Sends nothing.
    pub(crate) fn new(base: &Url, limits: Limits) -> Result<Self, String> {
        install_provider();
        let common = || {
            let builder = Client::builder()
                .user_agent(concat!("Rounds/", env!("CARGO_PKG_VERSION")))
                .redirect(redirect::Policy::none())
                .connect_timeout(CONNECT.min(limits.request / 2))
                .timeout(limits.request)
                .retry(retry::never())
                .referer(false);
            // A proxy taken from the environment must not see what goes to this machine in plain text.
            if address::is_loopback(base) { builder.no_proxy() } else { builder }
        };
        let build = |builder: ClientBuilder| {
            builder
                .build()
                .map_err(|_| "No secure connections can be made: this machine's certificates cannot be read.")
        };
        Ok(Self {
            reads: build(common())?,
            // A write never takes over an idle connection: one that just died would leave doubt for nothing.
            writes: build(common().pool_max_idle_per_host(0))?,
            bare: build(common().pool_max_idle_per_host(0))?,
            singles: TokenBucket::new(limits.per_second),
            pages: Semaphore::new(limits.page_reads.max(1) as usize),
        })
    }

    /// Reads data. `prepare` makes the request on the client it is given.
    pub(crate) async fn read(
        &self,
        turn: Turn,
        prepare: impl FnOnce(&Client) -> RequestBuilder + Send,
    ) -> Result<Reply, Trouble> {
        // The semaphore is never closed; were it, a read without its turn is better than none.
        let _place = match turn {
            Turn::Page => self.pages.acquire().await.ok(),
            Turn::Single => {
                self.singles.turn().await;
                None
            }
        };
        exchange(prepare(&self.reads), DATA).await
    }

    /// The client for reads, to be asked without a turn.
    #[cfg(test)]
    pub(super) fn reads(&self) -> &Client {
        &self.reads
    }

    /// Whether anybody is there at `base`; no byte is sent.
    pub(crate) async fn reach(&self, base: &Url) -> Result<(), Trouble> {
        self.singles.turn().await;
        reach::reach(base).await
    }

    /// Sends something that changes the remote, once.
    pub(crate) async fn write(&self, prepare: impl FnOnce(&Client) -> RequestBuilder + Send) -> Result<Reply, Trouble> {
        self.singles.turn().await;
        exchange(prepare(&self.writes), DATA).await
    }

    /// Fetches a signed address, with no key and no other header of ours. The caller has checked the address.
    pub(crate) async fn fetch_bare(&self, signed: Url) -> Result<Reply, Trouble> {
        self.singles.turn().await;
        exchange(self.bare.get(signed), FILE).await
    }
}

async fn exchange(request: RequestBuilder, most: Most) -> Result<Reply, Trouble> {
    reached(Point::BeforeSend);
    let outcome = match request.send().await {
        Ok(response) => trouble::read(response, most).await,
        Err(error) => Err(trouble::of_send(&error)),
    };
    reached(Point::AfterReply);
    // Neither addresses nor bodies are told: both can hold patient data.
    match &outcome {
        Ok(reply) => tracing::debug!(status = reply.status.as_u16(), bytes = reply.body.len(), "reply"),
        Err(trouble) => tracing::debug!(?trouble, "no reply"),
    }
    outcome
}

/// Makes ring the process's source of cryptography. Another part of the program may have done it already.
fn install_provider() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}

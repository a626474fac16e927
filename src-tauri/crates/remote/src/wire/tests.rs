use std::time::Duration;

use url::Url;

use super::{
    Limits, Turn, Wire,
    testing::{Script, Server, head, reply},
    trouble::{self, Reply, Trouble},
};

fn wire(base: &str) -> Wire {
    let limits = Limits { request: Duration::from_secs(1), per_second: 100, page_reads: 4 };
    Wire::new(&Url::parse(base).expect("an address"), limits).expect("clients")
}

async fn ask(script: Script) -> (Result<Reply, Trouble>, Vec<String>) {
    let server = Server::start(vec![script]).await;
    let base = server.base.clone();
    let reply = wire(&server.base).read(Turn::Page, |client| client.get(base)).await;
    (reply, server.requests())
}

#[tokio::test]
async fn a_whole_reply_is_read_with_what_it_says_of_itself() {
    let (reply, requests) =
        ask(reply(429, "retry-after: 7\r\ncontent-type: Text/Html; charset=utf-8\r\n", "slow down")).await;
    let reply = reply.expect("a reply");
    assert_eq!((reply.status.as_u16(), reply.retry_after), (429, Some(Duration::from_secs(7))));
    assert_eq!((reply.media_type.as_deref(), reply.body.as_slice()), (Some("text/html"), b"slow down".as_slice()));
    let version = concat!("user-agent: Rounds/", env!("CARGO_PKG_VERSION"));
    assert!(requests[0].contains(version), "{}", requests[0]);
}

#[tokio::test]
async fn each_way_to_get_no_reply_is_told_apart() {
    let closed = {
        let server = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        format!("http://{}", server.local_addr().expect("an address"))
    };
    let refused = wire(&closed).read(Turn::Single, |client| client.get(&closed)).await;
    assert_eq!(refused.err(), Some(Trouble::NoConnection { why: "it refused the connection" }));

    assert_eq!(ask(Script::Reset).await.0.err(), Some(Trouble::Lost));
    assert_eq!(ask(Script::Reply(Vec::new())).await.0.err(), Some(Trouble::Lost));
    assert_eq!(ask(Script::Reply(b"not http at all\r\n\r\n".to_vec())).await.0.err(), Some(Trouble::Lost));
    let cut = ask(Script::Reply(head(200, "", 100, "half"))).await.0.err();
    assert!(matches!(cut, Some(Trouble::BrokeOff { after: 4, .. })), "{cut:?}");
    let chunks = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n".to_vec();
    let cut = ask(Script::Reply(chunks)).await.0.err();
    assert!(matches!(cut, Some(Trouble::BrokeOff { after: 4, .. })), "{cut:?}");
    assert_eq!(ask(Script::ReplyAndHold(Vec::new())).await.0.err(), Some(Trouble::TimedOut { after: None }));
    let slow = ask(Script::ReplyAndHold(head(200, "", 100, "half"))).await.0.err();
    assert_eq!(slow, Some(Trouble::TimedOut { after: Some(4) }));
}

#[tokio::test]
async fn tls_that_cannot_be_verified_is_no_connection() {
    let server = Server::start(vec![reply(200, "", "not TLS")]).await;
    let https = server.base.replace("http://", "https://");
    let trouble = wire(&https).read(Turn::Single, |client| client.get(&https)).await.err();
    assert!(matches!(trouble, Some(Trouble::NoConnection { .. })), "{trouble:?}");
}

#[tokio::test]
async fn a_redirect_is_not_followed_wherever_it_leads() {
    let other = Server::start(vec![reply(200, "", "must not be asked")]).await;
    let here = Server::start(vec![
        reply(302, &format!("location: {}/x?key=1\r\n", other.base), ""),
        reply(307, "location: /elsewhere\r\n", ""),
        reply(301, "", ""),
    ])
    .await;
    let wire = wire(&here.base);
    for expected in [Some("127.0.0.1"), Some("127.0.0.1"), None] {
        let trouble = wire.write(|client| client.post(&here.base)).await.err();
        assert_eq!(trouble, Some(Trouble::Redirected { host: expected.map(str::to_owned) }));
    }
    assert!(other.requests().is_empty(), "the redirect was followed");
}

#[tokio::test]
async fn a_see_other_that_has_something_to_say_is_read_and_followed_nowhere() {
    let other = Server::start(vec![reply(200, "", "must not be asked")]).await;
    let data = "content-type: application/json\r\n";
    let here = Server::start(vec![
        reply(303, data, r#"{"done":1}"#),
        reply(303, &format!("{data}location: {}/x\r\n", other.base), r#"{"done":1}"#),
        reply(303, "", r#"{"done":1}"#),
        reply(302, data, r#"{"done":1}"#),
        reply(303, "location: /elsewhere\r\n", "moved"),
    ])
    .await;
    let wire = wire(&here.base);
    for what in ["data and no address", "data and an address", "a body and no address"] {
        let read = wire.read(Turn::Single, |client| client.get(&here.base)).await.expect(what);
        assert_eq!((read.status.as_u16(), read.body.as_slice()), (303, &br#"{"done":1}"#[..]), "{what}");
    }
    for what in ["another status", "an address and no data"] {
        let trouble = wire.read(Turn::Single, |client| client.get(&here.base)).await.err();
        assert!(matches!(trouble, Some(Trouble::Redirected { .. })), "{what}: {trouble:?}");
    }
    assert!(other.requests().is_empty(), "the redirect was followed");
}

#[tokio::test]
async fn a_reply_is_read_up_to_its_limit() {
    let huge = ask(Script::Reply(head(200, "", super::PAGE_LIMIT + 1, ""))).await.0.err();
    assert_eq!(huge, Some(Trouble::TooLong { limit: super::PAGE_LIMIT }), "by what it promises");

    let chunked =
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n8\r\n12345678\r\n8\r\n12345678\r\n0\r\n\r\n".to_vec();
    let server = Server::start(vec![Script::Reply(chunked), Script::Reply(zipped())]).await;
    let wire = wire(&server.base);
    let of = |bytes| trouble::Most { bytes, values: usize::MAX };
    let limited = async |limit| {
        trouble::read(wire.reads().get(&server.base).send().await.expect("a reply"), of(limit)).await.err()
    };
    assert_eq!(limited(10).await, Some(Trouble::TooLong { limit: 10 }), "by what comes");
    assert_eq!(limited(1000).await, Some(Trouble::TooLong { limit: 1000 }), "by what it unpacks to");
}

#[tokio::test]
async fn a_reply_of_absurdly_many_values_is_refused_as_it_comes() {
    // No end is ever sent: whoever waited for it would wait in vain.
    let mut endless = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    let part = "0,".repeat(50_000);
    for _ in 0..=super::VALUE_LIMIT / 50_000 {
        endless.extend(format!("{:x}\r\n{part}\r\n", part.len()).into_bytes());
    }
    let trouble = ask(Script::ReplyAndHold(endless)).await.0.err();
    assert_eq!(trouble, Some(Trouble::TooMany { limit: super::VALUE_LIMIT }));
}

#[tokio::test]
async fn what_is_longer_than_is_read_is_doubt_for_a_write_and_unreadable_for_a_read() {
    let long = || Script::Reply(head(200, "", super::PAGE_LIMIT + 1, ""));
    let server = Server::start(vec![long(), long()]).await;
    let wire = wire(&server.base);
    let written = wire.write(|client| client.post(&server.base)).await.expect_err("too long");
    let written = super::outcome::of_write("X", &written);
    assert!(written.message.contains("64 MB") && written.message.contains("may or may not"), "{}", written.message);
    let read = wire.read(Turn::Page, |client| client.get(&server.base)).await.expect_err("too long");
    let read = super::outcome::of_read("X", "this page", &read);
    assert!(read.message.contains("64 MB") && read.message.contains("Nothing of it was kept"), "{}", read.message);
    let doubtful = rounds_domain::error::AndNow::Doubtful;
    assert_eq!((written.and_now, read.and_now), (doubtful, doubtful));
}

#[tokio::test]
async fn a_packed_reply_is_unpacked() {
    let reply = ask(Script::Reply(zipped())).await.0.expect("a reply");
    assert_eq!(reply.body.len(), 100_000);
}

#[tokio::test]
async fn writes_never_share_a_connection() {
    let kept = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok".to_vec();
    let server = Server::start(vec![Script::ReplyAndHold(kept.clone()), Script::ReplyAndHold(kept)]).await;
    let wire = wire(&server.base);
    for _ in 0..2 {
        wire.write(|client| client.post(&server.base)).await.expect("each write has a connection of its own");
    }
    assert_eq!(server.requests().len(), 2);
}

/// A reply of 100,000 zeros, packed.
fn zipped() -> Vec<u8> {
    let mut body =
        vec![31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 237, 193, 49, 1, 0, 0, 0, 194, 160, 74, 235, 159, 206, 26, 30, 64, 1];
    body.resize(123, 0);
    body.extend([175, 6, 133, 194, 77, 197, 160, 134, 1, 0]);
    let mut bytes =
        format!("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n", body.len()).into_bytes();
    bytes.extend(body);
    bytes
}

//! What is asked, and what the answers come to.

use chrono::{DateTime, Utc};
use rounds_domain::{error::AndNow, item::ItemKind, moment::instant, pull::Slice};

use super::system;
use crate::{
    seam::{Depth, RemoteSystem, SignInReply, Target},
    wire::testing::{Server, json, reply},
};

const NOBODY: &str = r#"{"content":[],"totalElements":0,"last":true}"#;
const ID: &str = "cf2136dd-1b32-4a55-99d2-af941cf355dc";

fn at(text: &str) -> DateTime<Utc> {
    instant(text).expect(text)
}

fn target(id: &str) -> Target {
    Target {
        external_id: id.into(),
        kind: ItemKind::Case,
        parent: None,
        created: None,
        updated: None,
        feed_time: None,
        identifiers: vec![],
    }
}

fn path(request: &str) -> &str {
    request.split_whitespace().nth(1).unwrap_or_default()
}

#[tokio::test]
async fn the_key_and_the_scope_go_in_their_headers_and_in_no_address() {
    for (flavour, header) in
        [("trusight", "x-auth-token: planted-key"), ("connected-insights", "authorization: ApiKey planted-key")]
    {
        let server = Server::start(vec![json(200, NOBODY)]).await;
        let illumina = system(&format!("{}/crs/", server.base), &[("flavour", flavour)]);
        let page = illumina.pull("cases", &Slice::All, None, at("2026-01-19T10:00:00Z")).await.expect("a page");
        assert_eq!((page.records.len(), page.next), (0, None));
        let asked = &server.requests()[0];
        assert_eq!(path(asked), "/crs/api/v2/cases/search?pageNumber=0&pageSize=10", "{flavour}");
        for wanted in [header, "x-ilmn-domain: planted-domain", "x-ilmn-workgroup: planted-workgroup"] {
            assert!(asked.lines().any(|line| line.eq_ignore_ascii_case(wanted)), "{wanted}: {asked}");
        }
    }
}

#[tokio::test]
async fn a_key_that_is_refused_in_one_header_is_tried_in_the_other_and_that_is_remembered() {
    let refused = || json(401, r#"{"message":"no"}"#);
    let server = Server::start(vec![refused(), json(200, NOBODY), json(200, NOBODY), refused(), refused()]).await;
    let illumina = system(&server.base, &[]);
    let Ok(SignInReply::Done(signed_in)) = illumina.sign_in(at("2026-01-19T10:00:00Z")).await else {
        panic!("signed in")
    };
    assert_eq!(signed_in.session.as_deref(), Some("authorization"), "kept for the next process");
    illumina.pull("cases", &Slice::All, None, at("2026-01-19T10:00:00Z")).await.expect("a page");
    assert!(server.requests()[2].contains("ApiKey planted-key"));
    let refused = illumina.sign_in(at("2026-01-19T10:00:00Z")).await.expect_err("refused both ways");
    assert_eq!(refused.and_now, AndNow::SignIn);
    assert!(!refused.message.contains("planted-key"), "{}", refused.message);
}

#[tokio::test]
async fn the_audit_log_is_asked_in_whole_seconds_and_each_case_is_read_once() {
    let entries = format!(
        r#"{{"content":[
        {{"eventName":"case.status.updated","caseId":"{ID}","createdDate":"2026-01-19T09:59:00.123Z"}},
        {{"eventName":"case.viewed","caseId":"00000000-0000-4000-8000-000000000009","createdDate":"2026-01-19T09:59:30Z"}},
        {{"eventName":"case.tag.added","entityType":"CASE","entityId":"{ID}","timestamp":1768816740000}},
        {{"eventName":"user.login","entityType":"user"}},
        {{"eventName":"case.updated","entityType":"case"}},
        17],"last":true}}"#
    );
    let case = format!(r#"{{"id":"{ID}","status":"New","subState":"X"}}"#);
    let server = Server::start(vec![json(200, &entries), json(200, &case)]).await;
    let since = Slice::Changed { since: Some(at("2026-01-19T09:50:00.700Z")) };
    let page =
        system(&server.base, &[]).pull("cases", &since, None, at("2026-01-19T10:00:00.500Z")).await.expect("a page");
    let asked = server.requests();
    assert_eq!(
        path(&asked[0]),
        "/als/api/v1/auditlogs/search?fromDate=2026-01-19T09%3A50%3A00Z&toDate=2026-01-19T10%3A00%3A00Z&pageNumber=0&pageSize=10"
    );
    assert_eq!(path(&asked[1]), format!("/crs/api/v1/cases/{ID}"));
    assert_eq!((page.records.len(), page.rejected.len(), asked.len()), (1, 2, 2), "{:?}", page.rejected);
    assert_eq!(page.reached, Some(at("2026-01-19T09:59:30Z")), "the latest entry, by their clock");
}

#[tokio::test]
async fn a_tenant_without_an_audit_log_is_read_by_the_open_cases_that_changed() {
    let row =
        |id: &str, updated: &str| format!(r#"{{"id":"{id}","status":"New","subState":"X","updatedDate":"{updated}"}}"#);
    let rows = format!(
        r#"{{"content":[{},{}],"last":true}}"#,
        row("1", "2026-01-19T09:55:00Z"),
        row("2", "2026-01-01T00:00:00Z")
    );
    let server =
        Server::start(vec![json(404, r#"{"message":"none"}"#), json(200, &rows), json(200, NOBODY), json(200, NOBODY)])
            .await;
    let illumina = system(&server.base, &[]);
    let since = Slice::Changed { since: Some(at("2026-01-19T09:50:00Z")) };
    let now = at("2026-01-19T10:00:00Z");
    let first = illumina.pull("cases", &since, None, now).await.expect("a page");
    assert_eq!(first.learned, [("find_changes".to_owned(), "list".to_owned())]);
    assert_eq!(first.records.len(), 1, "the other one has not changed");
    let second = illumina.pull("cases", &since, first.next.as_deref(), now).await.expect("a page");
    let third = illumina.pull("cases", &since, second.next.as_deref(), now).await.expect("a page");
    assert_eq!((third.next, third.reached), (None, Some(at("2026-01-19T09:55:00Z"))));
    let asked: Vec<String> = server.requests().iter().map(|request| path(request).to_owned()).collect();
    for (at, status) in [(1, "status=New"), (2, "status=In+Progress"), (3, "status=Draft")] {
        assert!(asked[at].ends_with(status), "{}", asked[at]);
    }
}

#[tokio::test]
async fn a_reply_that_is_cut_or_no_page_leaves_nothing_and_is_asked_again() {
    for body in
        ["", "{", r#"{"content":[{"id":"1"}"#, r#"{"content":null}"#, "<html>sign in</html>", r#"{"message":"hm"}"#]
    {
        let server = Server::start(vec![json(200, body)]).await;
        let read = system(&server.base, &[]).pull("cases", &Slice::All, None, at("2026-01-19T10:00:00Z")).await;
        assert_eq!(read.map_err(|error| error.and_now).err(), Some(AndNow::Doubtful), "{body}");
    }
}

#[tokio::test]
async fn one_case_is_read_with_what_stands_beside_it() {
    let case = format!(r#"{{"id":"{ID}","status":"In Progress"}}"#);
    let server = Server::start(vec![
        json(200, &case),
        json(200, r#"{"status":"In Progress","subState":"READY_FOR_DELIVERY"}"#),
        json(200, r#"{"content":[{"id":"1","text":"a","userName":"Ana Ruiz"}],"last":false}"#),
        json(200, r#"{"content":[{"id":"2","text":"b"}],"last":true}"#),
        json(404, r#"{"message":"none"}"#),
        json(200, r#"["consent.pdf"]"#),
    ])
    .await;
    let illumina =
        system(&server.base, &[("read_comments", "true"), ("read_metadata", "true"), ("direct_identifiers", "true")]);
    let record = illumina.refresh(&target(ID), Depth::Attachments).await.expect("a reply").expect("a case");
    assert_eq!(record.item.status.word.as_deref(), Some("In Progress/READY_FOR_DELIVERY"));
    assert_eq!(record.item.comments.len(), 2, "from both pages");
    assert_eq!(record.item.attachments.map(|files| files[0].file_name.clone()).as_deref(), Some("consent.pdf"));
    let asked: Vec<String> = server.requests().iter().map(|request| path(request).to_owned()).collect();
    let below = |end: &str| format!("/crs/api/v1/cases/{ID}{end}");
    assert_eq!(
        asked,
        [
            below("?directIdentifiers=true"),
            below("/status"),
            below("/comments"),
            below("/comments?pageNumber=1"),
            below("/custom-metadata"),
            below("/files")
        ]
    );
}

#[tokio::test]
async fn a_case_that_is_gone_is_none_and_a_foreign_answer_is_no_case() {
    let server = Server::start(vec![
        json(404, r#"{"message":"Case not found"}"#),
        json(200, r#"{"id":"another"}"#),
        reply(200, "content-type: text/html\r\n", "<html>"),
    ])
    .await;
    let illumina = system(&server.base, &[]);
    assert!(matches!(illumina.refresh(&target(ID), Depth::Plain).await, Ok(None)));
    for why in ["another case", "web page"] {
        let error = illumina.refresh(&target(ID), Depth::Plain).await.expect_err(why);
        assert_eq!(error.and_now, AndNow::Doubtful);
        assert!(error.message.contains(why), "{}", error.message);
    }
    let climbing = illumina.refresh(&target(".."), Depth::Plain).await.expect_err("no address");
    assert_eq!(climbing.and_now, AndNow::Invalid);
}

#[tokio::test]
async fn a_number_finds_its_case_and_none_that_merely_holds_it() {
    let row =
        |id: &str, number: &str| format!(r#"{{"id":"{id}","displayId":"{number}","status":"New","subState":"X"}}"#);
    let found = format!(r#"{{"content":[{},{}],"last":true}}"#, row("1", "NSG-24-1026"), row("2", "NSG-24-10261"));
    let server = Server::start(vec![json(200, &found), json(200, NOBODY)]).await;
    let records = system(&server.base, &[]).look_up(" nsg-24-1026 ").await.expect("found");
    assert_eq!(records.iter().map(|record| record.item.external_id.as_str()).collect::<Vec<_>>(), ["1"]);
    assert!(path(&server.requests()[0]).contains("displayId=NSG-24-1026&"), "numbers are in capitals there");

    // Parts of other numbers may fill a page.
    let page = |row: String, last: bool| json(200, &format!(r#"{{"content":[{row}],"last":{last}}}"#));
    let pages = [page(row("1", "NSG-24-10261"), false), page(row("2", "NSG-24-1026"), true), json(200, NOBODY)];
    let server = Server::start(pages.into()).await;
    let records = system(&server.base, &[]).look_up("NSG-24-1026").await.expect("found");
    assert_eq!(records.iter().map(|record| record.item.external_id.as_str()).collect::<Vec<_>>(), ["2"]);
    assert!(path(&server.requests()[1]).contains("pageNumber=1"));
}

use rounds_domain::{
    error::AndNow,
    item::ItemKind,
    patient::{Me, PersonName},
};
use serde_json::json;

use super::*;
use crate::{
    registry::SHIPPED,
    seam::Depth,
    wire::testing::{Server, json as reply_json, reply},
};

#[tokio::test]
async fn a_sweep_asks_for_orders_and_events_and_goes_on_from_the_cursor() {
    let case = |id: &str| json!({"id": id, "createdAt": "2026-10-05T00:00:00Z"});
    let server = Server::start(vec![
        reply_json(200, &page_of(&[case("a"), case("b")], Some("b"))),
        reply_json(200, &page_of(&[case("c")], None)),
    ])
    .await;
    let system = system(&server.base);
    let first = pull(&system, None).await.expect("the first page");
    assert_eq!(first.next.as_deref(), Some("b"));
    let second = pull(&system, first.next.as_deref()).await.expect("the second page");
    assert_eq!((second.records.len(), second.next), (1, None));
    let asked = "GET /api/v1/cases?startTime=2026-10-01T00%3A00%3A00Z&endTime=2026-11-01T00%3A00%3A00Z&recordsPerPage=100\
                 &includeOrders=true&includeCalendarEvents=true";
    let requests = server.requests();
    assert!(requests[0].starts_with(&format!("{asked} HTTP")), "{}", requests[0]);
    assert!(requests[1].starts_with(&format!("{asked}&after=b HTTP")), "{}", requests[1]);
    assert!(requests.iter().all(|request| request.contains("cv-api-key: planted-key")));
}

#[tokio::test]
async fn one_bad_record_costs_only_itself() {
    let server = Server::start(vec![reply_json(
        200,
        &page_of(
            &[json!({"id": "a"}), json!({"title": "nobody's"}), json!(null), json!({"id": "b", "submitter": 7})],
            None,
        ),
    )])
    .await;
    let page = pull(&system(&server.base), None).await.expect("a page");
    let ids: Vec<&str> = page.records.iter().map(|record| record.item.external_id.as_str()).collect();
    assert_eq!((ids, page.rejected.len()), (vec!["a", "b"], 2));
}

#[tokio::test]
async fn a_window_that_would_be_refused_never_leaves() {
    let server = Server::start(vec![]).await;
    let system = system(&server.base);
    for (from, to, words) in [
        ("2026-10-02T00:00:00Z", "2026-10-01T00:00:00Z", "not later than its start"),
        ("2026-10-02T00:00:00Z", "2026-10-02T00:00:00Z", "not later than its start"),
        ("2026-01-01T00:00:00Z", "2026-03-03T00:00:00Z", "60 days"),
    ] {
        let refused = system.pull("cases", &window(from, to), None, Utc::now()).await.expect_err(words);
        assert!(refused.and_now == AndNow::Invalid && refused.message.contains(words), "{}", refused.message);
    }
    let unknown =
        system.pull("studies", &window("2026-10-01T00:00:00Z", "2026-10-02T00:00:00Z"), None, Utc::now()).await;
    assert_eq!(unknown.expect_err("no such feed").and_now, AndNow::Invalid);
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_case_made_outside_the_window_teaches_that_windows_match_changes() {
    let page =
        |created: &str, updated: &str| page_of(&[json!({"id": "a", "createdAt": created, "updatedAt": updated})], None);
    for (created, updated, learned) in [
        ("2026-10-05T00:00:00Z", "2026-10-06T00:00:00Z", false),
        ("2026-09-30T23:59:59.200Z", "2026-10-06T00:00:00Z", false),
        ("2026-09-30T23:59:50Z", "2026-10-06T00:00:00Z", true),
        ("2026-09-01T00:00:00Z", "2026-12-06T00:00:00Z", false),
        ("not a date", "2026-10-06T00:00:00Z", false),
    ] {
        let server = Server::start(vec![reply_json(200, &page(created, updated))]).await;
        let page = pull(&system(&server.base), None).await.expect("a page");
        let expected: Vec<(String, String)> =
            learned.then(|| ("window_field".to_owned(), "updatedAt".to_owned())).into_iter().collect();
        assert_eq!(page.learned, expected, "made {created}, changed {updated}");
    }
    let server = Server::start(vec![reply_json(200, &page("2026-09-01T00:00:00Z", "2026-10-06T00:00:00Z"))]).await;
    let mut account = account(&server.base);
    account.learned.insert("window_field".into(), "updatedAt".into());
    let page = pull(&open(&account).expect("the account is good"), None).await.expect("a page");
    assert!(page.learned.is_empty(), "learned once");
    assert_eq!(page.records[0].item.feed_time, Some(at("2026-10-06T00:00:00Z")), "what is learned is in force");
}

#[tokio::test]
async fn one_case_is_read_again_through_the_window_around_its_creation() {
    let here = |id: &str| json!({"id": id, "createdAt": "2026-10-05T12:00:00Z"});
    let server = Server::start(vec![
        reply_json(200, &page_of(&[here("namesake")], Some("namesake"))),
        reply_json(200, &page_of(&[here("wanted")], None)),
    ])
    .await;
    let wanted = target("wanted", "2026-10-05T12:00:00Z");
    let record = system(&server.base).refresh(&wanted, Depth::Plain).await.expect("an answer").expect("the case");
    assert_eq!((record.item.external_id.as_str(), record.item.attachments), ("wanted", None));
    let requests = server.requests();
    assert!(
        requests[0].contains("startTime=2026-10-05T11%3A59%3A59Z&endTime=2026-10-05T12%3A00%3A01Z"),
        "{}",
        requests[0]
    );
    assert!(requests[1].contains("after=namesake"), "{}", requests[1]);
}

#[tokio::test]
async fn attachments_are_named_when_asked_for() {
    let case = json!({"id": "a", "attachments": [{"id": "f", "fileName": "x.pdf", "url": "https://secret"}]});
    let server = Server::start(vec![reply_json(200, &page_of(&[case], None))]).await;
    let wanted = target("a", "2026-10-05T12:00:00Z");
    let record = system(&server.base).refresh(&wanted, Depth::Attachments).await.expect("an answer").expect("the case");
    assert_eq!(record.item.attachments.expect("they were asked for")[0].file_name, "x.pdf");
    assert!(!record.raw.contains("secret"));
    assert!(server.requests()[0].contains("includeAttachments=true&documentFormat=url"), "{}", server.requests()[0]);
}

#[tokio::test]
async fn a_case_that_is_not_found_is_looked_for_where_it_would_be_by_the_other_reading() {
    let nothing = || reply_json(200, &page_of(&[], None));
    let mut wanted = target("a", "2026-10-05T12:00:00Z");
    wanted.updated = Some(Moment::read("2026-10-09T12:00:00Z"));
    let server = Server::start(vec![nothing(), nothing(), nothing()]).await;
    assert_eq!(system(&server.base).refresh(&wanted, Depth::Plain).await, Ok(None));
    assert!(server.requests()[1].contains("startTime=2026-10-09T11%3A59%3A59Z"), "{}", server.requests()[1]);
    assert_eq!(server.requests().len(), 3);

    let moved = json!({"id": "a", "createdAt": "2026-10-05T12:00:00Z"});
    let server = Server::start(vec![nothing(), nothing(), reply_json(200, &page_of(&[moved], None))]).await;
    let found = system(&server.base).refresh(&wanted, Depth::Plain).await.expect("an answer");
    assert!(found.is_some(), "a case that a write moved is not gone");
}

#[tokio::test]
async fn a_case_without_a_readable_time_may_be_found_and_is_never_called_gone() {
    let nameless = Target { created: None, feed_time: None, ..target("a", "2026-10-05T12:00:00Z") };
    let server = Server::start(vec![reply_json(200, &page_of(&[json!({"id": "a"})], None))]).await;
    assert!(system(&server.base).refresh(&nameless, Depth::Plain).await.is_ok_and(|record| record.is_some()));
    let server = Server::start(vec![reply_json(200, &page_of(&[], None))]).await;
    let error = system(&server.base).refresh(&nameless, Depth::Plain).await.expect_err("a miss proves nothing");
    assert_eq!(error.and_now, AndNow::Doubtful);
}

#[tokio::test]
async fn a_case_that_tells_no_time_is_read_again_through_the_window_it_came_in() {
    for times in [json!({}), json!({"createdAt": "yesterday", "updatedAt": "2026-10-09T00:00:00Z"})] {
        let mut case = json!({"id": "a", "title": "Untimed"});
        case.as_object_mut().expect("an object").extend(times.as_object().cloned().unwrap_or_default());
        let page = page_of(&[json!({"id": "b"}), case], None);
        let nothing = page_of(&[], None);
        let replies = [&page, &page, &nothing, &nothing].map(|page| reply_json(200, page));
        let server = Server::start(replies.into_iter().collect()).await;
        let system = system(&server.base);
        let pulled = pull(&system, None).await.expect("a page").records.remove(1).item;
        let read =
            system.refresh(&Target::of(&pulled), Depth::Plain).await.expect("it is found").expect("it is there").item;
        assert_eq!(
            (read.title.as_deref(), read.feed_time),
            (Some("Untimed"), pulled.feed_time),
            "and so the next time"
        );
        assert!(pulled.feed_time > Some(at("2026-10-01T00:00:01Z")), "not on the edge: {:?}", pulled.feed_time);
        assert!(pulled.feed_time < Some(at("2026-10-02T00:00:00Z")));
        let request = server.requests().remove(1);
        let asked: (String, String) = (param(&request, "startTime"), param(&request, "endTime"));
        assert!(asked.0.as_str() <= "2026-10-01T00%3A00%3A00Z", "{asked:?}");
        // Sweeps read no longer windows than this, and no farther ahead than a day.
        let end =
            (at("2026-10-01T00:00:00Z") + chrono::TimeDelta::days(59)).min(Utc::now() + chrono::TimeDelta::hours(23));
        assert!(asked.1 >= end.to_rfc3339_opts(chrono::SecondsFormat::Secs, true).replace(':', "%3A"), "{asked:?}");
        let missed = system.refresh(&Target::of(&pulled), Depth::Plain).await;
        assert_eq!(missed, Ok(None), "all of that window was read, and it was not there");
    }
}

fn param(request: &str, name: &str) -> String {
    let after = request.split_once(&format!("{name}=")).expect(name).1;
    after.split(['&', ' ']).next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn an_order_is_read_again_with_its_case() {
    let case =
        || json!({"id": "a", "createdAt": "2026-10-05T12:00:00Z", "orders": [{"id": "o", "createdAt": "2026-10-09"}]});
    let order = |id: &str| Target {
        external_id: id.into(),
        kind: ItemKind::Order,
        parent: Some("a".into()),
        created: Some(Moment::read("2026-10-09")),
        ..target("a", "2026-10-05T12:00:00Z")
    };
    for (id, found) in [("o", true), ("another", false)] {
        let server = Server::start(vec![reply_json(200, &page_of(&[case()], None))]).await;
        let record = system(&server.base).refresh(&order(id), Depth::Plain).await.expect("an answer");
        assert_eq!(record.is_some(), found, "{id}");
        assert!(
            server.requests()[0].contains("startTime=2026-10-05T11"),
            "by the case's time: {}",
            server.requests()[0]
        );
    }
}

#[tokio::test]
async fn pages_that_never_end_are_not_read_forever() {
    let again = || reply_json(200, &page_of(&[json!({"id": "x"})], Some("x")));
    let server = Server::start(vec![again(), again(), again()]).await;
    let error = system(&server.base).refresh(&target("a", "2026-10-05T12:00:00Z"), Depth::Plain).await;
    assert_eq!(error.expect_err("no end").and_now, AndNow::Doubtful);
}

#[tokio::test]
async fn a_file_is_fetched_at_once_and_without_the_key() {
    let store = Server::start(vec![reply(200, "content-type: image/jpeg\r\n", "pixels")]).await;
    let case = json!({"id": "a", "notes": [{"id": "n", "attachments": [{"id": "f", "url": format!("{}/f.jpg?signature=s", store.base)}]}]});
    let server = Server::start(vec![reply_json(200, &page_of(&[case], None))]).await;
    let blob = system(&server.base).blob(&target("a", "2026-10-05T12:00:00Z"), "f").await.expect("the file");
    assert_eq!((blob.media_type.as_str(), blob.bytes.as_slice()), ("image/jpeg", b"pixels".as_slice()));
    let asked = &store.requests()[0].to_ascii_lowercase();
    assert!(asked.starts_with("get /f.jpg?signature=s "), "{asked}");
    assert!(!asked.contains("planted-key") && !asked.contains("cv-api-key"), "{asked}");
}

#[tokio::test]
async fn a_file_without_a_usable_address_is_asked_for_with_its_content() {
    for address in [json!(null), json!("http://files.example.org/x"), json!("file:///etc/passwd"), json!({"a": 1})] {
        let named = json!({"id": "a", "attachments": [{"id": "f", "url": address}]});
        let full = json!({"id": "a", "attachments": [{"id": "f", "content": "AP/+"}]});
        let server =
            Server::start(vec![reply_json(200, &page_of(&[named], None)), reply_json(200, &page_of(&[full], None))])
                .await;
        let blob = system(&server.base).blob(&target("a", "2026-10-05T12:00:00Z"), "f").await.expect("the file");
        assert_eq!(blob.bytes, [0, 255, 254]);
        assert!(server.requests()[1].contains("includeAttachments=true&documentFormat=base64"));
    }
}

#[tokio::test]
async fn a_file_that_is_not_there_is_gone_and_an_address_that_ran_out_is_asked_for_again() {
    let server = Server::start(vec![reply_json(200, &page_of(&[json!({"id": "a"})], None))]).await;
    let wanted = target("a", "2026-10-05T12:00:00Z");
    assert_eq!(system(&server.base).blob(&wanted, "f").await.map_err(|e| e.and_now), Err(AndNow::Gone));

    for (status, expected) in [(403, AndNow::Later(None)), (404, AndNow::Gone), (503, AndNow::Later(None))] {
        let store = Server::start(vec![reply(status, "", "<Error/>")]).await;
        let case = json!({"id": "a", "attachments": [{"id": "f", "url": format!("{}/f", store.base)}]});
        let server = Server::start(vec![reply_json(200, &page_of(&[case], None))]).await;
        let error = system(&server.base).blob(&wanted, "f").await.expect_err("no file");
        assert_eq!(error.and_now, expected, "{status}");
        assert!(!error.message.contains(&store.base), "{}", error.message);
    }
}

#[tokio::test]
async fn signing_in_proves_the_key_with_a_read_that_costs_nothing() {
    let server = Server::start(vec![reply_json(200, &page_of(&[], None))]).await;
    let told = system(&server.base).sign_in(at("2026-11-22T06:00:00Z")).await.expect("a good key");
    let crate::seam::SignInReply::Done(told) = told else { panic!("there is no PIN") };
    let me = Me { id: None, name: PersonName::of(Some("Ana"), Some("Ruiz")), email: Some("ana@example.org".into()) };
    assert_eq!(told.me, Some(me));
    let asked = &server.requests()[0];
    assert!(
        asked.contains("startTime=2026-11-22T05%3A59%3A59Z&endTime=2026-11-22T06%3A00%3A00Z&recordsPerPage=1 "),
        "{asked}"
    );
}

#[test]
fn an_account_that_cannot_work_says_which_setting_and_never_the_key() {
    let changed = |change: &dyn Fn(&mut Account)| {
        let mut account = account("https://api.example.org");
        change(&mut account);
        open(&account).err()
    };
    let set = |key: &'static str, value: &'static str| {
        changed(&move |account: &mut Account| {
            account.settings.insert(key.into(), value.into());
        })
    };
    assert_eq!(changed(&|_| {}), None);
    for (refused, words) in [
        (set("author_email", ""), "author_email"),
        (set("author_email", "ana"), "author_email"),
        (set("records_per_page", "101"), "records_per_page"),
        (set("records_per_page", "many"), "records_per_page"),
        (set("history_from", "yesterday"), "history_from"),
        (set("window_field", "closedAt"), "window_field"),
        (set("portal_url", "https://portal.example.org"), "{caseId}"),
        (changed(&|account| account.base_url = "http://api.example.org".into()), "https://"),
        (changed(&|account| account.secrets.clear()), "apiKey"),
        (changed(&|account| drop(account.secrets.insert("apiKey".into(), "planted\nkey".into()))), "API key"),
    ] {
        let refused = refused.unwrap_or_else(|| panic!("{words} was accepted"));
        assert!(refused.contains(words) && !refused.contains("planted"), "{refused}");
    }
}

#[test]
fn the_address_may_be_given_as_the_document_writes_it() {
    for given in [
        "https://h.example.org",
        "https://h.example.org/",
        "https://h.example.org/api/v1/cases",
        "https://h.example.org/api/v1/",
    ] {
        let system = system(given);
        assert_eq!(system.cases_url(None).expect(given).as_str(), "https://h.example.org/api/v1/cases", "{given}");
        let odd = system.cases_url(Some("a/../b?c#d e")).expect(given);
        assert_eq!(odd.as_str(), "https://h.example.org/api/v1/cases/a%2F..%2Fb%3Fc%23d%20e");
        assert!(["", " ", ".", ".."].iter().all(|id| system.cases_url(Some(id)).is_err()));
    }
    let proxied = system("https://h.example.org/gateway/");
    assert_eq!(proxied.cases_url(None).expect("an address").as_str(), "https://h.example.org/gateway/api/v1/cases");
}

#[test]
fn what_ships_is_declared_with_unique_names() {
    let mut names: Vec<String> = SHIPPED.iter().map(|kind| (kind.declare)().name).collect();
    assert!(names.contains(&"carevalidate".to_owned()));
    names.dedup();
    assert_eq!(names.len(), SHIPPED.len());
    let declared = declaration::system();
    let mut keys: Vec<&str> = declared.settings.iter().map(|setting| setting.key.as_str()).collect();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), declared.settings.len());
}

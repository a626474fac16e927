//! Stories in the real window: the built app under WebDriver, against the simulator.

use std::time::Duration;

use rounds_simulator::{Effect, Options, Running, Simulator};
use rounds_tests::window::{ENTER, Profile, Seen, Window};
use serde_json::Value;

const SYSTEM: &str = "carevalidate";
const PASSPHRASE: &str = "seven quiet herons at dusk";

#[tokio::test(flavor = "multi_thread")]
async fn a_physician_unlocks_searches_opens_comments_and_sees_it_confirmed() {
    let options = Options { items: 300, systems: vec![SYSTEM.to_owned()], ..Options::default() };
    let simulator = Simulator::start(options).await.expect("the simulator starts");
    let profile = Profile::new(PASSPHRASE);
    profile.connect(SYSTEM, "Demo", &simulator.announcement.systems[SYSTEM]);
    let window = Window::open("physician", &["--profile".into(), profile.path().into_os_string()]).await;

    window.until_seen("passphrase", "the lock screen", |_| true).await;
    assert_eq!(window.barriers().await, [], "the lock screen can be used by everybody");
    window.type_into("passphrase", "seven loud herons at dusk").await;
    window.click("unlock").await;
    let refusal = window.until_seen("error", "a refusal of the wrong passphrase", |seen| !seen.text.is_empty()).await;
    assert_eq!(window.all("row").await, [], "no patient is shown behind «{}»", refusal.text);
    window.screenshot("1-refused").await;

    window.type_into("passphrase", PASSPHRASE).await;
    window.click("unlock").await;
    window.until_ready().await;
    let rows = window.until("a worklist", async || Some(window.all("row").await).filter(|rows| !rows.is_empty())).await;
    window.screenshot("2-worklist").await;
    assert_eq!(window.barriers().await, [], "the worklist can be used by everybody");

    let patient = a_patient_among(&rows, &simulator);
    let everybody = total_after_the_first_pull(&window).await;
    window.type_into("search", &patient).await;
    window.until_seen("total", "fewer rows", |seen| (1..everybody).contains(&number(&seen.text))).await;
    let row = window.until_seen("row", &patient, |row| reads(row, &patient)).await;
    window.screenshot("3-search").await;
    window.click_id("row", row.id.as_deref().expect("a row has its id")).await;
    window.press(ENTER).await;
    window.until_seen("item-title", "the item", |seen| !seen.text.is_empty()).await;
    window.screenshot("4-item").await;
    assert_eq!(window.barriers().await, [], "the item can be used by everybody");

    let comment = "Seen on the morning round, stable. Next look tomorrow at eight.";
    window.click("comment-open").await;
    window.type_into("comment-text", comment).await;
    window.screenshot("5-comment").await;
    window.click("comment-send").await;
    window.until_text("comment", comment).await;
    window.screenshot("6-saved").await;
    let arrived =
        |seen: &Seen| seen.text.contains(comment) && matches!(seen.state.as_deref(), Some("confirmed" | "remote"));
    window.until_seen("comment", "the comment to be confirmed", arrived).await;
    let copies = window.all("comment").await.into_iter().filter(|seen| seen.text.contains(comment)).count();
    assert_eq!(copies, 1, "the comment is shown once, though it came back from the system too");
    window.screenshot("7-confirmed").await;

    let effects = communications(&simulator, comment);
    assert_eq!(effects.len(), 1, "exactly one communication arrived: {effects:?}");
    let truth = simulator.truth(SYSTEM, &effects[0].case_id).expect("the case it arrived at exists");
    assert_eq!(family_name(&truth), Some(patient), "it arrived at a case of the patient who was searched for");
    window.close().await;
    simulator.stop().await;
}

/// Somebody to search for: a family name that the simulator gave to a patient and that one of these rows shows.
fn a_patient_among(rows: &[Seen], simulator: &Running) -> String {
    let ids = simulator.ids(SYSTEM, 0, usize::MAX).expect("the simulator has cases");
    let cases = ids["ids"]
        .as_array()
        .expect("a list of ids")
        .iter()
        .filter_map(|id| simulator.truth(SYSTEM, id.as_str()?).ok());
    cases
        .filter_map(|truth| family_name(&truth))
        .find(|name| name.len() > 3 && rows.iter().any(|row| reads(row, name)))
        .unwrap_or_else(|| panic!("none of these rows names one of the simulator's patients: {rows:#?}"))
}

fn family_name(truth: &Value) -> Option<String> {
    truth["case"]["submitter"]["lastName"].as_str().map(str::to_owned)
}

/// Whether a row is about a patient of this family name, written as ever: `CORDERO, Thelma`.
fn reads(row: &Seen, name: &str) -> bool {
    row.text.contains(&format!("{},", name.to_uppercase()))
}

/// How many rows there are once no more arrive.
async fn total_after_the_first_pull(window: &Window) -> u32 {
    let mut before = 0;
    let look = async || {
        tokio::time::sleep(Duration::from_secs(2)).await;
        let now = window.all("total").await.first().map_or(0, |seen| number(&seen.text));
        let settled = now > 0 && now == before;
        before = now;
        settled.then_some(now)
    };
    window.until("the first pull to end", look).await
}

/// The communications with this text that really reached the system, by its own record.
fn communications(simulator: &Running, text: &str) -> Vec<Effect> {
    let mut effects = simulator.effects(Some(SYSTEM));
    effects.retain(|effect| effect.action == "ADD_COMMUNICATION" && effect.payload.to_string().contains(text));
    effects
}

/// The largest number in words such as "12 of 1,204 cases".
fn number(text: &str) -> u32 {
    let text = text.replace(',', "");
    text.split(|letter: char| !letter.is_ascii_digit()).filter_map(|digits| digits.parse().ok()).max().unwrap_or(0)
}

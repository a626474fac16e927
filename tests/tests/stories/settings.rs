//! Settings that read otherwise: what is here already is read by them too, though the system says the same as before.

use rounds_sync::desk::ConnectionSettings;

use crate::clinic::{Clinic, Words};

#[tokio::test]
async fn what_is_here_already_follows_a_setting_that_is_changed() {
    let clinic = Clinic::at_work(12).await;
    let due = async || clinic.found("is:overdue").await;
    assert!(due().await.is_empty(), "without a turn-around time nothing is due");
    let set = async |hours: &str| {
        let settings = Words::from([("turnaround_hours".to_owned(), hours.to_owned())]);
        let change = ConnectionSettings { settings, ..ConnectionSettings::default() };
        clinic.rounds().set_connection(clinic.connection, change).await.unwrap();
        clinic.sync_to(rounds_engine::pull::plan::Extent::Recent).await
    };
    let report = set("48").await;
    assert!(!due().await.is_empty(), "what is open is due after two days");
    let changed: u32 = report.feeds.iter().map(|feed| feed.changed).sum();
    assert_eq!(changed, 0, "the system says what it said");
    set("").await;
    assert!(due().await.is_empty());
}

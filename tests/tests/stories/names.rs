//! One profile is one person's: what somebody did leaves in their name, or not at all.

use rounds_domain::outbox::OutboxState;
use rounds_sync::desk::{ConnectionSettings, DeskError};

use crate::clinic::{Clinic, SYSTEM, Words};

fn called(key: &str, value: &str) -> ConnectionSettings {
    ConnectionSettings { settings: Words::from([(key.to_owned(), value.to_owned())]), ..ConnectionSettings::default() }
}

#[tokio::test]
async fn the_name_in_the_settings_cannot_be_changed_while_something_waits_in_the_old_one() {
    let clinic = Clinic::at_work(8).await;
    let case = clinic.cases().remove(0);
    clinic.simulator.down(SYSTEM).await.unwrap();
    let id = clinic.write(&case, "by me", false).await;
    clinic.sync().await;
    let before = clinic.view().await;
    for (key, value) in [("author_first_name", "Somebody"), ("author_email", "somebody@example.org")] {
        let refused = clinic.rounds().set_connection(clinic.connection, called(key, value)).await;
        let Err(DeskError::NotOffered(why)) = refused else { panic!("{key}: {:?}", refused.err()) };
        for said in ["1 action", "in the name of", "nothing is lost", "Send or discard"] {
            assert!(why.contains(said), "{key}: {why}");
        }
        assert_eq!(clinic.view().await.settings, before.settings, "{key}: nothing was changed");
    }
    clinic
        .rounds()
        .set_connection(clinic.connection, called("records_per_page", "30"))
        .await
        .expect("what has nothing to do with the name can be changed");
    clinic.simulator.up(SYSTEM).unwrap();
    clinic.settle().await;
    clinic.assert_exactly_once(&[(id, &case, "by me", false)], "in the old name").await;
    clinic
        .rounds()
        .set_connection(clinic.connection, called("author_first_name", "Somebody"))
        .await
        .expect("everything is settled");
    let new = clinic.write(&case, "by somebody", false).await;
    clinic.settle().await;
    assert_ne!(clinic.row(new).await.actor, clinic.row(id).await.actor);
    assert_eq!(clinic.row(new).await.state, OutboxState::Confirmed);
}

//! A profile whose file goes bad: the program says so, changes nothing, and what was written arrives from the salvaged one, once.

use std::{collections::BTreeMap, path::Path};

use rounds_simulator::{Simulator, Temperament};
use serde_json::Value;

use crate::{
    clinic::{SYSTEM, cases, form, options},
    programs::Ctl,
};

fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = std::fs::read_dir(dir).unwrap().map(|file| file.unwrap());
    files.map(|file| (file.file_name().to_string_lossy().into_owned(), std::fs::read(file.path()).unwrap())).collect()
}

fn state<'a>(checks: &'a Value, name: &str) -> &'a Value {
    checks["checks"].as_array().unwrap().iter().find(|check| check["name"] == name).expect(name)
}

#[tokio::test]
async fn what_was_not_sent_from_a_damaged_profile_arrives_once_from_the_salvaged_one() {
    let simulator = Simulator::start(options(6, Temperament::Kind)).await.unwrap();
    let ctl = Ctl::new().await;
    ctl.connect(form(&simulator.announcement.systems[SYSTEM], "Clinic", &[])).await;
    ctl.good(&["sync", "--full"]).await;
    let case = cases(&simulator)[0].clone();
    ctl.write(&case, "Written before the damage.", true).await;
    let healthy = ctl.good(&["doctor"]).await;
    assert_eq!(state(&healthy, "database")["ok"], true, "{healthy}");

    // The last page goes bad: no page that anybody would look at first.
    let profile = ctl.dir.path().join("profile");
    let database = profile.join("rounds.db");
    let mut bytes = std::fs::read(&database).unwrap();
    let last = bytes.len() - 1_000;
    bytes[last] ^= 0x01;
    std::fs::write(&database, &bytes).unwrap();
    let before = files(&profile);
    let refused = ctl.run(&["sync"]).await;
    assert_eq!((refused.code, &refused.json["error"]["code"]), (1, &"damaged".into()), "{}", refused.json);
    let told = ctl.run(&["doctor"]).await;
    assert_eq!(told.code, 1, "{}", told.json);
    let finding = state(&told.json, "database");
    assert!(finding["ok"] == false && finding["detail"].as_str().unwrap().contains("salvage"), "{finding}");
    assert!(files(&profile) == before, "neither changed a byte");

    let into = ctl.dir.path().join("salvaged");
    let salvaged = ctl.good(&["salvage", "--into", &into.display().to_string()]).await;
    assert_eq!(salvaged["unreadablePages"], 1, "{salvaged}");
    assert_eq!((&salvaged["unsettled"], &salvaged["lost"]), (&1.into(), &0.into()), "{salvaged}");
    assert_eq!(simulator.effects(Some(SYSTEM)).len(), 0, "salvaging sends nothing");
    let mut after = files(&profile);
    after.remove("salvaged").expect("what was salvaged is marked, so that it cannot be sent from here as well");
    assert!(after == before, "the damaged files were only read");

    std::fs::rename(&profile, ctl.dir.path().join("damaged")).unwrap();
    std::fs::rename(&into, &profile).unwrap();
    ctl.good(&["sync", "--full"]).await;
    ctl.settle().await;
    let effects = simulator.effects(Some(SYSTEM));
    assert_eq!(effects.len(), 1, "{effects:#?}");
    assert_eq!(
        (effects[0].case_id.as_str(), &effects[0].payload["text"]),
        (case.as_str(), &"Written before the damage.".into())
    );
}

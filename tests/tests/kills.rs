//! The kill matrix, at some of its points; `./dev kills` goes through all of them (`docs/reliability.md`).

use std::path::Path;

use rounds_tests::kills::{Wish, matrix};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_the_process_was_doing_when_it_was_killed_nothing_is_lost_or_doubled() {
    let worker = Path::new(env!("CARGO_BIN_EXE_kills"));
    let lines = matrix(worker, &Wish { system: None, action: None, every: 5 }, |_| ()).await.expect("a matrix");
    let broken: Vec<&String> = lines.iter().flat_map(|line| &line.broken).collect();
    assert!(broken.is_empty(), "{broken:#?}");
    assert!(lines.iter().all(|line| line.kills() >= 3), "every action is killed several times over");
}

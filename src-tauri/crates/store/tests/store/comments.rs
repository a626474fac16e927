//! What was written here is laid over what the remote says, survives every pull, and is shown once.

use rounds_domain::{
    action::{Action, Baseline},
    detail::Comment,
    item::WorkItem,
    outbox::OutboxState,
    patient::Person,
    projection::Unsettled,
};

use crate::given::{Desk, case, comment_on, my_comment, name};

async fn write(desk: &Desk, text: &str, internal: bool) -> Action {
    desk.store.submit(comment_on(desk.id("c1"), desk.connection.id, text, internal)).await.unwrap()
}

async fn becomes(desk: &Desk, action: &Action, state: OutboxState, remote_ref: Option<&str>) -> Action {
    let settled_at = state.is_final().then(|| desk.tick());
    let remote_ref = remote_ref.map(str::to_owned);
    let change = move |now: &Action| Some(Action { state, remote_ref, settled_at, ..now.clone() });
    desk.store.move_action(action.id, change).await.unwrap()
}

fn with(comments: Vec<Comment>) -> WorkItem {
    WorkItem { comments, ..case("c1") }
}

#[tokio::test]
async fn a_pull_never_erases_what_was_written_here() {
    let desk = Desk::new().await;
    desk.sweep(vec![case("c1")]).await;
    write(&desk, "Please call her", false).await;
    assert_eq!(desk.comments_seen("c1").await, ["Please call her"], "shown the moment it is saved");
    for title in ["same", "same", "changed upstream"] {
        desk.sweep(vec![WorkItem { title: Some(title.into()), ..case("c1") }]).await;
        assert_eq!(desk.comments_seen("c1").await, ["Please call her"]);
        let row = desk.store.item(desk.id("c1")).await.unwrap().row;
        assert_eq!((row.comments, row.unsettled), (1, Unsettled::Pending), "the row shows it too");
    }
    assert_eq!(desk.found("\"call her\"").await, ["c1"], "and search finds it");
}

#[tokio::test]
async fn a_confirmed_comment_that_comes_back_is_shown_once() {
    for (reply_named_an_id, what) in [(true, "the reply named its id"), (false, "the reply named no id")] {
        let desk = Desk::new().await;
        desk.sweep(vec![case("c1")]).await;
        let action = write(&desk, "Please call her", false).await;
        becomes(&desk, &action, OutboxState::Confirmed, reply_named_an_id.then_some("k1")).await;
        assert_eq!(desk.comments_seen("c1").await.len(), 1, "{what}: it must not flicker away");
        desk.sweep(vec![case("c1")]).await;
        assert_eq!(desk.comments_seen("c1").await.len(), 1, "{what}: the remote shows it late; it stays");
        desk.sweep(vec![with(vec![my_comment("k1", "Please  call her\r\n", false)])]).await;
        assert_eq!(desk.comments_seen("c1").await.len(), 1, "{what}: shown once");
        assert_eq!(desk.comments_counted("c1").await, 1, "{what}: counted once");
        assert_eq!(desk.store.action(action.id).await.unwrap().remote_ref.as_deref(), Some("k1"), "{what}");
        desk.sweep(vec![with(vec![])]).await;
        assert_eq!(desk.comments_seen("c1").await.len(), 0, "{what}: deleted upstream, it does not come back as mine");
    }
}

#[tokio::test]
async fn the_same_text_written_twice_is_shown_twice_and_bound_once_each() {
    let desk = Desk::new().await;
    desk.sweep(vec![case("c1")]).await;
    let (first, second) =
        (write(&desk, "Called, no answer", true).await, write(&desk, "Called, no answer", true).await);
    assert_eq!(desk.comments_seen("c1").await.len(), 2);
    becomes(&desk, &first, OutboxState::Confirmed, None).await;
    let one = my_comment("k1", "Called, no answer", true);
    desk.sweep(vec![with(vec![one.clone()])]).await;
    assert_eq!(desk.comments_counted("c1").await, 2, "one has come back, the other is still on its way");
    becomes(&desk, &second, OutboxState::Confirmed, None).await;
    desk.sweep(vec![with(vec![one.clone()])]).await;
    assert_eq!(
        desk.comments_counted("c1").await,
        2,
        "the first's copy is not the second's: it must not vanish meanwhile"
    );
    desk.sweep(vec![with(vec![one, my_comment("k2", "Called, no answer", true)])]).await;
    assert_eq!(desk.comments_counted("c1").await, 2);
    let bound = |action: &Action| desk.store.action(action.id);
    assert_eq!(bound(&first).await.unwrap().remote_ref.as_deref(), Some("k1"));
    assert_eq!(bound(&second).await.unwrap().remote_ref.as_deref(), Some("k2"));
}

#[tokio::test]
async fn only_my_own_new_comment_of_the_same_kind_is_taken_for_mine() {
    let by_another = Comment {
        author: Some(Person { id: Some("u-bo".into()), name: name("Bo", "Lind"), email: None }),
        ..my_comment("k1", "Seen", false)
    };
    for (theirs, what) in [
        (by_another, "by another person"),
        (my_comment("k1", "Seen", true), "an internal note"),
        (my_comment("before", "Seen", false), "there before it was sent"),
        (Comment { id: None, ..my_comment("", "Seen", false) }, "without an id"),
    ] {
        let desk = Desk::new().await;
        desk.sweep(vec![case("c1")]).await;
        let action = write(&desk, "Seen", false).await;
        let baseline = Baseline { my_comments: vec!["before".into()], ..Baseline::default() };
        let change = move |now: &Action| Some(Action { baseline: Some(baseline), ..now.clone() });
        desk.store.move_action(action.id, change).await.unwrap();
        becomes(&desk, &action, OutboxState::Confirmed, None).await;
        desk.sweep(vec![with(vec![theirs])]).await;
        assert_eq!(desk.comments_counted("c1").await, 2, "{what}: mine is still on its way beside it");
        assert_eq!(desk.store.action(action.id).await.unwrap().remote_ref, None, "{what}");
    }
}

#[tokio::test]
async fn the_only_new_comment_of_mine_is_taken_for_the_only_one_on_its_way_in_whatever_words_it_was_kept() {
    for (state, before, there, taken, why) in [
        (OutboxState::Confirmed, vec![], vec!["k1"], true, "nothing else explains it"),
        (OutboxState::Confirmed, vec!["k0"], vec!["k0", "k1"], true, "the other was there before"),
        (OutboxState::Confirmed, vec!["k1"], vec!["k1"], false, "it was there before"),
        (OutboxState::Confirmed, vec![], vec!["k1", "k2"], false, "either could be it"),
        (OutboxState::Doubtful, vec![], vec!["k1"], false, "what is in doubt is for its person"),
    ] {
        let desk = Desk::new().await;
        desk.sweep(vec![case("c1")]).await;
        let action = write(&desk, "BP <90", false).await;
        let my_comments = before.iter().map(|id| (*id).to_owned()).collect();
        let baseline = Baseline { my_comments, ..Baseline::default() };
        let change = move |now: &Action| Some(Action { baseline: Some(baseline), ..now.clone() });
        desk.store.move_action(action.id, change).await.unwrap();
        becomes(&desk, &action, state, None).await;
        let kept: Vec<Comment> = there.iter().map(|id| my_comment(id, "BP &lt;90", false)).collect();
        desk.sweep(vec![with(kept.clone())]).await;
        let expected = kept.len() + usize::from(!taken);
        assert_eq!(desk.comments_seen("c1").await.len(), expected, "{why}");
        assert_eq!(desk.comments_counted("c1").await, u32::try_from(expected).unwrap(), "{why}");
        let bound = desk.store.action(action.id).await.unwrap().remote_ref;
        assert_eq!(bound.as_deref(), taken.then_some("k1"), "{why}");
    }
}

#[tokio::test]
async fn of_two_on_their_way_neither_is_taken_for_a_comment_in_other_words() {
    let desk = Desk::new().await;
    desk.sweep(vec![case("c1")]).await;
    for (text, state) in [("BP <90", OutboxState::Confirmed), ("BP <80", OutboxState::Doubtful)] {
        let action = write(&desk, text, false).await;
        let change = move |now: &Action| Some(Action { baseline: Some(Baseline::default()), ..now.clone() });
        desk.store.move_action(action.id, change).await.unwrap();
        becomes(&desk, &action, state, None).await;
    }
    desk.sweep(vec![with(vec![my_comment("k1", "BP &lt;80", false)])]).await;
    assert_eq!(desk.comments_counted("c1").await, 3, "it may be either's");
}

#[tokio::test]
async fn what_has_not_left_yet_is_not_taken_for_a_comment_that_is_there() {
    let desk = Desk::new().await;
    desk.sweep(vec![case("c1")]).await;
    let queued = write(&desk, "Seen", false).await;
    desk.sweep(vec![with(vec![my_comment("k1", "Seen", false)])]).await;
    assert_eq!(desk.comments_counted("c1").await, 2, "the one there is from another day; this one is still to be sent");
    assert_eq!(desk.store.action(queued.id).await.unwrap().remote_ref, None);
}

#[tokio::test]
async fn a_comment_that_was_given_up_is_gone_from_the_case() {
    for state in [OutboxState::Discarded, OutboxState::Withdrawn] {
        let desk = Desk::new().await;
        desk.sweep(vec![case("c1")]).await;
        let action = write(&desk, "Oops", false).await;
        becomes(&desk, &action, state, None).await;
        let row = desk.store.item(desk.id("c1")).await.unwrap().row;
        assert_eq!((row.comments, row.unsettled), (0, Unsettled::Nothing), "{state:?}");
        assert!(desk.found("oops").await.is_empty(), "{state:?}: search must not find it");
    }
}

#[tokio::test]
async fn a_row_shows_the_worst_of_what_is_unsettled() {
    let desk = Desk::new().await;
    desk.sweep(vec![case("c1")]).await;
    let (one, two) = (write(&desk, "one", false).await, write(&desk, "two", false).await);
    for (state, expected, filter) in [
        (OutboxState::Inflight, Unsettled::Pending, "is:pending"),
        (OutboxState::Doubtful, Unsettled::Doubt, "is:doubtful"),
        (OutboxState::NeedsPerson, Unsettled::NeedsPerson, "is:needsme"),
    ] {
        becomes(&desk, &one, state, None).await;
        assert_eq!(desk.store.item(desk.id("c1")).await.unwrap().row.unsettled, expected, "{state:?}");
        assert_eq!(desk.found(filter).await, ["c1"], "{state:?}");
    }
    becomes(&desk, &one, OutboxState::Confirmed, None).await;
    becomes(&desk, &two, OutboxState::Confirmed, None).await;
    assert_eq!(desk.store.item(desk.id("c1")).await.unwrap().row.unsettled, Unsettled::Nothing);
}

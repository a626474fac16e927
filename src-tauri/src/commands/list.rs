//! Every command, once: the handler that answers them, the permissions that `build.rs` makes for them, and the test of
//! the capabilities are all made from this list.

/// Calls the macro `$then` with every command.
macro_rules! with_every_command {
    ($($then:tt)+) => {
        $($then)+![
            profile::app_state,
            profile::create_profile,
            profile::unlock,
            profile::lock,
            profile::start_demo,
            profile::window_ready,
            worklist::worklist,
            worklist::counts,
            worklist::sync_now,
            item::item,
            item::watch_item,
            item::act,
            item::save_draft,
            item::keep_file,
            item::fetch_attachment,
            item::attachment,
            item::open_link,
            find::ask,
            find::answered,
            find::patients_at,
            make::offered_at,
            make::make,
            make::save_new_draft,
            same::same_proposals,
            same::confirm_same,
            same::refuse_same,
            same::undo_same,
            outbox::outbox,
            outbox::undo,
            outbox::retry,
            outbox::discard,
            outbox::resolve,
            connections::systems,
            connections::connections,
            connections::add_connection,
            connections::set_connection,
            connections::check_connection,
            connections::give_pin,
            connections::remove_connection,
            connections::rejected,
            connections::messages,
            preferences::preferences,
            preferences::save_preferences,
        ]
    };
}

macro_rules! names {
    ($($module:ident :: $command:ident),+ $(,)?) => { &[$(stringify!($command)),+] };
}

/// The names by which the window calls them.
#[allow(dead_code, reason = "build.rs and a test read it, the app does not")]
pub(crate) const NAMES: &[&str] = with_every_command!(names);

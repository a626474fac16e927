//! What is asked of a system by a number, and whose an item is. The answer is waited for in the background.

use rounds_domain::{
    ids::ConnectionId,
    patient::Person,
    view::{Answered, Question},
};

use super::Desk;
use crate::error::Answer;

/// Asks a system, in the background.
#[tauri::command]
pub(crate) async fn ask(desk: Desk<'_>, question: Question) -> Answer<()> {
    desk.rounds()?.ask(question);
    Ok(())
}

/// How far the answer is; nothing where nobody asked, or where the answer was given.
#[tauri::command]
pub(crate) async fn answered(desk: Desk<'_>, question: Question) -> Answer<Option<Answered>> {
    Ok(desk.rounds()?.answered(&question))
}

/// The patients whom a connection's settings name.
#[tauri::command]
pub(crate) async fn patients_at(desk: Desk<'_>, connection: ConnectionId) -> Answer<Vec<Person>> {
    Ok(desk.rounds()?.patients_at(connection).await?)
}

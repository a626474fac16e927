//! What a person asks a system and waits for, while the window goes on: looking up a number, saying whose an item is.

use std::{
    collections::HashMap,
    sync::{Arc, MutexGuard, PoisonError},
};

use rounds_domain::{
    ids::{ConnectionId, ItemId},
    patient::Person,
    view::{Answered, Question},
};

use super::DeskError;
use crate::{Rounds, read::WorkError};

impl Rounds {
    /// Asks in the background, unless that is under way.
    pub fn ask(self: &Arc<Self>, question: Question) {
        if self.questions().insert(question.clone(), Answered::Asking) == Some(Answered::Asking) {
            return;
        }
        let rounds = Arc::clone(self);
        self.tasks.spawn(async move {
            let answer = match rounds.ask_now(&question).await {
                Ok(items) => Answered::Found { items },
                Err(error) => {
                    tracing::debug!(kind = error.kind(), "a question could not be answered");
                    Answered::Failed { message: error.to_string() }
                }
            };
            rounds.questions().insert(question, answer);
        });
    }

    /// How far the answer to a question is. An answer is given once; then it is as if nobody had asked.
    pub fn answered(&self, question: &Question) -> Option<Answered> {
        let mut questions = self.questions();
        match questions.get(question)? {
            Answered::Asking => Some(Answered::Asking),
            Answered::Found { .. } | Answered::Failed { .. } => questions.remove(question),
        }
    }

    /// The patients whom a connection's settings name.
    pub async fn patients_at(&self, connection: ConnectionId) -> Result<Vec<Person>, DeskError> {
        Ok(self.link(connection).await?.remote.patients())
    }

    async fn ask_now(&self, question: &Question) -> Result<Vec<ItemId>, WorkError> {
        match question {
            Question::Number { connection, number } => self.look_up(*connection, number).await,
            Question::Patient { item, patient } => self.link_patient(*item, patient).await.map(|()| vec![*item]),
        }
    }

    fn questions(&self) -> MutexGuard<'_, HashMap<Question, Answered>> {
        self.questions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

//! What the account holds beside its items: saved filters and messages.

use rounds_domain::{
    around::{Around, Message, Subject},
    error::RemoteError,
    item::ItemKind,
};
use serde_json::{Value, value::RawValue};

use super::{
    Ambra,
    call::Call,
    convert::{moment, person},
    errors::No,
    session::Session,
};
use crate::{
    kept,
    lenient::{Anything, Dto, Text, dto},
    wire::Turn,
};

dto!(
    /// `/message/get`.
    Sent {
        uuid: Text = "uuid",
        user_id: Text = "user_id",
        user_name: Text = "user_name",
        namespace_name: Text = "namespace_name",
        subject: Text = "subject",
        body: Anything = "body",
        created: Text = "created",
        is_mine: Option<bool> = "is_mine",
        study_id: Text = "study_id",
    }
);

/// How many of the latest messages are read.
const MESSAGES: &str = "500";

impl Ambra {
    /// Saved filters and the latest messages.
    pub(super) async fn read_around(&self) -> Result<Around, RemoteError> {
        let session = self.session()?;
        Ok(Around { views: self.saved_views(&session).await?, messages: self.messages(&session).await? })
    }

    /// The latest messages. A role that may not see them has none.
    async fn messages(&self, session: &Session) -> Result<Vec<Message>, RemoteError> {
        let call = Call::new("/message/list", &[("page.rows", MESSAGES), ("page.number", "1")]);
        let answer = match self.read(Turn::Single, &session.sid, &call).await {
            Ok(answer) => answer,
            Err(No::Said(_)) => return Ok(Vec::new()),
            Err(no) => return Err(no.error("the messages")),
        };
        let rows = answer.rows("messages").unwrap_or_default();
        let mut messages: Vec<Message> = rows.iter().filter_map(|row| message(row)).collect();
        // "The default sort order is most recent message first"; one without a time stands last.
        messages.sort_by_key(|message| std::cmp::Reverse(message.made.as_ref().and_then(|made| made.at)));
        Ok(messages)
    }
}

fn message(row: &RawValue) -> Option<Message> {
    let Some((Value::Object(fields), _)) = kept::parse(row.get()) else { return None };
    let sent = Sent::of(&fields);
    Some(Message {
        id: sent.uuid?,
        subject: sent.subject,
        text: sent.body.0.unwrap_or_default(),
        author: person(&sent.user_id, &sent.user_name),
        mine: sent.is_mine == Some(true),
        to: sent.namespace_name,
        made: moment(&sent.created),
        about: sent.study_id.map(|external_id| Subject { kind: ItemKind::Study, external_id }),
    })
}

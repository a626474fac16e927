//! Whom a case can be assigned to: the members of the account (`/account/user/list`).

use rounds_domain::{
    error::{AndNow, RemoteError},
    patient::{Person, PersonName},
};

use super::{Ambra, call::Call, declaration::TITLE, walk::MOST_ROWS};
use crate::{
    kept,
    lenient::{Lenient, Text, dto},
    wire::Turn,
};

dto!(
    /// A member, as far as it is needed here ("account/user/get").
    Member {
        user_id: Text = "user_id",
        user_name: Text = "user_name",
        user_email: Text = "user_email",
        account_email: Text = "account_email",
        disabled: Option<bool> = "disabled",
    }
);

/// More pages of members than an account has.
const MOST_PAGES: u32 = 20;

impl Ambra {
    /// The members who are not disabled, by name.
    pub(super) async fn members(&self) -> Result<Vec<Person>, RemoteError> {
        let session = self.session()?;
        let Some(account) = &session.account else {
            return Err(RemoteError::new(AndNow::Forbidden, format!("You belong to no account at {TITLE}.")));
        };
        let mut people = Vec::new();
        for page in 1..=MOST_PAGES {
            let (rows, number) = (MOST_ROWS.to_string(), page.to_string());
            let form = [("uuid", account.id.as_str()), ("page.rows", &rows), ("page.number", &number)];
            let call = Call::new("/account/user/list", &form);
            let answer =
                self.read(Turn::Single, &session.sid, &call).await.map_err(|no| no.error("the list of members"))?;
            let members = answer.rows("users").unwrap_or_default();
            let read = members.iter().filter_map(|raw| {
                let (value, _) = kept::parse(raw.get())?;
                person(&crate::lenient::Dto::of(value.as_object()?))
            });
            people.extend(read);
            let more = answer.value("page").and_then(|page| Option::<bool>::read(page.get("more"))) == Some(true);
            if !more || members.is_empty() {
                break;
            }
        }
        people.sort_by_key(|person: &Person| person.name.plain());
        Ok(people)
    }
}

fn person(member: &Member) -> Option<Person> {
    if member.disabled == Some(true) {
        return None;
    }
    Some(Person {
        id: Some(member.user_id.clone()?),
        name: PersonName::of(member.user_name.as_deref(), None),
        email: member.account_email.clone().or_else(|| member.user_email.clone()),
    })
}

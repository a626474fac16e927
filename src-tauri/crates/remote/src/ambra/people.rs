//! Whom a case can be assigned to: the members of the account (`/account/user/list`).

use rounds_domain::{
    error::{AndNow, RemoteError},
    patient::{Person, PersonName},
};

use super::{Ambra, call::Call, declaration::TITLE};
use crate::{
    kept,
    lenient::{Text, dto},
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

impl Ambra {
    /// The members who are not disabled, by name.
    pub(super) async fn members(&self) -> Result<Vec<Person>, RemoteError> {
        let session = self.session()?;
        let Some(account) = &session.account else {
            return Err(RemoteError::new(AndNow::Forbidden, format!("You belong to no account at {TITLE}.")));
        };
        let call = Call::new("/account/user/list", &[("uuid", &account.id)]);
        let members = self.all_rows(&session, &call, "users").await.map_err(|no| no.error("the list of members"))?;
        let read = members.iter().filter_map(|raw| {
            let (value, _) = kept::parse(raw.get())?;
            person(&crate::lenient::Dto::of(value.as_object()?))
        });
        let mut people: Vec<Person> = read.collect();
        people.sort_by_key(|person| person.name.plain());
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

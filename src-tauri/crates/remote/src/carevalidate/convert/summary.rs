//! The summary of a case: what has no typed part of its own, in labelled groups.

use rounds_domain::{
    detail::{Fact, FactGroup},
    patient::{Person, PersonName},
};

use super::{
    date, fact,
    people::{named, names, person},
    present,
};
use crate::carevalidate::{
    dto::{self, User},
    lenient::Text,
};

/// The groups that have something in them.
pub(super) fn groups(id: &str, case: &dto::Case, odd: &[String]) -> Vec<FactGroup> {
    [
        ("Case", about(case)),
        ("Progress", progress(case)),
        ("Patient contact", contact(case.submitter.as_ref())),
        ("Products", products(case)),
        ("Forms sent with comments", comment_forms(case)),
        ("Reference numbers", numbers(id, case)),
        ("Could not be read", unread(odd)),
    ]
    .into_iter()
    .filter(|(_, facts)| !facts.is_empty())
    .map(|(title, facts)| FactGroup { title: title.into(), facts })
    .collect()
}

fn about(case: &dto::Case) -> Vec<Fact> {
    let bundle = case.product_bundle.as_ref().and_then(|bundle| bundle.name.clone());
    present([fact("Product bundle", &bundle), fact("Type", &case.kind), fact("Referral code", &case.referral_code)])
}

fn progress(case: &dto::Case) -> Vec<Fact> {
    let names = names(case);
    let by = |label: &str, user: Option<&User>| {
        let mut who: Person = user.and_then(person)?;
        if let Some(known) = who.id.as_ref().and_then(|id| names.get(id)).filter(|_| who.name == PersonName::default())
        {
            who.name = known.clone();
        }
        Fact::some(label, named(&who))
    };
    present([
        date("Assigned", &case.assigned_at),
        by("Assigned by", case.assigned_by.as_ref()),
        date("In progress since", &case.in_progress_at),
        by("Taken up by", case.in_progress_by.0.as_ref()),
        date("Closed", &case.closed_at),
        by("Closed by", case.closed_by.0.as_ref()),
        by("HR representative", case.hr_rep.as_ref()),
        fact("Archive reason", &case.archive_reason),
        fact("Archive note", &case.archive_note),
    ])
}

fn contact(submitter: Option<&dto::Submitter>) -> Vec<Fact> {
    let Some(submitter) = submitter else { return Vec::new() };
    present([
        fact("E-mail", &submitter.email),
        fact("Phone", &submitter.phone_number),
        fact("Address", &submitter.address),
        fact("Address line 2", &submitter.address2),
        fact("City", &submitter.city),
        fact("State", &submitter.state),
        fact("Postal code", &submitter.postal_code),
    ])
}

fn products(case: &dto::Case) -> Vec<Fact> {
    numbered("Product", &case.products)
        .map(|(label, product)| Fact { label, value: subscription(product), moment: None })
        .collect()
}

/// "Subscription object": `every 3 months`. Null, absent and both fields null are one state.
fn subscription(product: &dto::Product) -> String {
    let subscription = product.subscription.clone().unwrap_or_default();
    match (subscription.interval_count, subscription.interval) {
        (Some(count), Some(interval)) if count == "1" => format!("every {count} {interval}"),
        (Some(count), Some(interval)) => format!("every {count} {interval}s"),
        (None, Some(interval)) => format!("every {interval}"),
        (Some(count), None) => format!("every {count} (unit not known)"),
        (None, None) => "no subscription".into(),
    }
}

/// `forms` of a comment stands in the example as an empty list only, so what it holds is shown as it came.
fn comment_forms(case: &dto::Case) -> Vec<Fact> {
    case.comments
        .iter()
        .chain(&case.notes)
        .flat_map(|written| written.forms.0.iter().map(move |form| (written, form)))
        .filter_map(|(written, form)| Fact::some(written.created_at.as_deref().unwrap_or("Form"), Some(form.as_str())))
        .collect()
}

fn numbers(id: &str, case: &dto::Case) -> Vec<Fact> {
    let id_of = |label: &str, user: Option<&User>| fact(label, &user.and_then(|user| user.id.clone()));
    let bundle: Text = case.product_bundle.as_ref().and_then(|bundle| bundle.id.clone());
    // The example has both; they are one unless the remote says otherwise.
    let bundle_id = case.product_bundle_id.clone().filter(|given| Some(given) != bundle.as_ref());
    let mut facts = present([
        Fact::some("Case id", Some(id)),
        fact("Product bundle id", &bundle),
        fact("Product bundle id of the case", &bundle_id),
        id_of("Assigned by (id)", case.assigned_by.as_ref()),
        id_of("Taken up by (id)", case.in_progress_by.0.as_ref()),
        id_of("Closed by (id)", case.closed_by.0.as_ref()),
        id_of("HR representative (id)", case.hr_rep.as_ref()),
    ]);
    facts.extend(
        numbered("Product", &case.products).filter_map(|(label, product)| fact(&format!("{label} (id)"), &product.id)),
    );
    facts.extend(case.responses.iter().filter_map(|response| {
        let form = response.form.as_ref()?;
        fact(&format!("Form “{}” (id)", form.name.as_deref().unwrap_or("without a name")), &form.id)
    }));
    facts
}

fn unread(odd: &[String]) -> Vec<Fact> {
    odd.iter()
        .map(|path| Fact {
            label: path.clone(),
            value: "came in a form that is not documented; kept as it came".into(),
            moment: None,
        })
        .collect()
}

fn numbered<'a, T>(what: &'a str, items: &'a [T]) -> impl Iterator<Item = (String, &'a T)> {
    let many = items.len() > 1;
    items
        .iter()
        .enumerate()
        .map(move |(index, item)| (if many { format!("{what} {}", index + 1) } else { what.to_owned() }, item))
}

//! `same`, `link`.

use std::fmt::Write as _;

use rounds_domain::{
    ids::PersonId,
    same_person::Evidence,
    view::{SamePair, SamePairs, SamePatient, SamePerson},
};
use rounds_sync::Rounds;

use crate::{args::SameCommand, failure::Failure, output::Output};

/// How many pairs are asked of the store at once.
const STRETCH: u32 = 200;

pub(crate) async fn run(rounds: &Rounds, command: &SameCommand, output: Output) -> Result<(), Failure> {
    match command {
        SameCommand::List { limit } => list(rounds, *limit, output).await,
        SameCommand::Show { item } => show(rounds, item, output).await,
        SameCommand::Confirm { item, other } => confirm(rounds, item, other, output).await,
        SameCommand::Refuse { item, other } => {
            let (one, two) = patients(rounds, item, other).await?;
            rounds.refuse_same(one, two).await?;
            show(rounds, item, output).await
        }
        SameCommand::Undo { item, other } => {
            let (one, two) = patients(rounds, item, other).await?;
            rounds.undo_same(one, two).await?;
            show(rounds, item, output).await
        }
    }
}

pub(crate) async fn confirm(rounds: &Rounds, item: &str, other: &str, output: Output) -> Result<(), Failure> {
    let (one, two) = patients(rounds, item, other).await?;
    rounds.confirm_same(one, two).await?;
    show(rounds, item, output).await
}

async fn patients(rounds: &Rounds, item: &str, other: &str) -> Result<(PersonId, PersonId), Failure> {
    let (item, other) = (rounds.find(item).await?, rounds.find(other).await?);
    Ok((rounds.patient_of(item).await?, rounds.patient_of(other).await?))
}

async fn show(rounds: &Rounds, name: &str, output: Output) -> Result<(), Failure> {
    let same = rounds.same_person(rounds.find(name).await?).await?;
    output.answer(&same, || page(&same))
}

async fn list(rounds: &Rounds, limit: u32, output: Output) -> Result<(), Failure> {
    let mut all = SamePairs { pairs: vec![], total: 0 };
    loop {
        let offset = u32::try_from(all.pairs.len()).unwrap_or(u32::MAX);
        let stretch = rounds.same_proposals(offset, (limit - offset).min(STRETCH)).await?;
        all.total = stretch.total;
        let got = stretch.pairs.len();
        all.pairs.extend(stretch.pairs);
        if got < STRETCH as usize || all.pairs.len() >= limit as usize {
            break;
        }
    }
    output.answer(&all, || {
        let mut text = String::new();
        for pair in &all.pairs {
            text.push_str(&pair_lines(pair));
            text.push('\n');
        }
        let _ = write!(text, "{} of {}", all.pairs.len(), all.total);
        text
    })
}

fn page(same: &SamePerson) -> String {
    if same.person.is_none() {
        return "This item names no patient.".into();
    }
    let mut text = String::new();
    for patient in &same.confirmed {
        let how = match &patient.decided {
            Some(decided) => format!("confirmed by {} on {}", decided.by, decided.at.format("%Y-%m-%d")),
            None => "confirmed through others".to_owned(),
        };
        let _ = writeln!(text, "The same person, {how}: {}", who(patient));
        for against in &patient.changed {
            let _ = writeln!(text, "  changed since: {}", piece(against));
        }
    }
    for patient in &same.proposed {
        let _ = writeln!(text, "Proposed ({}): {}", patient.weight, who(patient));
        text.push_str(&pieces(&patient.evidence));
    }
    if same.confirmed.is_empty() && same.proposed.is_empty() {
        text.push_str("Nobody in another system is confirmed or proposed.\n");
    }
    if same.refused > 0 {
        let _ = writeln!(text, "Refused: {}", same.refused);
    }
    text
}

fn pair_lines(pair: &SamePair) -> String {
    format!("{} · {}\n  {}\n{}", pair.other.weight, who(&pair.one), who(&pair.other), pieces(&pair.other.evidence))
}

fn who(patient: &SamePatient) -> String {
    let name = patient.patient.clone().unwrap_or_else(|| "Not known".into());
    let born = patient.about.birth_date.clone().unwrap_or_else(|| "not known".into());
    let items: Vec<String> =
        patient.items.iter().take(3).map(|row| format!("{}:{}", row.system, row.external_id)).collect();
    format!("{name}, born {born} ({}) {}", patient.connection_name, items.join(" "))
}

fn pieces(evidence: &[Evidence]) -> String {
    evidence.iter().fold(String::new(), |text, one| text + "  " + &piece(one) + "\n")
}

fn piece(evidence: &Evidence) -> String {
    format!("{:+} {}: {} / {}", evidence.weight, evidence.what.words(), evidence.mine, evidence.theirs)
}

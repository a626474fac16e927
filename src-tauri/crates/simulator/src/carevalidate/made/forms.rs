//! Form responses: the bundle's questions and the common ones, answered.

use std::borrow::Cow;

use super::case::{Scene, shared_id};
use super::questions::{Answers, COMMON, Question};
use super::{Section, Status};
use crate::carevalidate::wire::{AskedQuestion, Form, FormResponse, Reply};
use crate::dice::Dice;
use crate::people::Text;
use crate::stamp::{DAY, Day, MINUTE, Stamp};

pub(super) fn responses(scene: &Scene<'_>) -> Vec<FormResponse> {
    let mut dice = scene.dice(Section::Forms);
    if dice.per_mille(12) {
        return Vec::new();
    }
    let abandoned = scene.bones.status == Status::Abandoned;
    // Most people come back: a follow-up asks the first few questions again.
    let asked = if dice.per_mille(650) { 2 + dice.index(2) } else { scene.bundle.questions.len() };
    let (form, described) = (scene.bundle.form, scene.bundle.form_description);
    let mut all = vec![FormResponse {
        id: dice.uuid(),
        is_draft: abandoned && dice.per_mille(700),
        form: (!dice.per_mille(4)).then(|| Form {
            id: shared_id(scene.plot.seed, 2, scene.bones.bundle),
            name: form,
            description: (!dice.per_mille(100)).then_some(described),
        }),
        responses: replies(scene, &scene.bundle.questions[..asked], abandoned, &mut dice),
    }];
    if dice.per_mille(120) {
        all.push(FormResponse {
            id: dice.uuid(),
            is_draft: false,
            form: Some(Form {
                id: shared_id(scene.plot.seed, 3, 0),
                name: "General health",
                description: Some("Medicines, allergies and conditions"),
            }),
            responses: replies(scene, COMMON, false, &mut dice),
        });
    }
    all
}

fn replies(scene: &Scene<'_>, questions: &'static [Question], cut_short: bool, dice: &mut Dice) -> Vec<Reply> {
    let answered = if cut_short { 1 + dice.index(questions.len()) } else { questions.len() };
    questions
        .iter()
        .enumerate()
        .take(answered)
        .filter_map(|(place, question)| {
            if !question.required && dice.per_mille(350) {
                return None;
            }
            Some(Reply {
                id: dice.uuid(),
                is_archived: dice.per_mille(8),
                text: (!dice.per_mille(6)).then(|| answer(question, scene.bones.created, dice)),
                created_at: Stamp(scene.bones.created.0 - dice.between(0, 18 * MINUTE)),
                question: (!dice.per_mille(2)).then(|| AskedQuestion {
                    index: place + 1,
                    r#type: question.answers.kind(),
                    text: question.text,
                    is_phi: question.is_phi,
                    options: match question.answers {
                        Answers::One(options) | Answers::Several(options) => options,
                        _ => &[],
                    },
                    required: question.required,
                }),
                respondent: (!dice.per_mille(5)).then(|| scene.submitter()),
            })
        })
        .collect()
}

fn answer(question: &Question, created: Stamp, dice: &mut Dice) -> Text {
    match &question.answers {
        Answers::One(options) => Cow::Borrowed(dice.pick(options)),
        Answers::Words(words) => Cow::Borrowed(dice.pick(words)),
        Answers::Several(options) => {
            let chosen: Vec<&str> = options.iter().copied().filter(|_| dice.per_mille(330)).collect();
            if chosen.is_empty() { Cow::Borrowed(options[options.len() - 1]) } else { Cow::Owned(chosen.join(", ")) }
        }
        Answers::Number(low, high, unit) => {
            let number = dice.between(*low, *high);
            if unit.is_empty() { Cow::Owned(number.to_string()) } else { Cow::Owned(format!("{number} {unit}")) }
        }
        Answers::YesNo => Cow::Borrowed(if dice.per_mille(850) { "Yes" } else { "No" }),
        Answers::DaysAgo(most) => {
            let day = created.0.div_euclid(DAY) - dice.between(1, *most);
            Cow::Owned(Day(i32::try_from(day).unwrap_or_default()).to_string())
        }
        Answers::File(name) => Cow::Borrowed(name),
    }
}

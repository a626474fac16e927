//! Comments and internal notes that read as if people had written them.

use std::borrow::Cow;

use super::case::Scene;
use super::files;
use super::{Section, Status, clinician, user};
use crate::carevalidate::wire::{Comment, User};
use crate::dice::Dice;
use crate::people::Text;
use crate::stamp::Stamp;

/// `{first}` is the patient's first name, `{medicine}` the bundle's first medicine.
const TO_PATIENT: &[&str] = &[
    "Hi {first}, thank you for your answers. Before I can decide I need your current blood pressure – a pharmacy reading from this week is fine.",
    "Hello {first}, I have read through everything. One thing is missing: the second photo did not upload. Could you send it again?",
    "Could you tell me which dose you were on when the nausea started, and how long it lasted?",
    "Dear {first}, I am sorry for the wait. Your case is with me now and you'll have an answer today.",
    "Please do not take {medicine} together with the medicine you mention in question 3 until we have spoken.",
    "A reminder: we need your reply by Friday, otherwise the case closes by itself. You can reopen it at any time.",
    "Merci {first} – noted. I've corrected the spelling of your name as well.",
    "Would a video call on Thursday after 16:00 suit you? Ten minutes are enough.",
];

const ON_APPROVAL: &[&str] = &[
    "{first}, your results look good. I have sent {medicine} to the pharmacy; you should hear from them within two working days.",
    "Thanks for the call earlier. As agreed we stay on the present dose for another month.",
    "Good news: approved. Please read the instructions on the label, and write here if anything is unclear.",
    "All set, {first}. If you notice anything unusual in the first week, stop and write to me.",
];

const ON_REFUSAL: &[&str] = &[
    "I can't prescribe this safely by telehealth. Please see your own doctor this week; I have written a short summary for them.",
    "{first}, with the medicines you take {medicine} is not a good idea. Let us look for another way together.",
];

const FROM_PATIENT: &[&str] = &[
    "Thank you doctor! BP was 122/78 this morning.",
    "Photo is attached now, sorry, my phone had run out of storage",
    "Hi, any news? I leave on the 14th and the pharmacy says they have not received anything.",
    "The pen arrived warm. Is it still ok to use??",
    "It lasted about three days, mostly in the mornings. Better since I eat dinner earlier.",
    "ok",
    "Can I switch to the tablets? Needles really aren't for me after all.",
    "My insurance card changed, do you need the new one?",
    "I'd prefer a message over a phone call please, I work nights.",
];

const NOTES: &[&str] = &[
    "Called twice, no answer, voicemail full. Sent a message through the portal instead.",
    "BMI recalculated from the weight in the free text (92 kg), not the 29 kg in the number field – obvious typo.",
    "Same birth date and nearly the same name as a patient from March. Checked the address: two different people.",
    "Pharmacy rang: {medicine} on backorder until Thursday. Patient informed.",
    "Family history needs a second look before approval. @Tobias could you?",
    "Prior auth form faxed. Reference number is on the fax cover sheet.",
    "Photo quality poor, asked for new ones. Do not decide on these.",
    "Patient mentions low mood in the last answer. Screened by phone, no acute risk, GP details on file.",
    "Refund of the consult fee agreed with the front desk.",
    "Handing over to tomorrow's shift: only the lab result is missing, everything else is done.",
    "ID checked against the video call. OK.",
    "Interaction check run: moderate with sertraline, acceptable with counselling.",
];

/// What was said on the case (`internal` false) or noted about it (true).
pub(super) fn comments(scene: &Scene<'_>, internal: bool, with_files: bool) -> Vec<Comment> {
    let mut dice = scene.dice(Section::Talk);
    if internal {
        dice = Dice::new(dice.next(), &[1]);
    }
    let count = match (scene.bones.status, internal) {
        (Status::Open | Status::Abandoned, false) => dice.index(2),
        (Status::Open | Status::Abandoned, true) => usize::from(dice.per_mille(120)),
        (_, false) => dice.index(5),
        (_, true) => dice.index(3),
    };
    let (from, to) = (scene.bones.created.0, scene.bones.updated.0);
    let mut times: Vec<i64> = (0..count).map(|_| dice.between(from, to)).collect();
    times.sort_unstable();
    let mut said = Vec::new();
    times.into_iter().map(|at| comment(scene, Stamp(at), internal, with_files, &mut said, &mut dice)).collect()
}

fn comment(
    scene: &Scene<'_>,
    at: Stamp,
    internal: bool,
    with_files: bool,
    said: &mut Vec<&'static str>,
    dice: &mut Dice,
) -> Comment {
    let by_patient = !internal && dice.per_mille(400);
    let after_decision = scene.bones.closed.is_some_and(|closed| at >= closed);
    let sentences = match (internal, by_patient, scene.bones.status) {
        (true, ..) => NOTES,
        (_, true, _) => FROM_PATIENT,
        (.., Status::Approved) if after_decision => ON_APPROVAL,
        (.., Status::Rejected) if after_decision => ON_REFUSAL,
        _ => TO_PATIENT,
    };
    let sentence = unsaid(sentences, said, dice);
    let id = dice.uuid();
    let attached = dice.per_mille(110);
    let author = author(scene, by_patient, dice);
    let uploader = author.clone();
    Comment {
        id,
        text: (!dice.per_mille(3)).then(|| filled(sentence, scene)),
        is_restricted: internal,
        forms: [],
        created_at: at,
        attachments: with_files
            .then(|| if attached { vec![files::of_comment(id, at, internal, uploader)] } else { Vec::new() }),
        author: (!dice.per_mille(6)).then_some(author),
    }
}

/// A sentence that this case doesn't have yet, if one is left.
fn unsaid(sentences: &'static [&'static str], said: &mut Vec<&'static str>, dice: &mut Dice) -> &'static str {
    let start = dice.index(sentences.len());
    let mut round = sentences.iter().cycle().skip(start).take(sentences.len());
    let sentence = round.find(|sentence| !said.contains(sentence)).unwrap_or(&sentences[start]);
    said.push(sentence);
    sentence
}

fn author(scene: &Scene<'_>, by_patient: bool, dice: &mut Dice) -> User {
    if by_patient {
        return scene.submitter();
    }
    let own = scene.bones.clinician.filter(|_| dice.per_mille(750));
    user(clinician(own.unwrap_or_else(|| dice.index(12))))
}

fn filled(sentence: &'static str, scene: &Scene<'_>) -> Text {
    if !sentence.contains('{') {
        return Cow::Borrowed(sentence);
    }
    let medicine = scene.bundle.medicines[0].name;
    Cow::Owned(sentence.replace("{first}", &scene.person.first).replace("{medicine}", medicine))
}

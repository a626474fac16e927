//! Names brought to a form in which they can be compared across systems: case, accents, scripts, spellings.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// What stands behind a name and is no part of it.
const SUFFIXES: [&str; 9] = ["jr", "sr", "ii", "iii", "iv", "md", "phd", "esq", "facp"];

/// The words of a name, folded: lower case, no accents, Cyrillic in Latin letters, apostrophes left out, anything else that is no
/// letter or digit taken for a space.
pub(super) fn words(name: &str) -> Vec<String> {
    let folded = folded(name);
    let words: Vec<String> = folded.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect();
    let named: Vec<String> = words.iter().filter(|word| !SUFFIXES.contains(&word.as_str())).cloned().collect();
    // Whoever is called so and nothing else.
    if named.is_empty() { words } else { named }
}

/// A name as [`words`] folds it, in one text.
pub(super) fn folded(name: &str) -> String {
    let mut text = once(name);
    // A letter may hide in another one (a small raised Cyrillic letter): what came out of it is folded as well.
    for _ in 0..4 {
        let again = once(&text);
        if again == text {
            break;
        }
        text = again;
    }
    text
}

fn once(name: &str) -> String {
    let lower: String = name.nfc().flat_map(char::to_lowercase).nfc().collect();
    let letters: Vec<char> = lower.chars().collect();
    let mut text = String::with_capacity(lower.len());
    for (at, &letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| letters.get(at)).copied();
        let begins = before.is_none_or(|before| !before.is_alphanumeric() && !is_apostrophe(before));
        if is_apostrophe(letter) {
            continue;
        }
        if letter == 'г' && before == Some('з') {
            text.push_str("gh");
        } else if let Some(latin) = cyrillic(letter, begins).or_else(|| special(letter)) {
            text.push_str(latin);
        } else {
            for part in std::iter::once(letter).nfkd().filter(|part| !is_combining_mark(*part)) {
                let of_a_name = part.is_alphanumeric() && !is_apostrophe(part);
                text.extend(if of_a_name { part } else { ' ' }.to_lowercase());
            }
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Apostrophes of all kinds, and the letters that are written like one.
fn is_apostrophe(letter: char) -> bool {
    matches!(letter, '\'' | '`' | '´' | '‘' | '’' | '′' | '＇' | 'ʹ' | 'ʻ' | 'ʼ' | 'ʽ' | 'ʾ' | 'ʿ')
}

/// Ukrainian by the table of the Cabinet of Ministers' resolution 55 of 27 January 2010; some letters are written otherwise where
/// a word begins. Among them the letters of Russian and Belarusian that Ukrainian lacks.
fn cyrillic(letter: char, begins: bool) -> Option<&'static str> {
    Some(match letter {
        'а' => "a",
        'б' => "b",
        'в' => "v",
        'г' => "h",
        'ґ' => "g",
        'д' => "d",
        'е' | 'э' | 'ё' => "e",
        'є' => {
            if begins {
                "ye"
            } else {
                "ie"
            }
        }
        'ж' => "zh",
        'з' => "z",
        'и' | 'ы' => "y",
        'і' => "i",
        'ї' => {
            if begins {
                "yi"
            } else {
                "i"
            }
        }
        'й' => {
            if begins {
                "y"
            } else {
                "i"
            }
        }
        'к' => "k",
        'л' => "l",
        'м' => "m",
        'н' => "n",
        'о' => "o",
        'п' => "p",
        'р' => "r",
        'с' => "s",
        'т' => "t",
        'у' | 'ў' => "u",
        'ф' => "f",
        'х' => "kh",
        'ц' => "ts",
        'ч' => "ch",
        'ш' => "sh",
        'щ' => "shch",
        'ю' => {
            if begins {
                "yu"
            } else {
                "iu"
            }
        }
        'я' => {
            if begins {
                "ya"
            } else {
                "ia"
            }
        }
        'ь' | 'ъ' => "",
        _ => return None,
    })
}

/// Latin letters that are not one with an accent.
fn special(letter: char) -> Option<&'static str> {
    Some(match letter {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'đ' | 'ð' => "d",
        'þ' => "th",
        'ł' => "l",
        'ı' => "i",
        'ħ' => "h",
        _ => return None,
    })
}

/// What is common to the usual spellings of a folded word: `Serhii`, `Sergey` and `Serhiy`; `Müller` and `Mueller`; `Oksana` and
/// `Oxana`. Coarse on purpose: who is so like another is told from them by the other evidence, and by a person.
pub(super) fn skeleton(word: &str) -> String {
    let mut text = word.to_owned();
    for (from, to) in [
        ("shch", "sh"),
        ("sch", "sh"),
        ("tch", "ch"),
        ("cz", "ch"),
        ("zgh", "zh"),
        ("kh", "h"),
        ("ph", "f"),
        ("th", "t"),
        ("ck", "k"),
        ("tz", "ts"),
        ("x", "ks"),
        ("w", "v"),
        ("q", "k"),
        ("g", "h"),
        ("y", "i"),
        ("j", "i"),
        ("ae", "a"),
        ("oe", "o"),
        ("ue", "u"),
    ] {
        text = text.replace(from, to);
    }
    let mut letters: Vec<char> = text.chars().collect();
    letters.dedup();
    let text: String = letters.into_iter().collect();
    let text = text.strip_prefix("ie").map_or_else(|| text.clone(), |rest| format!("e{rest}"));
    text.strip_suffix("ei").map_or_else(|| text.clone(), |start| format!("{start}i"))
}

//! Leaving out what was not asked for: `fields` on studies, and `fields.STRUCT`, `fields._top` of the vendor's client.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::form::Form;

/// The struct names of the vendor's models, by the key under which the reply holds them.
const STRUCTS: &[(&str, &str)] = &[
    ("studies", "study"),
    ("cases", "case"),
    ("orders", "order"),
    ("patients", "patient"),
    ("accounts", "account"),
    ("users", "user_account"),
    ("filters", "filter"),
    ("messages", "message"),
    ("qctasks", "qctask"),
    ("sps", "sps"),
    ("comments", "comment"),
    ("customfields", "customfield"),
    ("radreports", "radreport"),
];

/// What a reply is to be cut down to.
#[derive(Debug, Default)]
pub(crate) struct Wishes {
    top: Option<Vec<String>>,
    structs: HashMap<String, Vec<String>>,
}

/// Reads the wishes; a list that is no JSON is as none (inferred).
pub(crate) fn read(form: &Form, path: &str) -> Wishes {
    let list = |name: &str| form.get(name).and_then(|text| serde_json::from_str::<Vec<String>>(text).ok());
    let mut wishes = Wishes { top: list("fields._top"), structs: HashMap::new() };
    for (name, _) in form.pairs() {
        if let Some(of) = name.strip_prefix("fields.").filter(|of| *of != "_top")
            && let Some(fields) = list(name)
        {
            wishes.structs.insert(of.to_ascii_lowercase(), fields);
        }
    }
    if let Some(fields) = list("fields") {
        match path {
            "/study/list" => {
                wishes.structs.insert("study".to_owned(), fields);
            }
            "/study/get" => wishes.top = Some(fields),
            _ => {}
        }
    }
    wishes
}

impl Wishes {
    /// Cuts a reply down. `status` and `page` stay: without them it could not be read (inferred).
    pub(crate) fn cut(&self, reply: &mut Value) {
        let Some(fields) = reply.as_object_mut() else { return };
        if let Some(top) = &self.top {
            fields.retain(|name, _| name == "status" || name == "page" || top.contains(name));
        }
        if !self.structs.is_empty() {
            self.cut_structs(fields);
        }
    }

    fn cut_structs(&self, fields: &mut Map<String, Value>) {
        for (key, name) in STRUCTS {
            let Some(Value::Array(items)) = fields.get_mut(*key) else { continue };
            let wanted = self.structs.get(*name);
            for item in items.iter_mut().filter_map(Value::as_object_mut) {
                if let Some(wanted) = wanted {
                    item.retain(|name, _| wanted.contains(name));
                }
                self.cut_structs(item);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Form, read};

    #[test]
    fn only_what_was_asked_for_is_left() {
        let reply =
            json!({"status": "OK", "page": {"more": 0}, "studies": [{"uuid": "a", "modality": "CT"}], "template": "x"});
        for (wish, left) in [
            (
                json!({"fields.study": "[\"uuid\"]"}),
                json!({"status": "OK", "page": {"more": 0}, "studies": [{"uuid": "a"}], "template": "x"}),
            ),
            (
                json!({"fields": "[\"modality\"]"}),
                json!({"status": "OK", "page": {"more": 0}, "studies": [{"modality": "CT"}], "template": "x"}),
            ),
            (json!({"fields._top": "[\"template\"]"}), json!({"status": "OK", "page": {"more": 0}, "template": "x"})),
        ] {
            let mut cut = reply.clone();
            read(&Form::from_hash(wish.as_object().unwrap()), "/study/list").cut(&mut cut);
            assert_eq!(cut, left, "{wish}");
        }
    }
}

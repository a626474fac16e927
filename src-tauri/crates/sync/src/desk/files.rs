//! Files that somebody picks for an action: looked at, kept encrypted beside it, and from then on named by their hash.

use rounds_domain::{
    declare::{ActionField, FieldKind},
    file::{self, OutFile},
    ids::ItemId,
};
use serde_json::Value;

use super::DeskError;
use crate::{Keep, Rounds};

impl<K: Keep> Rounds<K> {
    /// Keeps what is in a file that somebody picked for the field `key` of an action, and says how the field names it. Nothing is
    /// sent, and what no action or draft names is forgotten again.
    pub async fn keep_file(
        &self,
        item: ItemId,
        action: &str,
        key: &str,
        name: &str,
        content: Vec<u8>,
    ) -> Result<OutFile, DeskError> {
        let stored = self.store.item(item).await?;
        let (_, system) = self.system(&stored.connection.system)?;
        let field = system.action(action).and_then(|declared| declared.fields.iter().find(|field| field.key == key));
        let field = field.ok_or(DeskError::NotFound("A field for this file"))?;
        let kept = OutFile::of(name, &content);
        checked(field, std::slice::from_ref(&kept))?;
        if content.is_empty() {
            return Err(unusable(&kept, "is empty"));
        }
        if !file::begins_as(&kept.media_type, &content) {
            return Err(unusable(&kept, "is not what its name says that it is"));
        }
        self.store.keep_file(item, kept.hash.clone(), content, self.clock.now()).await?;
        Ok(kept)
    }
}

/// A field's files as they go into an action: none, or as many, as long and of such types as are taken.
pub(super) fn field_value(field: &ActionField, value: &Value) -> Result<Option<Value>, DeskError> {
    let files = OutFile::list(value).ok_or_else(|| {
        DeskError::Invalid(format!(
            "\"{}\" wants files, and this names none that is kept here. Pick them again; nothing was sent.",
            field.label
        ))
    })?;
    checked(field, &files)?;
    let value = serde_json::to_value(&files).unwrap_or_default();
    Ok((!files.is_empty()).then_some(value))
}

fn checked(field: &ActionField, files: &[OutFile]) -> Result<(), DeskError> {
    let FieldKind::Files { most, bytes_each, bytes_in_all, media_types } = &field.kind else {
        return Err(DeskError::Invalid(format!("\"{}\" takes no files. Nothing was saved.", field.label)));
    };
    if files.len() > *most as usize {
        return Err(DeskError::Invalid(format!(
            "\"{}\" takes {most} files at most, and these are {}. Nothing was sent.",
            field.label,
            files.len()
        )));
    }
    for file in files {
        if file.name.is_empty() {
            return Err(unusable(file, "has no name"));
        }
        if !media_types.contains(&file.media_type) {
            let endings: Vec<&str> = media_types.iter().flat_map(|kind| file::endings(kind)).copied().collect();
            return Err(unusable(
                file,
                &format!("is of a kind that is not taken here. Taken are: {}", endings.join(", ")),
            ));
        }
        if file.size > *bytes_each {
            return Err(unusable(file, &format!("is longer than {}", megabytes(*bytes_each))));
        }
    }
    if files.iter().map(|file| file.size).sum::<u64>() > *bytes_in_all {
        return Err(DeskError::Invalid(format!(
            "The files of \"{}\" are longer than {} together. Send them in several goes; nothing was sent.",
            field.label,
            megabytes(*bytes_in_all)
        )));
    }
    Ok(())
}

fn unusable(file: &OutFile, why: &str) -> DeskError {
    DeskError::Invalid(format!("“{}” {why}. It was not taken; nothing was sent.", file.name))
}

fn megabytes(bytes: u64) -> String {
    format!("{} MB", bytes >> 20)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn field() -> ActionField {
        ActionField {
            key: "files".into(),
            label: "Files".into(),
            help: String::new(),
            kind: FieldKind::Files {
                most: 2,
                bytes_each: 2 << 20,
                bytes_in_all: 3 << 20,
                media_types: vec!["application/pdf".into(), "text/plain".into()],
            },
            required: false,
            default: None,
        }
    }

    #[test]
    fn what_a_field_takes_is_bounded_by_count_length_and_kind() {
        let file = |name: &str, megabytes: u64| OutFile { size: megabytes << 20, ..OutFile::of(name, b"") };
        for (files, why) in [
            (vec![file("a.pdf", 1), file("b.pdf", 1), file("c.pdf", 1)], "2 files at most"),
            (vec![file("a.pdf", 3)], "longer than 2 MB"),
            (vec![file("a.pdf", 2), file("b.pdf", 2)], "longer than 3 MB together"),
            (vec![file("a.exe", 1)], "Taken are: pdf, txt"),
            (vec![file("", 1)], "has no name"),
        ] {
            let refused = field_value(&field(), &json!(files)).expect_err(why).to_string();
            assert!(refused.contains(why), "{why}: {refused}");
        }
        let fits = json!([file("a.pdf", 2), file("b.txt", 1)]);
        assert_eq!(field_value(&field(), &fits).ok(), Some(Some(fits)));
        assert_eq!(field_value(&field(), &json!([])).ok(), Some(None), "none is nothing");
        for odd in [json!("a.pdf"), json!([1]), json!([{"name": "a.pdf"}]), json!({})] {
            assert!(field_value(&field(), &odd).is_err(), "{odd}");
        }
    }
}

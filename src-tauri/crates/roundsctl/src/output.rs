//! What is printed: one JSON document, or lines for a person.

use std::process::ExitCode;

use serde::Serialize;
use serde_json::json;

use crate::failure::Failure;

/// How to print.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    pub(crate) json: bool,
}

impl Output {
    /// Prints the answer of a command that was done: `value` as JSON, or what `lines` says.
    pub(crate) fn answer<T: Serialize>(self, value: &T, lines: impl FnOnce() -> String) -> Result<(), Failure> {
        if self.json {
            let text = serde_json::to_string_pretty(value)
                .map_err(|error| Failure::other(format!("The answer cannot be written as JSON: {error}.")))?;
            println!("{text}");
        } else {
            let lines = lines();
            if !lines.is_empty() {
                println!("{}", lines.trim_end());
            }
        }
        Ok(())
    }

    /// Prints why a command was not done.
    pub(crate) fn fail(self, failure: &Failure) -> ExitCode {
        if self.json {
            println!("{}", json!({ "error": { "code": failure.code, "message": failure.message } }));
        } else {
            eprintln!("roundsctl: {}", failure.message);
        }
        ExitCode::from(failure.exit)
    }
}

/// Rows under their headings, each column as wide as its widest cell.
pub(crate) fn table(headings: &[&str], rows: &[Vec<String>]) -> String {
    let mut widths: Vec<usize> = headings.iter().map(|heading| heading.chars().count()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let padded: Vec<String> = cells
            .zip(&widths)
            .map(|(cell, width)| format!("{cell}{}", " ".repeat(width - cell.chars().count())))
            .collect();
        padded.join("  ").trim_end().to_owned()
    };
    let mut lines = vec![line(&mut headings.iter().copied())];
    lines.extend(rows.iter().map(|row| line(&mut row.iter().map(String::as_str))));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    #[test]
    fn columns_line_up_in_any_script() {
        let table =
            super::table(&["ID", "NAME"], &[vec!["1".into(), "Мельник".into()], vec!["22".into(), "Ruiz".into()]]);
        assert_eq!(table, "ID  NAME\n1   Мельник\n22  Ruiz");
    }
}

//! What stands in the way of a person who does not see the window, or does not use a mouse: axe-core, in the page.

use serde_json::{Value, json};

use super::{Window, root};

/// One rule of axe-core that the page breaks seriously.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Barrier {
    /// The rule's name, for example `color-contrast`.
    pub rule: String,
    /// What it asks for.
    pub help: String,
    /// The elements that break it, as selectors.
    pub elements: Vec<String>,
}

const ASK: &str = "
    const done = arguments[arguments.length - 1];
    axe.run(document, { resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })
        .then(found => done(found.violations), error => done(String(error)));";

impl Window {
    /// The serious and critical violations of WCAG 2.2 AA in what the window shows now.
    pub async fn barriers(&self) -> Vec<Barrier> {
        let path = root().join("ui/node_modules/axe-core/axe.min.js");
        let axe = std::fs::read_to_string(&path)
            .unwrap_or_else(|error| panic!("{} can't be read ({error}): `npm ci` in ui installs it", path.display()));
        self.script(&axe, vec![]).await;
        let found = match self.client.execute_async(ASK, vec![]).await {
            Ok(Value::Array(found)) => found,
            Ok(other) => panic!("axe-core did not finish: {other}"),
            Err(error) => panic!("axe-core did not finish: {error}"),
        };
        let serious = |one: &&Value| [json!("serious"), json!("critical")].contains(&one["impact"]);
        found.iter().filter(serious).map(barrier).collect()
    }
}

fn barrier(found: &Value) -> Barrier {
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let nodes = found["nodes"].as_array().map(Vec::as_slice).unwrap_or_default();
    Barrier {
        rule: word(&found["id"]),
        help: word(&found["help"]),
        elements: nodes.iter().map(|node| node["target"].to_string()).collect(),
    }
}

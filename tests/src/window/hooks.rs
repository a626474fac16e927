//! Looking at and using what carries a `data-test` hook.

use fantoccini::Locator;
use fantoccini::elements::Element;
use serde_json::{Value, json};
use std::time::Duration;

use super::Window;

/// Slower than a barcode scanner, whose bursts the lock screen refuses; still faster than most people.
const BETWEEN_KEYS: Duration = Duration::from_millis(60);

/// One element as it was at the moment of looking. Lists are drawn anew all the time, so nothing holds on to elements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// What a person reads.
    pub text: String,
    /// Its `data-state`, if it has one.
    pub state: Option<String>,
    /// Its `data-id`, if it has one.
    pub id: Option<String>,
}

const LOOK: &str = "
    return Array.from(document.querySelectorAll(`[data-test='${arguments[0]}']`))
        .filter(element => element.checkVisibility())
        .map(element => [element.innerText, element.dataset.state ?? null, element.dataset.id ?? null]);";

impl Window {
    /// Everything visible under a hook, now.
    pub async fn all(&self, hook: &str) -> Vec<Seen> {
        let word = |value: &Value| value.as_str().map(str::to_owned);
        let found = self.script(LOOK, vec![json!(hook)]).await;
        found
            .as_array()
            .map(|found| {
                let seen = |one: &Value| Seen {
                    text: word(&one[0]).unwrap_or_default().trim().to_owned(),
                    state: word(&one[1]),
                    id: word(&one[2]),
                };
                found.iter().map(seen).collect()
            })
            .unwrap_or_default()
    }

    /// Waits for an element under a hook for which `is` holds. `what` ends the sentence "waited for …".
    pub async fn until_seen(&self, hook: &str, what: &str, is: impl Fn(&Seen) -> bool) -> Seen {
        self.until(&format!("{what} ({hook})"), async || self.all(hook).await.into_iter().find(|seen| is(seen))).await
    }

    /// Waits until something under a hook reads so, among other words.
    pub async fn until_text(&self, hook: &str, text: &str) -> Seen {
        self.until_seen(hook, &format!("«{text}»"), |seen| seen.text.contains(text)).await
    }

    /// Waits until something under a hook is in this state.
    pub async fn until_state(&self, hook: &str, state: &str) -> Seen {
        self.until_seen(hook, &format!("the state {state}"), |seen| seen.state.as_deref() == Some(state)).await
    }

    /// Clicks the first element under a hook, as soon as it can be clicked.
    pub async fn click(&self, hook: &str) {
        self.click_css(&format!("[data-test='{hook}']")).await;
    }

    /// Clicks the element of a list that has this `data-id`.
    pub async fn click_id(&self, hook: &str, id: &str) {
        self.click_css(&format!("[data-test='{hook}'][data-id='{id}']")).await;
    }

    async fn click_css(&self, css: &str) {
        self.until(&format!("{css} to click on"), async || self.element(css).await?.click().await.ok()).await;
    }

    /// Types into a field at a person's pace, over what was there.
    pub async fn type_into(&self, hook: &str, text: &str) {
        let css = format!("[data-test='{hook}']");
        let clear = async || {
            let field = self.element(&css).await?;
            field.click().await.ok()?;
            if field.prop("value").await.ok()?.is_some_and(|value| !value.is_empty()) {
                field.send_keys(SELECT_ALL).await.ok()?;
                field.send_keys(BACKSPACE).await.ok()?;
            }
            Some(field)
        };
        let field = self.until(&format!("{css} to type into"), clear).await;
        for key in text.chars() {
            if let Err(error) = field.send_keys(&key.to_string()).await {
                self.give_up(&format!("{css} takes no more keys: {error}")).await;
            }
            tokio::time::sleep(BETWEEN_KEYS).await;
        }
    }

    /// Presses a key where the focus is; WebDriver's code points, for example [`ENTER`].
    pub async fn press(&self, key: &str) {
        self.until("somewhere to press a key", async || {
            self.client.active_element().await.ok()?.send_keys(key).await.ok()
        })
        .await;
    }

    async fn element(&self, css: &str) -> Option<Element> {
        self.client.find(Locator::Css(css)).await.ok()
    }
}

/// The Enter key.
pub const ENTER: &str = "\u{E007}";
const BACKSPACE: &str = "\u{E003}";
const SELECT_ALL: &str = "\u{E009}a";

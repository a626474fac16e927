//! The real window, driven through WebDriver as a person would use it.
//!
//! A [`Window`] is the built app, its driver and, where there is none, a display of its own. All of it ends with the
//! value, and with the test's process however that ends. The app is `ROUNDS_WINDOW_BINARY`, the driver
//! `ROUNDS_TAURI_DRIVER`, `roundsctl` is `ROUNDS_CTL_BINARY`; `./dev test` sets them. What is missing fails the test.
//!
//! WebKit lets nobody drive a window that is incognito: under `TAURI_WEBVIEW_AUTOMATION=true`, which the driver sets, the
//! shell must open an ordinary one. Without that a session fails to "create a new browsing context".
//!
//! Elements are found by their `data-test` hook, never by their place or their looks.

mod accessibility;
mod display;
mod driver;
mod group;
mod hooks;
mod profile;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use fantoccini::Client;

use self::display::Display;
use self::driver::Driver;

pub use self::accessibility::Barrier;
pub use self::hooks::{ENTER, Seen};
pub use self::profile::Profile;

/// How long a person in a test waits for anything. Far more than it takes: a slow machine is no failure.
pub const PATIENCE: Duration = Duration::from_mins(1);
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// An open window. Its methods panic, saying what was waited for and what was there instead.
pub struct Window {
    name: String,
    client: Client,
    driver: Driver,
    _display: Display,
}

impl Window {
    /// Starts the app with these arguments. `name` names its screenshots and its log.
    pub async fn open<A: AsRef<OsStr>>(name: &str, arguments: &[A]) -> Self {
        let display = Display::open(&shots().join(format!("{name}.display.log")));
        let driver = Driver::start(&display, &shots().join(format!("{name}.log")));
        let arguments = arguments.iter().map(|argument| argument.as_ref().to_string_lossy().into_owned()).collect();
        let client = driver.session(&binary("ROUNDS_WINDOW_BINARY"), arguments).await;
        Self { name: name.to_owned(), client, driver, _display: display }
    }

    /// Closes the window as its close button would, and waits until the app has ended.
    pub async fn close(self) {
        if let Err(error) = self.client.close().await {
            panic!("the window {} did not close: {error}\n{}", self.name, self.driver.log());
        }
    }

    /// Ends the app as a crash or a power cut would: at once, without a word to it.
    pub fn kill(self) {
        drop(self.driver);
    }

    /// The WebDriver session, for what the methods here don't do.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Looks again and again until there is something. `what` ends the sentence "waited for …".
    pub async fn until<T>(&self, what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
        let begun = Instant::now();
        loop {
            if let Some(found) = look().await {
                return found;
            }
            if begun.elapsed() > PATIENCE {
                self.give_up(&format!("waited {} s for {what}", PATIENCE.as_secs())).await;
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }

    /// Waits until the worklist's rows are painted.
    pub async fn until_ready(&self) {
        let ready = async || {
            self.script("return document.documentElement.dataset.ready === 'true'", vec![])
                .await
                .as_bool()
                .filter(|&is| is)
        };
        self.until("painted rows (data-ready on the page)", ready).await;
    }

    /// Saves what the window shows as `target/window-shots/WINDOW-NAME.png`, for a person to look at.
    pub async fn screenshot(&self, name: &str) -> PathBuf {
        let path = shots().join(format!("{}-{name}.png", self.name));
        let picture = self.client.screenshot().await.unwrap_or_else(|error| panic!("no screenshot {name}: {error}"));
        std::fs::write(&path, picture).unwrap_or_else(|error| panic!("{} can't be written: {error}", path.display()));
        path
    }

    /// Runs a script in the page and returns what it returns.
    async fn script(&self, script: &str, arguments: Vec<serde_json::Value>) -> serde_json::Value {
        match self.client.execute(script, arguments).await {
            Ok(value) => value,
            Err(error) => panic!("the window {} does not answer: {error}\n{}", self.name, self.driver.log()),
        }
    }

    /// Fails the test with all that helps to see why.
    async fn give_up(&self, what: &str) -> ! {
        let picture = match self.client.screenshot().await {
            Ok(picture) => {
                let path = shots().join(format!("{}-failed.png", self.name));
                std::fs::write(&path, picture).map_or_else(|error| error.to_string(), |()| path.display().to_string())
            }
            Err(error) => error.to_string(),
        };
        let text = match self.client.execute("return document.body.innerText", vec![]).await {
            Ok(text) => text.as_str().unwrap_or_default().to_owned(),
            Err(error) => error.to_string(),
        };
        panic!("{what}\npicture: {picture}\nthe window reads:\n{text}\n{}", self.driver.log());
    }
}

/// Where screenshots and logs are kept: `target/window-shots` of this checkout.
fn shots() -> PathBuf {
    let shots = root().join("target/window-shots");
    std::fs::create_dir_all(&shots).unwrap_or_else(|error| panic!("{} can't be made: {error}", shots.display()));
    shots
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or_else(|| panic!("tests/ has no parent folder"))
}

/// A program that the environment names.
fn binary(variable: &str) -> PathBuf {
    let Some(path) = std::env::var_os(variable).map(PathBuf::from) else {
        panic!(
            "{variable} is not set: run these tests with `./dev test`, which builds what they need and says where it is"
        );
    };
    assert!(path.is_file(), "{variable} names {}, which is no file: `./dev test` builds it", path.display());
    path
}

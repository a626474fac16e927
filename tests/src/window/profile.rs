//! A profile on disk, made by `roundsctl` as IT staff would make one.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use rounds_simulator::SystemAnnouncement;
use tempfile::TempDir;

use super::binary;

/// A profile that a passphrase opens. Its folder goes with the value.
pub struct Profile {
    folder: TempDir,
}

impl Profile {
    /// A new profile without connections.
    pub fn new(passphrase: &str) -> Self {
        let folder = TempDir::new().unwrap_or_else(|error| panic!("no temporary folder: {error}"));
        let profile = Self { folder };
        profile.write("passphrase", passphrase);
        profile.ctl(["init"]);
        profile
    }

    /// Adds a connection to a system of the simulator, with the acting person that the simulator announces.
    pub fn connect(&self, system: &str, name: &str, announced: &SystemAnnouncement) {
        let secret = self.write("secret.json", &announced.secret.to_string());
        let mut arguments: Vec<String> =
            ["connection", "add", system, "--name", name, "--base-url", &announced.base_url].map(str::to_owned).into();
        for (key, value) in announced.settings.as_object().into_iter().flatten() {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            arguments.extend(["--set".to_owned(), format!("{key}={value}")]);
        }
        arguments.extend(["--secret-file".to_owned(), secret.display().to_string()]);
        self.ctl(arguments);
    }

    /// The profile's folder.
    pub fn path(&self) -> PathBuf {
        self.folder.path().join("profile")
    }

    /// Runs `roundsctl` on this profile and returns what it printed; fails the test if it fails.
    pub fn ctl<A: AsRef<std::ffi::OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> String {
        let mut command = Command::new(binary("ROUNDS_CTL_BINARY"));
        command.arg("--profile").arg(self.path()).arg("--passphrase-file").arg(self.file("passphrase")).args(arguments);
        match command.output() {
            Ok(Output { status, stdout, .. }) if status.success() => String::from_utf8_lossy(&stdout).into_owned(),
            Ok(output) => panic!(
                "{command:?} ended with {}:\n{}{}",
                output.status,
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr)
            ),
            Err(error) => panic!("{command:?} did not run: {error}"),
        }
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.file(name);
        std::fs::write(&path, text).unwrap_or_else(|error| panic!("{} can't be written: {error}", path.display()));
        path
    }

    fn file(&self, name: &str) -> PathBuf {
        Path::new(self.folder.path()).join(name)
    }
}

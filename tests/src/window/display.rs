//! Somewhere for the window to be: the display that is there, or one of our own.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use super::group::Group;

/// A display. One of our own ends with the value.
pub(super) enum Display {
    /// `DISPLAY` was set: a person wants to watch.
    Given,
    /// Xvfb, under a number that was free.
    Own { number: String, _server: Group },
}

impl Display {
    pub(super) fn open(log: &Path) -> Self {
        if std::env::var_os("DISPLAY").is_some_and(|display| !display.is_empty()) {
            return Self::Given;
        }
        let errors = File::create(log).unwrap_or_else(|error| panic!("{} can't be written: {error}", log.display()));
        let mut xvfb = Command::new("Xvfb");
        xvfb.args(["-displayfd", "1", "-screen", "0", "1440x900x24", "-nolisten", "tcp", "-noreset"]);
        let mut server = Group::start(&xvfb, Stdio::piped(), errors.into());

        let mut number = String::new();
        if let Some(output) = server.output() {
            // An error and an empty line mean the same: it did not start.
            let _ = BufReader::new(output).read_line(&mut number);
        }
        let number = number.trim().to_owned();
        assert!(!number.is_empty(), "Xvfb did not start; is it installed (package xvfb)? Its log: {}", log.display());
        Self::Own { number: format!(":{number}"), _server: server }
    }

    /// Tells a program to show itself here.
    pub(super) fn show(&self, program: &mut Command) {
        if let Self::Own { number, .. } = self {
            program.env("DISPLAY", number).env("GDK_BACKEND", "x11").env_remove("WAYLAND_DISPLAY");
        }
    }
}

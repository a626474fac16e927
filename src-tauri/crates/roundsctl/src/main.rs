//! Rounds without a window: the same core for IT staff, scripts and tests. `docs/roundsctl.md` has the stable names.

mod args;
mod command;
mod failure;
mod output;
mod profile;

use std::process::ExitCode;

use clap::Parser;

use crate::{args::Args, failure::Failure, output::Output};

fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args.with_flags_after_fields(),
        // Help and version are no errors.
        Err(error) if error.use_stderr() && std::env::args().any(|word| word == "--json") => {
            let words = error.render().to_string();
            return Output { json: true }.fail(&Failure::usage(words.trim().trim_start_matches("error: ")));
        }
        Err(error) => error.exit(),
    };
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_default_env()
                .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("error")),
        )
        .init();
    let output = Output { json: args.json };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return output.fail(&Failure::other(format!("No runtime could be started: {error}."))),
    };
    match runtime.block_on(command::run(args, output)) {
        Ok(code) => code,
        Err(failure) => output.fail(&failure),
    }
}

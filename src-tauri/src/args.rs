//! What can be said when the app is started.

use std::path::PathBuf;

use clap::Parser;

/// A desktop worklist for clinicians.
#[derive(Debug, Clone, PartialEq, Eq, Parser)]
#[command(name = "rounds", version, about)]
pub(crate) struct Args {
    /// The profile's folder, instead of the one in the user's data folder.
    #[arg(long, value_name = "DIR")]
    pub(crate) profile: Option<PathBuf>,
    /// Made-up patients in a profile of their own, remade at every start.
    #[arg(long)]
    pub(crate) demo: bool,
    /// How many items the demo's systems hold together.
    #[arg(long, value_name = "N", default_value_t = 10_000, requires = "demo",
          value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(crate) items: u32,
    /// For scripts: a file that is written, as `{"rows": N}`, once the whole worklist is in the window.
    #[arg(long, value_name = "PATH", hide = true)]
    pub(crate) ready_file: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Args, clap::error::ErrorKind> {
        Args::try_parse_from(line.split_whitespace()).map_err(|error| error.kind())
    }

    #[test]
    fn a_start_without_words_is_the_persons_own_profile() {
        let args = parse("rounds").unwrap();
        assert_eq!(args, Args { profile: None, demo: false, items: 10_000, ready_file: None });
    }

    #[test]
    fn scripts_can_say_everything() {
        let args = parse("rounds --demo --items 2000 --profile of/hers --ready-file out/ready").unwrap();
        let expected =
            Args { profile: Some("of/hers".into()), demo: true, items: 2000, ready_file: Some("out/ready".into()) };
        assert_eq!(args, expected);
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        use clap::error::ErrorKind::{MissingRequiredArgument, UnknownArgument, ValueValidation};
        for (line, kind) in [
            ("rounds --items 5", MissingRequiredArgument),
            ("rounds --demo --items 0", ValueValidation),
            ("rounds --demo --items many", ValueValidation),
            ("rounds --passphrase demo", UnknownArgument),
        ] {
            assert_eq!(parse(line), Err(kind), "{line}");
        }
    }
}

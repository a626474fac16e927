//! What can be said on the command line.

use std::path::{Path, PathBuf};

use clap::{Parser, Subcommand, ValueEnum};

/// Rounds without a window.
#[derive(Debug, Parser)]
#[command(
    name = "roundsctl",
    version,
    about = "Rounds without a window: connect, sync, list, act, outbox, doctor",
    after_help = "Exit status: 0 done · 1 anything else · 2 usage · 3 locked or wrong key · 4 something waits for a person · \
                  5 a remote was unreachable or refused the sign-in (the others were still done) · 6 profile in use"
)]
pub(crate) struct Args {
    /// The profile's folder.
    #[arg(long, value_name = "DIR", global = true)]
    pub(crate) profile: Option<PathBuf>,
    /// A file whose first line is the passphrase; without it the keychain of the operating system is asked.
    #[arg(long, value_name = "F", global = true)]
    pub(crate) passphrase_file: Option<PathBuf>,
    /// Print one JSON document with stable names.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

impl Args {
    /// The profile's folder; commands that need one are refused before they ask.
    pub(crate) fn folder(&self) -> &Path {
        self.profile.as_deref().unwrap_or(Path::new(""))
    }

    /// The fields of an action are the system's own and taken as they come; `--json` at their end is still ours.
    pub(crate) fn with_flags_after_fields(mut self) -> Self {
        if let Command::Act { fields, .. } | Command::Create { fields, .. } = &mut self.command
            && fields.last().is_some_and(|word| word == "--json")
        {
            fields.pop();
            self.json = true;
        }
        self
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a new profile.
    Init,
    /// Name the kinds of systems, with their settings, secrets and actions.
    Systems,
    /// Add, check, change or remove connections.
    #[command(subcommand)]
    Connection(ConnectionCommand),
    /// Pull, then work on the outbox until nothing more can be done now.
    Sync {
        /// Only this connection.
        #[arg(long, value_name = "N")]
        connection: Option<String>,
        /// Read everything again, not only the newest and what is still open.
        #[arg(long)]
        full: bool,
    },
    /// List the worklist.
    List {
        /// The filter, as in the window's search box.
        #[arg(long, value_name = "Q", default_value = "")]
        query: String,
        /// work, patient, title, status, assignee, created, updated or due; with a minus before it the other way round.
        #[arg(long, value_name = "S", default_value = "work", allow_hyphen_values = true)]
        sort: String,
        /// How many rows at most.
        #[arg(long, value_name = "N", default_value_t = 50)]
        limit: u32,
    },
    /// Show one item: by Rounds' own id, or as system:external-id.
    Show {
        item: String,
        /// The remote's own JSON instead.
        #[arg(long)]
        raw: bool,
    },
    /// Ask a connection's system for what bears a number, such as a scanned accession number, and keep it.
    LookUp {
        /// The connection's name.
        connection: String,
        number: String,
    },
    /// Do something with an item: the fields of the action follow as --field value; a yes-or-no field is yes when named.
    Act {
        item: String,
        action: String,
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        fields: Vec<String>,
    },
    /// Do something at a connection where no item stands yet, such as making a case: the fields follow as --field value, those of a
    /// group as --group.field value, those of the first of a list as --list.1.field value.
    Create {
        /// The connection's name.
        connection: String,
        action: String,
        /// A JSON file with fields, which those on the command line are laid over. What is secret is taken from here alone.
        #[arg(long, value_name = "F")]
        fields_file: Option<PathBuf>,
        /// The id of an action that this one corrects: that one is given up as this one is saved.
        #[arg(long, value_name = "ID")]
        instead: Option<String>,
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        fields: Vec<String>,
    },
    /// The same person in other systems: what is proposed, and what you decide about it.
    #[command(subcommand)]
    Same(SameCommand),
    /// Say whose an item is, by the patient's id at its system: kept once its system shows it among that patient's. Or, by an item
    /// of another system, that both patients are one person: the same as `same confirm`.
    Link {
        item: String,
        #[arg(value_name = "PATIENT or OTHER")]
        other: String,
    },
    /// Read an item again and list its files; or fetch one of them and save it.
    Attachment {
        item: String,
        /// Which file, by its id; without one they are listed.
        #[arg(requires = "out")]
        attachment: Option<String>,
        /// Where to; an existing file is not replaced.
        #[arg(long, value_name = "FILE", requires = "attachment")]
        out: Option<PathBuf>,
        /// List them.
        #[arg(long, conflicts_with_all = ["attachment", "out"])]
        list: bool,
    },
    /// List what is not settled.
    Outbox {
        /// The receipts of the last 30 days too.
        #[arg(long)]
        all: bool,
    },
    /// Try or look again now; what was refused is done again as a new action.
    Retry { id: String },
    /// Give an action up.
    Discard {
        id: String,
        /// Why.
        #[arg(long, value_name = "R")]
        reason: String,
    },
    /// Settle a conflict.
    Resolve {
        id: String,
        /// Do mine on what is there now, or leave what is there.
        #[arg(long)]
        keep: Keep,
    },
    /// Check the profile and say what is wrong with it.
    Doctor,
    /// Read what was not sent yet out of a damaged profile into a new one. The damaged files are only read.
    Salvage {
        /// The new profile's folder; it is unlocked like the damaged one.
        #[arg(long, value_name = "NEWDIR")]
        into: PathBuf,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Keep {
    Mine,
    Theirs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SameCommand {
    /// List the pairs that nobody decided about yet, the most convincing first.
    List {
        /// How many pairs at most.
        #[arg(long, value_name = "N", default_value_t = 50)]
        limit: u32,
    },
    /// Show who the patient of an item is in other systems: confirmed, and proposed with the evidence.
    Show { item: String },
    /// Say that the patients of two items are one person. Nothing is merged.
    Confirm { item: String, other: String },
    /// Say that they are not: they are not proposed again.
    Refuse { item: String, other: String },
    /// Undo what was decided about them.
    Undo { item: String, other: String },
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConnectionCommand {
    /// Add a connection. Nothing is sent yet.
    Add {
        /// carevalidate, ambra, illumina, ehealth or lims, as far as `systems` names them.
        system: String,
        #[arg(long, value_name = "N")]
        name: String,
        #[arg(long, value_name = "URL")]
        base_url: String,
        /// A setting; may be repeated.
        #[arg(long, value_name = "KEY=VALUE")]
        set: Vec<String>,
        /// A JSON file with the secrets, by the keys that the system declares.
        #[arg(long, value_name = "F")]
        secret_file: PathBuf,
    },
    /// Say how every connection stands.
    List,
    /// Sign in and say how it went.
    Test { name: String },
    /// Change settings or secrets.
    Set {
        name: String,
        /// A setting; an empty value goes back to the default.
        #[arg(long, value_name = "KEY=VALUE")]
        set: Vec<String>,
        #[arg(long, value_name = "F")]
        secret_file: Option<PathBuf>,
        #[arg(long, value_name = "URL")]
        base_url: Option<String>,
    },
    /// Sign in, and let what waited for it go on.
    SignIn {
        name: String,
        /// A one-time number that the system sent.
        #[arg(long, value_name = "P")]
        pin: Option<String>,
    },
    /// Remove a connection with everything that came from it; refused while it has unsettled actions.
    Remove { name: String },
    /// List the records that could not be read.
    Rejected { name: String },
}

//! `./dev kills`: the kill matrix, as the table of `docs/reliability.md`.

use std::{path::Path, process::ExitCode};

use rounds_tests::kills::{Failure, Line, Wish, matrix, work};

const HELP: &str = "kills [--system S] [--action A] [--every N]

--system S   of one system alone
--action A   of one action alone
--every N    at every N-th point (1: at all of them)";

fn wish() -> Result<Option<Wish>, Failure> {
    let mut wish = Wish { system: None, action: None, every: 1 };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("{word} wants a value\n{HELP}"));
        match word.as_str() {
            "--system" => wish.system = Some(value()?),
            "--action" => wish.action = Some(value()?),
            "--every" => wish.every = value()?.parse::<usize>()?.max(1),
            "--help" | "-h" => return Ok(None),
            other => return Err(format!("{other} is not known\n{HELP}").into()),
        }
    }
    Ok(Some(wish))
}

async fn all(wish: Wish) -> Result<bool, Failure> {
    println!("{}", Line::head());
    let lines = matrix(&std::env::current_exe()?, &wish, |line| println!("{line}")).await?;
    let broken: Vec<&String> = lines.iter().flat_map(|line| &line.broken).collect();
    for broken in &broken {
        eprintln!("{broken}");
    }
    println!("\n{} kills", lines.iter().map(Line::kills).sum::<usize>());
    Ok(broken.is_empty())
}

fn run() -> Result<bool, Failure> {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, word, folder, end_at @ ..] = arguments.as_slice()
        && word == "--work"
    {
        // One thread: whoever stops at a point stops everything.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let end_at = end_at.first().map(|at| at.parse()).transpose()?;
        println!("{}", runtime.block_on(work(Path::new(folder), end_at))?);
        return Ok(true);
    }
    let Some(wish) = wish()? else {
        println!("{HELP}");
        return Ok(true);
    };
    tokio::runtime::Runtime::new()?.block_on(all(wish))
}

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

//! `rounds-simulator --port P --seed N --items K [--system S] [--kind]`: the simulator as a process of its own.
//!
//! The first line on stdout is the announcement, one JSON object; Ctrl-C or SIGTERM ends it.

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use rounds_simulator::{EndRequest, Options, Simulator, Temperament};

/// The remote systems of Rounds as servers on the loopback, with made-up people and faults on demand.
#[derive(Parser)]
#[command(name = "rounds-simulator", version)]
struct Arguments {
    /// Port of the control door, with the systems on the ports after it; 0 takes free ones
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Same seed, same data
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many items over all systems
    #[arg(long, default_value_t = 200)]
    items: usize,
    /// Serve only this system (may be repeated)
    #[arg(long = "system", value_name = "SYSTEM")]
    systems: Vec<String>,
    /// No drift, listed by time, writes visible at once
    #[arg(long)]
    kind: bool,
    /// The moment before which all data was made (RFC 3339); default: the start of today, UTC
    #[arg(long, value_name = "TIME")]
    now: Option<chrono::DateTime<chrono::Utc>>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let options = Options {
        seed: arguments.seed,
        items: arguments.items,
        port: arguments.port,
        systems: arguments.systems,
        temperament: if arguments.kind { Temperament::Kind } else { Temperament::Unkind },
        now: arguments.now,
        ..Options::default()
    };
    match serve(options).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("rounds-simulator: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(options: Options) -> Result<(), Box<dyn std::error::Error>> {
    let end = EndRequest::listen()?;
    let running = Simulator::start(options).await?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", serde_json::to_string(&running.announcement)?)?;
    out.flush()?;
    drop(out);
    end.came().await?;
    running.stop().await;
    Ok(())
}

//! The kill matrix: the real sync process, ended by SIGKILL at every commit, every send and every reply, for every action that a
//! system declares, against that system's simulator over HTTP (`docs/reliability.md`).
//!
//! A desk does one thing offline and stops. A copy of its profile is given to a process ([`work`]) that is killed at one point, and
//! then to another that may finish. What it all came to is read from the outbox and from the simulator's own record.

mod desk;
mod form;
mod line;
mod needs;
mod work;

use std::{io, path::Path, process::ExitStatus};

use rounds_domain::{action::Proof, declare::ActionDeclaration};
use rounds_remote::registry::{Kind, SHIPPED};
use serde::Deserialize;
use tokio::process::Command;

use self::{desk::Desk, line::Came};
pub use self::{line::Line, work::work};

/// Why the matrix cannot be made.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Which part of the matrix is wanted.
#[derive(Debug, Clone)]
pub struct Wish {
    /// Of this system alone.
    pub system: Option<String>,
    /// Of this action alone.
    pub action: Option<String>,
    /// Every so many points; 1 is all of them.
    pub every: usize,
}

/// What a worker says at its end.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Said {
    /// The state and the kind of reason of each action in the outbox.
    outbox: Vec<(String, Option<String>)>,
    /// Points that it went through.
    points: usize,
}

/// Makes the matrix, several systems side by side; `told` is called with each line as it is done. `worker` is the program whose
/// `main` calls [`work`].
pub async fn matrix(worker: &Path, wish: &Wish, told: impl Fn(&Line) + Send + Sync) -> Result<Vec<Line>, Failure> {
    let wanted = |kind: &&Kind| wish.system.as_ref().is_none_or(|name| *name == (kind.declare)().name);
    let told = &told;
    let systems = SHIPPED.iter().filter(wanted).map(|kind| async move {
        let system = (kind.declare)();
        let mut lines = Vec::new();
        let wanted = |one: &&ActionDeclaration| wish.action.as_ref().is_none_or(|name| *name == one.name);
        let in_reach = |one: &&ActionDeclaration| !needs::is_out_of_reach(&system.name, &one.name);
        for action in system.actions.iter().filter(wanted).filter(in_reach) {
            let line = of_action(worker, &system.name, action, wish.every)
                .await
                .map_err(|error| format!("{} {}: {error}", system.name, action.name))?;
            told(&line);
            lines.push(line);
        }
        Ok::<_, Failure>(lines)
    });
    let mut all = Vec::new();
    for lines in futures::future::join_all(systems).await {
        all.extend(lines?);
    }
    Ok(all)
}

/// Every point of one action.
async fn of_action(worker: &Path, system: &str, action: &ActionDeclaration, every: usize) -> Result<Line, Failure> {
    let desk = Desk::with(system, action).await?;
    let mut line = Line::new(system, &action.name, action.proof);
    let undisturbed = desk.copy()?;
    let (_, said) = run(worker, undisturbed.path(), None).await?;
    let said = said.ok_or("it does not come to its end when nobody kills it")?;
    let came = Came::of(&said.outbox, desk.effects());
    if came != Came::Confirmed {
        return Err(format!("undisturbed it ends as {came:?}").into());
    }
    for at in (1..=said.points).filter(|at| (at - 1) % every == 0) {
        desk.reset()?;
        let profile = desk.copy()?;
        let (status, ended) = run(worker, profile.path(), Some(at)).await?;
        if ended.is_none() && !was_killed(status) {
            return Err(format!("killed at point {at} it ended with {status}").into());
        }
        // What it had sent arrives.
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        let (status, said) = run(worker, profile.path(), None).await?;
        let said = said.ok_or_else(|| format!("after a kill at point {at} it ends with {status}"))?;
        line.add(at, Came::of(&said.outbox, desk.effects()));
    }
    Ok(line)
}

async fn run(worker: &Path, profile: &Path, end_at: Option<usize>) -> Result<(ExitStatus, Option<Said>), io::Error> {
    let mut command = Command::new(worker);
    command.arg("--work").arg(profile).kill_on_drop(true);
    if let Some(at) = end_at {
        command.arg(at.to_string());
    }
    let output = command.output().await?;
    io::Write::write_all(&mut io::stderr(), &output.stderr)?;
    let said = if output.status.success() { serde_json::from_slice(&output.stdout).ok() } else { None };
    Ok((output.status, said))
}

#[cfg(unix)]
fn was_killed(status: ExitStatus) -> bool {
    use std::os::unix::process::ExitStatusExt;
    status.signal() == Some(9)
}

#[cfg(not(unix))]
fn was_killed(status: ExitStatus) -> bool {
    !status.success()
}

/// Whether an action of this kind may end as a question after a kill: only where nothing can be looked for, or what is there cannot
/// be told from somebody else's.
fn may_ask(proof: Proof) -> bool {
    !matches!(proof, Proof::Comment | Proof::ClientField)
}

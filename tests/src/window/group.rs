//! A program and all that it starts, ended together.

use std::process::{Child, ChildStdout, Command, Stdio};

/// The program runs in a process group whose leader waits for this process: when the pipe between them closes, because
/// the value was dropped or because the test was killed, the leader ends the whole group. Nothing is left behind to
/// hold a port or a display. The leader lets go of the output, so that it ends when the program does.
const LEADER: &str = r#"
"$@" </dev/null &
exec >/dev/null 2>&1
read -r _
kill -KILL 0
"#;

/// A running program with everything it started.
#[derive(Debug)]
pub(super) struct Group {
    leader: Child,
}

impl Group {
    /// Starts a program. What `command` sets of environment, output and arguments holds for it.
    pub(super) fn start(command: &Command, output: Stdio, errors: Stdio) -> Self {
        use std::os::unix::process::CommandExt as _;

        let mut leader = Command::new("sh");
        leader.args(["-c", LEADER, "sh"]).arg(command.get_program()).args(command.get_args());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => leader.env(name, value),
                None => leader.env_remove(name),
            };
        }
        leader.stdin(Stdio::piped()).stdout(output).stderr(errors).process_group(0);
        match leader.spawn() {
            Ok(leader) => Self { leader },
            Err(error) => panic!("{} could not be started: {error}", command.get_program().display()),
        }
    }

    /// What the program prints, if its output was a pipe.
    pub(super) fn output(&mut self) -> Option<ChildStdout> {
        self.leader.stdout.take()
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        drop(self.leader.stdin.take());
        // The leader ends by its own signal; there is nothing to do about a failure to wait for it.
        let _ = self.leader.wait();
    }
}

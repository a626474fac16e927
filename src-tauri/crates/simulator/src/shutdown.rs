//! Waiting for Ctrl-C or SIGTERM.

use std::io;

/// Returns when the process is asked to end.
///
/// # Errors
/// When the signal handlers can't be set up.
pub async fn asked_to_end() -> io::Result<()> {
    #[cfg(unix)]
    {
        let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        tokio::select! {
            done = tokio::signal::ctrl_c() => done,
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}

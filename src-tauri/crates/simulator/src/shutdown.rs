//! Waiting for Ctrl-C or SIGTERM.

use std::io;

/// Listens for the request to end. Made before anybody is told that the process runs, so that no request is too early.
#[derive(Debug)]
pub struct EndRequest {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl EndRequest {
    /// From now on Ctrl-C and SIGTERM no longer end the process by themselves. Needs a tokio runtime.
    ///
    /// # Errors
    /// When the signal handlers can't be set up.
    #[cfg(unix)]
    pub fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    /// Ctrl-C is only heard from [`Self::came`] on here.
    ///
    /// # Errors
    /// None on this system.
    #[cfg(not(unix))]
    pub fn listen() -> io::Result<Self> {
        Ok(Self {})
    }

    /// Returns when the process is asked to end.
    ///
    /// # Errors
    /// When the request can't be listened for on this system.
    pub async fn came(mut self) -> io::Result<()> {
        #[cfg(unix)]
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
        #[cfg(not(unix))]
        tokio::signal::ctrl_c().await?;
        Ok(())
    }
}

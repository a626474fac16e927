//! One system on its own port, which can be brought down and up again.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use tokio::net::{TcpListener, TcpSocket};
use tokio::task::JoinHandle;

use crate::faults::Faults;
use crate::line::{Door, Line, Lines};

/// A listener on the loopback and what it serves.
pub(crate) struct Station {
    name: &'static str,
    port: u16,
    router: Router,
    lines: Lines,
    faults: Option<Arc<Faults>>,
    state: Mutex<State>,
}

enum State {
    Up(JoinHandle<io::Result<()>>),
    /// The socket is bound but does not listen: connections are refused and the port stays ours.
    Down(Option<TcpSocket>),
}

impl Station {
    /// Binds the port (0 for a free one) and serves the router on it. Needs a tokio runtime.
    pub(crate) fn open(name: &'static str, port: u16, faults: Option<Arc<Faults>>, router: Router) -> io::Result<Self> {
        let listener = bound(port)?.listen(1024)?;
        let station = Self {
            name,
            port: listener.local_addr()?.port(),
            router,
            lines: Lines::default(),
            faults,
            state: Mutex::new(State::Down(None)),
        };
        station.set(State::Up(station.serve(listener)));
        Ok(station)
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn lines(&self) -> &Lines {
        &self.lines
    }

    pub(crate) fn is_up(&self) -> bool {
        matches!(*self.state.lock().unwrap_or_else(PoisonError::into_inner), State::Up(_))
    }

    /// Closes the listener and cuts every connection: from now on connections are refused.
    pub(crate) async fn down(&self) -> io::Result<()> {
        let State::Up(task) = self.set(State::Down(None)) else {
            return Ok(());
        };
        task.abort();
        let _ = task.await;
        self.lines.cut_all();
        self.set(State::Down(Some(bound_again(self.port).await?)));
        Ok(())
    }

    /// Listens on the same port again.
    pub(crate) fn up(&self) -> io::Result<()> {
        if self.is_up() {
            return Ok(());
        }
        let kept = match self.set(State::Down(None)) {
            State::Down(Some(socket)) => socket,
            _ => bound(self.port)?,
        };
        let listener = kept.listen(1024)?;
        self.set(State::Up(self.serve(listener)));
        Ok(())
    }

    /// Ends for good; the port is free when this returns.
    pub(crate) async fn end(&self) {
        if let State::Up(task) = self.set(State::Down(None)) {
            task.abort();
            let _ = task.await;
        }
        self.lines.cut_all();
    }

    /// Ends for good, without waiting.
    pub(crate) fn close(&self) {
        if let State::Up(task) = self.set(State::Down(None)) {
            task.abort();
        }
        self.lines.cut_all();
    }

    fn set(&self, state: State) -> State {
        std::mem::replace(&mut *self.state.lock().unwrap_or_else(PoisonError::into_inner), state)
    }

    fn serve(&self, listener: TcpListener) -> JoinHandle<io::Result<()>> {
        let door = Door {
            listener,
            lines: self.lines.clone(),
            faults: self.faults.as_ref().map(|faults| (self.name, Arc::clone(faults))),
        };
        let service = self.router.clone().into_make_service_with_connect_info::<Line>();
        tokio::spawn(async move { axum::serve(door, service).await })
    }
}

/// Binds a port that was ours a moment ago. A child process that is just being started holds a copy of the old listener
/// until it runs its own program, so the port may stay taken for some milliseconds.
async fn bound_again(port: u16) -> io::Result<TcpSocket> {
    for _ in 0..200 {
        match bound(port) {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            done => return done,
        }
    }
    bound(port)
}

fn bound(port: u16) -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))?;
    Ok(socket)
}

//! One TCP connection that can be cut from outside, at once or after so many bytes of reply.

use std::io::{Error, ErrorKind, IoSlice, Result};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::IncomingStream;
use futures::task::AtomicWaker;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

use crate::faults::Faults;

const UNLIMITED: i64 = i64::MAX;

/// The handle of one connection; clones are the same connection.
#[derive(Clone, Debug)]
pub(crate) struct Line(Arc<Held>);

#[derive(Debug)]
struct Held {
    cut: AtomicBool,
    busy: AtomicBool,
    allowance: AtomicI64,
    reader: AtomicWaker,
    writer: AtomicWaker,
    gone: Notify,
}

impl Line {
    fn new() -> Self {
        Self(Arc::new(Held {
            cut: AtomicBool::new(false),
            busy: AtomicBool::new(false),
            allowance: AtomicI64::new(UNLIMITED),
            reader: AtomicWaker::new(),
            writer: AtomicWaker::new(),
            gone: Notify::new(),
        }))
    }

    /// Cuts the connection now, with a reset: nothing more is read or written.
    pub(crate) fn cut(&self) {
        self.0.cut.store(true, Ordering::SeqCst);
        self.0.reader.wake();
        self.0.writer.wake();
        self.0.gone.notify_waiters();
    }

    /// Lets this many more bytes out, then cuts.
    pub(crate) fn cut_after(&self, bytes: u64) {
        self.0.allowance.store(i64::try_from(bytes).unwrap_or(UNLIMITED - 1), Ordering::SeqCst);
    }

    pub(crate) fn set_busy(&self, busy: bool) {
        self.0.busy.store(busy, Ordering::SeqCst);
    }

    /// Returns when the connection was cut or closed, or after ten minutes.
    pub(crate) async fn held_until_gone(&self) {
        let gone = self.0.gone.notified();
        if !self.is_cut() {
            let _ = tokio::time::timeout(Duration::from_mins(10), gone).await;
        }
    }

    fn is_cut(&self) -> bool {
        self.0.cut.load(Ordering::SeqCst)
    }
}

/// Every open connection of one listener.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lines(Arc<Mutex<Vec<Weak<Held>>>>);

impl Lines {
    fn add(&self, line: &Line) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.retain(|held| held.strong_count() > 0);
        lines.push(Arc::downgrade(&line.0));
    }

    fn each(&self, act: impl Fn(&Line)) {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        lines.iter().filter_map(Weak::upgrade).map(Line).for_each(|line| act(&line));
    }

    pub(crate) fn cut_all(&self) {
        self.each(Line::cut);
    }

    /// Cuts the kept-alive connections on which nothing is being answered.
    pub(crate) fn cut_idle(&self) {
        self.each(|line| {
            if !line.0.busy.load(Ordering::SeqCst) {
                line.cut();
            }
        });
    }
}

/// A stream that obeys its line.
#[derive(Debug)]
pub(crate) struct Wire {
    stream: TcpStream,
    line: Line,
}

fn reset() -> Error {
    Error::new(ErrorKind::ConnectionReset, "cut by the simulator")
}

impl AsyncRead for Wire {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<Result<()>> {
        let wire = self.get_mut();
        wire.line.0.reader.register(cx.waker());
        if wire.line.is_cut() {
            return Poll::Ready(Err(reset()));
        }
        Pin::new(&mut wire.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<Result<usize>> {
        let wire = self.get_mut();
        wire.line.0.writer.register(cx.waker());
        let allowance = wire.line.0.allowance.load(Ordering::SeqCst);
        if wire.line.is_cut() || allowance <= 0 {
            wire.line.cut();
            return Poll::Ready(Err(reset()));
        }
        let allowed = buf.len().min(usize::try_from(allowance).unwrap_or(usize::MAX));
        let written = Pin::new(&mut wire.stream).poll_write(cx, &buf[..allowed]);
        if let Poll::Ready(Ok(count)) = written
            && allowance != UNLIMITED
        {
            wire.line.0.allowance.fetch_sub(i64::try_from(count).unwrap_or_default(), Ordering::SeqCst);
        }
        written
    }

    fn poll_write_vectored(self: Pin<&mut Self>, cx: &mut Context<'_>, bufs: &[IoSlice<'_>]) -> Poll<Result<usize>> {
        if self.line.0.allowance.load(Ordering::SeqCst) == UNLIMITED && !self.line.is_cut() {
            let wire = self.get_mut();
            wire.line.0.writer.register(cx.waker());
            return Pin::new(&mut wire.stream).poll_write_vectored(cx, bufs);
        }
        let first = bufs.iter().find(|buf| !buf.is_empty()).map_or(&[][..], |buf| buf);
        self.poll_write(cx, first)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        let wire = self.get_mut();
        if wire.line.is_cut() {
            return Poll::Ready(Err(reset()));
        }
        Pin::new(&mut wire.stream).poll_shutdown(cx)
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        if self.line.is_cut() {
            // Closing then sends RST instead of FIN. If the option can't be set, a FIN without a reply cuts as well.
            let _ = self.stream.set_zero_linger();
        }
        self.line.0.gone.notify_waiters();
    }
}

/// A listener whose connections are [`Wire`]s, and that refuses while a `refuse` fault says so.
pub(crate) struct Door {
    pub(crate) listener: TcpListener,
    pub(crate) lines: Lines,
    /// Faults to ask before a byte is read; none for the control door.
    pub(crate) faults: Option<(&'static str, Arc<Faults>)>,
}

impl axum::serve::Listener for Door {
    type Io = Wire;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Wire, SocketAddr) {
        loop {
            let Ok((stream, address)) = self.listener.accept().await else {
                // Out of descriptors or a peer that left: the next one may do better.
                tokio::time::sleep(Duration::from_millis(20)).await;
                continue;
            };
            if let Some((system, faults)) = &self.faults
                && faults.strike_connection(system)
            {
                let _ = stream.set_zero_linger();
                continue;
            }
            let _ = stream.set_nodelay(true);
            let line = Line::new();
            self.lines.add(&line);
            return (Wire { stream, line }, address);
        }
    }

    fn local_addr(&self) -> Result<SocketAddr> {
        self.listener.local_addr()
    }
}

impl Connected<IncomingStream<'_, Door>> for Line {
    fn connect_info(stream: IncomingStream<'_, Door>) -> Self {
        stream.io().line.clone()
    }
}

//! A server of a few lines that answers each connection with what a test wrote down.

use std::sync::{Arc, Mutex};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// What happens on one connection.
pub(crate) enum Script {
    /// The request is read, these bytes are sent, and the connection is closed.
    Reply(Vec<u8>),
    /// The same, and the connection stays open without another byte.
    ReplyAndHold(Vec<u8>),
    /// The connection is reset before the request is read.
    Reset,
}

/// The server. It answers as many connections as it has scripts, in order.
pub(crate) struct Server {
    /// Where it is.
    pub(crate) base: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Starts one.
    pub(crate) async fn start(scripts: Vec<Script>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&requests);
        tokio::spawn(async move {
            let mut held = Vec::new();
            for script in scripts {
                let Ok((mut stream, _)) = listener.accept().await else { return };
                match script {
                    // Closing with unread bytes resets the connection.
                    Script::Reset => {
                        let _ = stream.read_u8().await;
                        heard.lock().expect("the lock").push("(reset)".into());
                    }
                    Script::Reply(bytes) => {
                        let asked = asked(&listener, &mut stream).await;
                        heard.lock().expect("the lock").push(asked);
                        let _ = stream.write_all(&bytes).await;
                        let _ = stream.shutdown().await;
                    }
                    Script::ReplyAndHold(bytes) => {
                        let asked = asked(&listener, &mut stream).await;
                        heard.lock().expect("the lock").push(asked);
                        let _ = stream.write_all(&bytes).await;
                        held.push(stream);
                    }
                }
            }
            std::future::pending::<()>().await;
        });
        Self { base, requests }
    }

    /// What was asked so far: each request from its first line to the end of its body.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().expect("the lock").clone()
    }
}

/// What is asked on this connection, or on the next one that asks anything.
async fn asked(listener: &TcpListener, stream: &mut TcpStream) -> String {
    loop {
        let asked = request(stream).await;
        if !asked.is_empty() {
            return asked;
        }
        let Ok((next, _)) = listener.accept().await else { return asked };
        *stream = next;
    }
}

async fn request(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some(end) = text.find("\r\n\r\n") {
            let length = text
                .lines()
                .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok())
                .unwrap_or(0);
            if bytes.len() >= end + 4 + length {
                return text;
            }
        }
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => return text,
            Ok(read) => bytes.extend_from_slice(&buffer[..read]),
        }
    }
}

/// A whole reply.
pub(crate) fn reply(status: u16, headers: &str, body: &str) -> Script {
    Script::Reply(head(status, headers, body.len(), body))
}

/// A JSON reply.
pub(crate) fn json(status: u16, body: &str) -> Script {
    reply(status, "content-type: application/json\r\n", body)
}

/// The bytes of a reply that promises `length` bytes of body, whatever it has.
pub(crate) fn head(status: u16, headers: &str, length: usize, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status} X\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}").into_bytes()
}

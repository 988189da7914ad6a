//! Feeds recorded IMAP responses to the sorter and the decoders, and tells how they took it. Started by
//! `cargo xtask corpus`.
//!
//! Argument: a file of JSON lines, each with `response` or, where it is not text, `response_b64`. Output: one JSON
//! object. Each response must end in a value or an error: a panic or a hang is a fault.
#![expect(clippy::print_stdout, reason = "a command-line program talks on stdout")]

use anyhow::{Context as _, Result};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde::{Deserialize, Serialize};
use std::{
    env, fs, io,
    pin::Pin,
    sync::mpsc::{self, RecvTimeoutError},
    task::{Context, Poll},
    thread,
    time::Duration,
};
use surat_proxy::imap::{decode, sorter::Sorter};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf};

/// A response takes microseconds; what is not done by now never will be.
const PATIENCE: Duration = Duration::from_secs(10);

/// How many octets the socket gives at once: sorting must not depend on it.
const CHUNKS: [usize; 3] = [1, 7, usize::MAX];

#[derive(Deserialize)]
struct Recorded {
    id: String,
    response: Option<String>,
    response_b64: Option<String>,
}

#[derive(Default, Serialize)]
struct Report {
    responses: usize,
    values: usize,
    errors: usize,
    panics: usize,
    hangs: usize,
    /// Which responses panicked or hung.
    faults: Vec<String>,
}

fn main() -> Result<()> {
    let path = env::args().nth(1).context("the file with the responses is missing")?;
    let text = fs::read_to_string(&path).with_context(|| format!("Read {path}"))?;
    let mut report = Report::default();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let recorded: Recorded = serde_json::from_str(line).context("Understand a line")?;
        feed(&mut report, &recorded.id, octets(&recorded)?);
    }
    println!("{}", serde_json::to_string(&report).context("Write the report")?);
    Ok(())
}

fn octets(recorded: &Recorded) -> Result<Vec<u8>> {
    match (&recorded.response, &recorded.response_b64) {
        (Some(text), _) => Ok(text.clone().into_bytes()),
        (None, Some(base64)) => BASE64_STANDARD
            .decode(base64)
            .with_context(|| format!("Decode {}", recorded.id)),
        (None, None) => anyhow::bail!("{} has no response", recorded.id),
    }
}

/// In a thread of its own, so that a panic or a hang of one response is seen and the next one still has its turn.
fn feed(report: &mut Report, id: &str, octets: Vec<u8>) {
    report.responses += 1;
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let is_value = decode::response(&octets).is_ok();
        for chunk in CHUNKS {
            sort(&octets, chunk);
        }
        // The receiver has gone only when we took too long.
        let _ = sender.send(is_value);
    });
    match receiver.recv_timeout(PATIENCE) {
        Ok(true) => report.values += 1,
        Ok(false) => report.errors += 1,
        Err(RecvTimeoutError::Disconnected) => {
            report.panics += 1;
            report.faults.push(format!("{id} panicked"));
        }
        Err(RecvTimeoutError::Timeout) => {
            report.hangs += 1;
            report.faults.push(format!("{id} hung"));
        }
    }
}

/// Sorts a connection that says just this, after its greeting and as its greeting, and decodes what comes out.
fn sort(octets: &[u8], chunk: usize) {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let Ok(runtime) = runtime else {
        unreachable!("a runtime without drivers needs nothing of the system")
    };
    runtime.block_on(async {
        for mut sorter in [
            Sorter::new(Pieces { octets, chunk }),
            Sorter::after_greeting(Pieces { octets, chunk }),
        ] {
            let mut handed_on = [0; 4096];
            // An error ends a connection as its end does.
            while let Ok(1..) = sorter.read(&mut handed_on).await {
                drain(&mut sorter);
            }
            drain(&mut sorter);
        }
    });
}

fn drain(sorter: &mut Sorter<Pieces<'_>>) {
    let handed_on = sorter.take_handed_on();
    for response in std::iter::from_fn(|| sorter.pop()).chain(handed_on) {
        // Whether it is a value or an error has been counted already; here it must only come to an end.
        let _ = decode::response(&response);
    }
}

/// A socket on which a server says something in pieces, and hears nothing.
struct Pieces<'a> {
    octets: &'a [u8],
    chunk: usize,
}

impl AsyncRead for Pieces<'_> {
    fn poll_read(mut self: Pin<&mut Self>, _: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let length = self.octets.len().min(self.chunk).min(buffer.remaining());
        let (piece, rest) = self.octets.split_at(length);
        buffer.put_slice(piece);
        self.octets = rest;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Pieces<'_> {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(octets.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What became of one response: (values, errors, panics and hangs).
    fn fed(octets: &[u8]) -> (usize, usize, usize) {
        let mut report = Report::default();
        feed(&mut report, "one", octets.to_vec());
        (report.values, report.errors, report.panics + report.hangs)
    }

    #[test]
    fn samples_of_every_kind_become_a_value_or_an_error() {
        for sample in [&b"* 1 EXISTS\r\n"[..], b"A1 OK\r\n", b"+ go on\r\n", b"* BYE\r\n"] {
            assert_eq!(fed(sample), (1, 0, 0), "{sample:?}");
        }
        for sample in [
            &b""[..],
            b"\r\n\r\n",
            b"* 1 FETCH (UID x)\r\n",
            b"* 1 FETCH (UID 7 BODY[] {5}\r\nab",
            b"* 1 FETCH (BODY[] {99999999999}\r\n",
            b"HTTP/1.1 400 Bad Request\r\n\r\n",
            b"\xFF\xFE\0\n",
        ] {
            assert_eq!(fed(sample), (0, 1, 0), "{sample:?}");
        }
    }

    proptest! {
        #[test]
        fn no_octets_make_it_panic_or_hang(octets in proptest::collection::vec(prop_oneof![any::<u8>(), prop::sample::select(b"\r\n*+ {}3".to_vec())], 0..300)) {
            prop_assert_eq!(fed(&octets).2, 0);
        }
    }
}

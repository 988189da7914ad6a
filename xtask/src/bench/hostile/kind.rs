//! What hostile sockets do, from the first octet until the proxy has had enough.

use super::{
    frames,
    target::{Target, Way},
};
use anyhow::Result;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use surat_protocol::{
    MailboxName, Request,
    frame::CLIENT_FRAME_LIMIT,
    search::{Scope, Term, TermField},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, split},
    time::sleep,
};

/// One octet of a header each so long: well within what a server waits for between two octets.
const HEADER_EVERY: Duration = Duration::from_secs(5);
/// The same of a frame.
const FRAME_EVERY: Duration = Duration::from_secs(1);
/// Frames that are written at once in a flood.
const AT_ONCE: usize = 500;
/// One way to be hostile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Kind {
    /// Connects, and begins no TLS.
    Silent,
    /// Octets that are no HTTP.
    NotHttp,
    /// A header that never ends.
    HalfHeader,
    /// A socket without a session, that says nothing.
    NoHello,
    /// A socket without a session, that greets.
    NoSession,
    /// A cookie that looks like one of ours.
    ForgedCookie,
    /// Random octets after the upgrade, without a session.
    NotFrames,
    /// With a session from here on: frames of random octets.
    BadFrames,
    /// Frames as no browser sends them.
    Unmasked,
    /// A frame of 2^40 octets.
    Oversized,
    /// A message in pieces of no octets, without end.
    Fragments,
    /// Pings.
    Pings,
    /// Requests that are good, and dear.
    Requests,
    /// Three quarters of the largest frame, and the rest one octet after the other.
    SlowWriter,
    /// Asks, and reads nothing.
    SlowReader,
    /// Small frames that become 64 MiB.
    Bomb,
    /// Small frames that become as much as one may have, without end.
    Inflating,
}

impl Kind {
    /// All of them.
    pub(super) const ALL: [Self; 17] = [
        Self::Silent,
        Self::NotHttp,
        Self::HalfHeader,
        Self::NoHello,
        Self::NoSession,
        Self::ForgedCookie,
        Self::NotFrames,
        Self::BadFrames,
        Self::Unmasked,
        Self::Oversized,
        Self::Fragments,
        Self::Pings,
        Self::Requests,
        Self::SlowWriter,
        Self::SlowReader,
        Self::Bomb,
        Self::Inflating,
    ];

    /// As it stands in the table.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Silent => "no TLS",
            Self::NotHttp => "not HTTP",
            Self::HalfHeader => "half a header",
            Self::NoHello => "stranger, silent",
            Self::NoSession => "stranger, greets",
            Self::ForgedCookie => "forged cookie",
            Self::NotFrames => "stranger, no frames",
            Self::BadFrames => "garbage in frames",
            Self::Unmasked => "unmasked frames",
            Self::Oversized => "oversized frames",
            Self::Fragments => "fragment flood",
            Self::Pings => "ping flood",
            Self::Requests => "request flood",
            Self::SlowWriter => "slow writer",
            Self::SlowReader => "slow reader",
            Self::Bomb => "compression bomb",
            Self::Inflating => "inflating flood",
        }
    }

    /// How it comes in.
    fn way(self) -> Way {
        match self {
            Self::Silent | Self::NotHttp | Self::HalfHeader | Self::NoHello | Self::NoSession | Self::NotFrames => {
                Way::Stranger
            }
            Self::ForgedCookie => Way::Forged,
            _ => Way::Session,
        }
    }

    /// One socket, until it ends.
    pub(super) async fn attack(self, target: &Target) -> Result<()> {
        match self {
            Self::Silent => drained(target.dial().await?).await,
            Self::NotHttp => shout(target.connect().await?, &random(256)).await,
            Self::HalfHeader => {
                drip(
                    target.connect().await?,
                    b"GET / HTTP/1.1\r\nHost: a\r\nX: ",
                    HEADER_EVERY,
                )
                .await
            }
            Self::NoHello => drained(target.upgrade(self.way()).await?).await,
            Self::NotFrames => shout(target.upgrade(self.way()).await?, &random(256)).await,
            Self::NoSession | Self::ForgedCookie => drained(target.enter(self.way()).await?).await,
            Self::BadFrames => {
                self.shouting(target, &frames::masked(frames::BINARY, &random(64)))
                    .await
            }
            Self::Unmasked => self.shouting(target, &frames::unmasked(&random(64))).await,
            Self::Oversized => self.shouting(target, &frames::oversized()).await,
            Self::Bomb => self.shouting(target, &frames::bomb()).await,
            Self::Fragments => {
                let mut stream = target.enter(self.way()).await?;
                stream.write_all(&frames::masked(frames::BEGINNING, b"a")).await?;
                let pieces = frames::masked(frames::MORE, &[]).repeat(AT_ONCE);
                flood(stream, target, AT_ONCE, |_| pieces.clone()).await
            }
            Self::Pings => {
                let pings = frames::masked(frames::PING, b"?").repeat(AT_ONCE);
                flood(target.enter(self.way()).await?, target, AT_ONCE, |_| pings.clone()).await
            }
            Self::Requests => {
                flood(target.enter(self.way()).await?, target, 1, |id| {
                    frames::request(id, dear(id))
                })
                .await
            }
            Self::Inflating => flood(target.enter(self.way()).await?, target, 1, frames::largest).await,
            Self::SlowWriter => {
                let mut stream = target.enter(self.way()).await?;
                let octets = frames::masked(frames::BINARY, &vec![0; CLIENT_FRAME_LIMIT]);
                let (start, rest) = octets.split_at(octets.len() / 4 * 3);
                stream.write_all(start).await?;
                drip(stream, rest, FRAME_EVERY).await
            }
            Self::SlowReader => {
                let mut stream = target.enter(self.way()).await?;
                for id in 0.. {
                    stream.write_all(&frames::request(id, dear(0))).await?;
                    stream.flush().await?;
                    target.tally.sent(1);
                }
                Ok(())
            }
        }
    }

    async fn shouting(self, target: &Target, octets: &[u8]) -> Result<()> {
        let stream = target.enter(self.way()).await?;
        target.tally.sent(1);
        shout(stream, octets).await
    }
}

/// A question that costs the mail server something, of three kinds in turn.
fn dear(id: u32) -> Request {
    match id % 3 {
        0 => Request::OpenMailbox {
            mailbox: MailboxName::inbox(),
            first_rows: 200,
            known: None,
        },
        1 => Request::ListMailboxes,
        _ => Request::Search {
            scope: Scope::All,
            terms: vec![Term {
                field: TermField::Anywhere,
                text: "a".into(),
            }],
        },
    }
}

/// Says something, and hears until it is over.
async fn shout(mut stream: impl AsyncRead + AsyncWrite + Unpin, octets: &[u8]) -> Result<()> {
    stream.write_all(octets).await?;
    stream.flush().await?;
    drained(stream).await
}

/// Reads and forgets until it is over.
async fn drained(mut stream: impl AsyncRead + Unpin) -> Result<()> {
    let mut room = vec![0; 16 << 10];
    while stream.read(&mut room).await? > 0 {}
    Ok(())
}

/// Says one octet after the other, the last one again and again.
async fn drip(stream: impl AsyncRead + AsyncWrite + Unpin, octets: &[u8], every: Duration) -> Result<()> {
    let (reader, mut writer) = split(stream);
    let dripping = async {
        let mut octets = octets.iter().copied();
        let mut last = 0;
        loop {
            last = octets.next().unwrap_or(last);
            writer.write_all(&[last]).await?;
            writer.flush().await?;
            sleep(every).await;
        }
    };
    tokio::select! {
        over = drained(reader) => over,
        over = dripping => over,
    }
}

/// Says as much as is taken.
async fn flood(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    target: &Target,
    frames: usize,
    octets: impl Fn(u32) -> Vec<u8>,
) -> Result<()> {
    let (reader, mut writer) = split(stream);
    let flooding = async {
        for id in 0.. {
            writer.write_all(&octets(id)).await?;
            writer.flush().await?;
            target.tally.sent(frames as u64);
        }
        Ok(())
    };
    tokio::select! {
        over = drained(reader) => over,
        over = flooding => over,
    }
}

/// Octets that mean nothing, the same each time.
fn random(count: usize) -> Vec<u8> {
    let mut state = 0x2545_F491_u32;
    let next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state.to_le_bytes()[0]
    };
    std::iter::repeat_with(next).take(count).collect()
}

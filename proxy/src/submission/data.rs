//! The message itself: dot-stuffed, in pieces, and the one moment at which it may have gone out.

use super::{fault::Fault, link::Reply, session::Session};
use std::time::Duration;

/// Octets written at once; each has its own time limit.
const PIECE_OCTETS: usize = 64 << 10;
/// The server may take this long over the whole message (RFC 5321, section 4.5.3.2.6).
const FINAL_REPLY_TIME: Duration = Duration::from_secs(600);

/// Writes the message after 354 and waits for the verdict.
///
/// Until the last line nothing can have been sent. From its first octet on, losing the link means
/// not knowing: [`Fault::LostAfterData`].
pub(super) async fn write(session: &mut Session, message: &[u8]) -> Result<Reply, Fault> {
    let link = session.link();
    let mut at_line_start = true;
    for piece in message.chunks(PIECE_OCTETS) {
        let stuffed = stuff(piece, &mut at_line_start);
        link.write(&stuffed).await?;
    }
    let end: &[u8] = if at_line_start { b".\r\n" } else { b"\r\n.\r\n" };
    link.write(end).await.map_err(after_data)?;
    link.reply(FINAL_REPLY_TIME).await.map_err(after_data)
}

fn after_data(fault: Fault) -> Fault {
    match fault {
        Fault::Lost(error) => Fault::LostAfterData(error),
        Fault::TimedOut => Fault::LostAfterData(std::io::ErrorKind::TimedOut.into()),
        Fault::Garbled(reason) => Fault::LostAfterData(std::io::Error::other(reason)),
        other => other,
    }
}

/// Doubles a dot at the start of a line (RFC 5321, section 4.5.2), and makes every line end CRLF:
/// a bare CR or LF would let servers disagree on where the message ends ("SMTP smuggling").
fn stuff(piece: &[u8], at_line_start: &mut bool) -> Vec<u8> {
    let mut stuffed = Vec::with_capacity(piece.len() + piece.len() / 64);
    for octet in piece {
        match octet {
            b'\r' => continue,
            b'\n' => stuffed.push(b'\r'),
            b'.' if *at_line_start => stuffed.push(b'.'),
            _ => {}
        }
        stuffed.push(*octet);
        *at_line_start = *octet == b'\n';
    }
    stuffed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_are_doubled_and_line_ends_are_crlf_across_pieces() {
        let message = b".a\r\n..b\n.\r\nc.\r.\r\n";
        for size in 1..message.len() {
            let mut at_line_start = true;
            let stuffed: Vec<u8> = message
                .chunks(size)
                .flat_map(|piece| stuff(piece, &mut at_line_start))
                .collect();

            assert_eq!(
                String::from_utf8_lossy(&stuffed),
                "..a\r\n...b\r\n..\r\nc..\r\n",
                "{size}"
            );
            assert!(at_line_start);
        }
    }
}

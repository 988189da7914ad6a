//! Reads an IMAP command as a strict server does (RFC 9051, section 9), written apart from the proxy's own code.

use std::io::{Error, ErrorKind, Result};
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// One command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// Its tag.
    pub tag: String,
    /// All else, with `S` in the place of each string.
    pub syntax: String,
    /// The strings.
    pub strings: Vec<Vec<u8>>,
}

/// What is appended.
pub const MESSAGE: &[u8] = b"Subject: x\r\n\r\n";

fn wrong(reason: &str, line: &[u8]) -> Error {
    let line = String::from_utf8_lossy(line);
    Error::new(ErrorKind::InvalidData, format!("{reason}: {line:?}"))
}

/// The next command; `None` when the client has hung up. Asks for literals that wait to be asked for.
pub async fn hear<S: AsyncBufRead + AsyncWrite + Unpin>(stream: &mut S) -> Result<Option<Heard>> {
    read_command(stream, true).await
}

/// The commands in a log. A message that waited to be asked for was not sent when there is no mailbox for it.
pub async fn hear_logged(mut log: &[u8]) -> Result<Vec<Heard>> {
    let mut commands = Vec::new();
    let mut stream = tokio::io::join(&mut log, tokio::io::sink());
    while let Some(heard) = read_command(&mut stream, false).await? {
        commands.push(heard);
    }
    Ok(commands)
}

async fn read_command<S: AsyncBufRead + AsyncWrite + Unpin>(stream: &mut S, asks: bool) -> Result<Option<Heard>> {
    let mut heard = Heard::default();
    loop {
        let mut line = Vec::new();
        if stream.read_until(b'\n', &mut line).await? == 0 {
            return Ok(None);
        }
        let text = line
            .strip_suffix(b"\r\n")
            .ok_or_else(|| wrong("a bare LF, or cut", &line))?;
        let announced = read_line(text, &mut heard).map_err(|error| wrong(&error.to_string(), text))?;
        let Some((octets, waits)) = announced else { break };
        if waits && !asks && !stream.fill_buf().await?.starts_with(MESSAGE) {
            heard.syntax.push_str(&format!("{{{octets}}}"));
            break;
        }
        if waits {
            stream.write_all(b"+ go on\r\n").await?;
            stream.flush().await?;
        }
        let mut literal = vec![0; octets];
        stream.read_exact(&mut literal).await?;
        if literal.contains(&0) {
            return Err(wrong("a NUL in a literal", &literal));
        }
        heard.strings.push(literal);
        heard.syntax.push('S');
    }
    let (tag, syntax) = heard
        .syntax
        .split_once(' ')
        .ok_or_else(|| wrong("no tag", heard.syntax.as_bytes()))?;
    (heard.tag, heard.syntax) = (tag.to_owned(), syntax.to_owned());
    Ok(Some(heard))
}

/// Reads syntax up to the end of a line; the literal that is announced there, and whether it waits to be asked for.
fn read_line(mut rest: &[u8], heard: &mut Heard) -> Result<Option<(usize, bool)>> {
    while let Some((&octet, tail)) = rest.split_first() {
        match octet {
            b'"' => rest = read_quoted(tail, heard)?,
            b'{' => return read_announcement(tail).map(Some),
            b' '..=b'~' => {
                heard.syntax.push(char::from(octet));
                rest = tail;
            }
            _ => return Err(wrong("no syntax", rest)),
        }
    }
    Ok(None)
}

fn read_quoted<'a>(mut rest: &'a [u8], heard: &mut Heard) -> Result<&'a [u8]> {
    let mut string = Vec::new();
    loop {
        match rest {
            [b'"', tail @ ..] => {
                heard.strings.push(string);
                heard.syntax.push('S');
                return Ok(tail);
            }
            [b'\\', escaped @ (b'"' | b'\\'), tail @ ..] => {
                string.push(*escaped);
                rest = tail;
            }
            [b'\\', ..] | [] => return Err(wrong("no end of quotes", rest)),
            // A name and a password may be UTF-8 there: LOGIN comes before anything could be agreed on.
            [0x80..=0xff, ..] if !heard.syntax.contains(" LOGIN ") => return Err(wrong("not for quotes", rest)),
            [0 | b'\r' | b'\n', ..] => return Err(wrong("not for quotes", rest)),
            [plain, tail @ ..] => {
                string.push(*plain);
                rest = tail;
            }
        }
    }
}

fn read_announcement(rest: &[u8]) -> Result<(usize, bool)> {
    let text = str::from_utf8(rest).map_err(|_| wrong("no literal", rest))?;
    let text = text.strip_suffix('}').ok_or_else(|| wrong("no literal", rest))?;
    let (number, waits) = text.strip_suffix('+').map_or((text, true), |number| (number, false));
    let octets = number.parse().map_err(|_| wrong("no literal", rest))?;
    Ok((octets, waits))
}

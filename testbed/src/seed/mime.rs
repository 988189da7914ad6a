//! Writes messages (RFC 5322, MIME) whose octets follow from their content alone.

use base64::{Engine, prelude::BASE64_STANDARD};
use std::fmt::Write as _;

/// So many octets of text make an encoded word that fits a line of 76 beside the header's name (RFC 2047, section 2).
const ENCODED_WORD_OCTETS: usize = 39;

/// A part with its own headers: "Content-…" lines, an empty line, and its body.
#[derive(Clone, Debug)]
pub(crate) struct Part(pub(crate) String);

impl Part {
    /// Text, in the plainest encoding that carries it.
    pub(crate) fn text(kind: &str, text: &str) -> Self {
        let plain = text.is_ascii() && text.lines().all(|line| line.len() <= 76);
        let dense = text.chars().filter(|character| !character.is_ascii()).count() * 4 > text.chars().count();
        let (encoding, body) = match (plain, dense) {
            (true, _) => ("7bit", text.replace('\n', "\r\n")),
            (false, true) => ("base64", base64_lines(text.replace('\n', "\r\n").as_bytes())),
            (false, false) => ("quoted-printable", quoted_printable(text)),
        };
        let charset = if text.is_ascii() { "us-ascii" } else { "utf-8" };
        Self(format!(
            "Content-Type: text/{kind}; charset={charset}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n{body}\r\n"
        ))
    }

    /// A file. With a content id it is shown inside the message, else it is an attachment.
    pub(crate) fn file(kind: &str, name: &str, id: Option<&str>, octets: &[u8]) -> Self {
        let mut text = format!("Content-Type: {kind}\r\nContent-Transfer-Encoding: base64\r\n");
        let disposition = if id.is_some() { "inline" } else { "attachment" };
        let _ = write!(text, "Content-Disposition: {disposition};\r\n {}\r\n", file_name(name));
        if let Some(id) = id {
            let _ = write!(text, "Content-ID: <{id}>\r\n");
        }
        text.push_str("\r\n");
        text.push_str(&base64_lines(octets));
        text.push_str("\r\n");
        Self(text)
    }

    /// Several parts. The boundary must be in none of them.
    pub(crate) fn multipart(kind: &str, boundary: &str, parts: &[Self]) -> Self {
        let mut text = format!("Content-Type: multipart/{kind};\r\n boundary=\"{boundary}\"\r\n\r\n");
        for Self(part) in parts {
            let _ = write!(text, "--{boundary}\r\n{part}");
        }
        let _ = write!(text, "--{boundary}--\r\n");
        Self(text)
    }
}

/// A header with text of a person's choosing, encoded where it must be.
pub(crate) fn header(name: &str, value: &str) -> String {
    format!("{name}: {}\r\n", encoded(value))
}

/// `Name <address>`.
pub(crate) fn mailbox(name: &str, address: &str) -> String {
    format!("{} <{address}>", encoded(name))
}

fn encoded(text: &str) -> String {
    if text.bytes().all(|octet| (b' '..=b'~').contains(&octet)) {
        return text.to_owned();
    }
    let mut words: Vec<String> = vec![String::new()];
    for character in text.chars() {
        if words
            .last()
            .is_some_and(|word| word.len() + character.len_utf8() > ENCODED_WORD_OCTETS)
        {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.push(character);
        }
    }
    let words: Vec<String> = words
        .iter()
        .map(|word| format!("=?utf-8?B?{}?=", BASE64_STANDARD.encode(word)))
        .collect();
    words.join("\r\n ")
}

/// Parameter of Content-Disposition; RFC 2231 where the name is not ASCII.
fn file_name(name: &str) -> String {
    if name.is_ascii() {
        return format!("filename=\"{name}\"");
    }
    let octets = name.bytes().fold(String::new(), |mut text, octet| {
        match octet {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' => text.push(char::from(octet)),
            _ => {
                let _ = write!(text, "%{octet:02X}");
            }
        }
        text
    });
    format!("filename*=utf-8''{octets}")
}

fn base64_lines(octets: &[u8]) -> String {
    let encoded = BASE64_STANDARD.encode(octets);
    let mut lines = String::with_capacity(encoded.len() + encoded.len() / 38 + 2);
    let mut rest = encoded.as_str();
    while rest.len() > 76 {
        let (line, after) = rest.split_at(76);
        lines.extend([line, "\r\n"]);
        rest = after;
    }
    lines.push_str(rest);
    lines
}

/// RFC 2045, section 6.7, for text with LF line ends.
fn quoted_printable(text: &str) -> String {
    let mut output = String::with_capacity(text.len() * 5 / 4);
    for line in text.split('\n') {
        let mut width = 0;
        let mut characters = line.bytes().peekable();
        while let Some(octet) = characters.next() {
            let space_at_end = octet == b' ' && characters.peek().is_none();
            let literal = matches!(octet, b' '..=b'~') && octet != b'=' && !space_at_end;
            let needed = if literal { 1 } else { 3 };
            if width + needed > 75 {
                output.push_str("=\r\n");
                width = 0;
            }
            if literal {
                output.push(char::from(octet));
            } else {
                let _ = write!(output, "={octet:02X}");
            }
            width += needed;
        }
        output.push_str("\r\n");
    }
    output.truncate(output.len() - 2);
    output
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_encoded_at_character_boundaries() {
        assert_eq!(header("Subject", "Lunch?"), "Subject: Lunch?\r\n");
        let long = header("Subject", &"ÅÄÖ ".repeat(20));
        assert!(
            long.lines().count() > 2 && long.lines().all(|line| line.len() <= 78),
            "{long}"
        );
        assert!(long.starts_with("Subject: =?utf-8?B?w4XDhMOW"), "{long}");
    }

    #[test]
    fn quoted_printable_lines_are_short_and_keep_what_they_say() {
        let encoded = quoted_printable(&format!("café = é\n{}\nend ", "long ".repeat(40)));

        assert!(encoded.starts_with("caf=C3=A9 =3D =C3=A9\r\nlong "), "{encoded}");
        assert!(encoded.ends_with("end=20"), "{encoded}");
        assert!(encoded.lines().all(|line| line.len() <= 76), "{encoded}");
    }

    #[test]
    fn names_that_are_not_ascii_follow_rfc_2231() {
        assert_eq!(file_name("é b.txt"), "filename*=utf-8''%C3%A9%20b.txt");
    }
}

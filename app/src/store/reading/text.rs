//! Plain text as the reading pane shows it: links found, quotes and signature apart. Pure.
//!
//! Yields pieces to be made into DOM nodes; no HTML is ever written.

use crate::text::find_last;

/// Quotes nested deeper stay text.
const DEPTH_LIMIT: usize = 6;

/// A quote amid the text is folded from this many lines on; shorter ones are what an answer refers to.
const LONG_QUOTE_LINES: usize = 7;

/// A stretch of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Block {
    /// Text as it stands, with LF line ends.
    Text(String),
    /// A quote, without its marks.
    Quote {
        /// What is quoted.
        blocks: Vec<Block>,
        /// Shown only when asked for?
        is_folded: bool,
    },
    /// What follows "-- ".
    Signature(String),
}

/// A piece of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// Plain text.
    Text(&'a str),
    /// An address of the web or of mail; shown as it is and leading just there.
    Link(&'a str),
}

/// The blocks of a text.
pub(crate) fn blocks(text: &str) -> Vec<Block> {
    let (body, signature) = split_signature(text);
    let mut blocks = quote_blocks(body, 0);
    fold(&mut blocks);
    if let Some(signature) = signature.filter(|signature| !signature.trim().is_empty()) {
        blocks.push(Block::Signature(signature.trim_end().to_owned()));
    }
    blocks
}

/// The links of a text, and what is between them.
pub(crate) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(find_scheme) {
        let from = at + found;
        let link = link_at(text.get(from..).unwrap_or_default());
        at = from + link.len().max(1);
        if link.is_empty() {
            continue;
        }
        if from > start {
            pieces.extend(text.get(start..from).map(Piece::Text));
        }
        pieces.push(Piece::Link(link));
        start = at;
    }
    pieces.extend(text.get(start..).filter(|rest| !rest.is_empty()).map(Piece::Text));
    pieces
}

/// The signature mark, on a line of its own.
const MARK: &str = "\n-- \n";

/// Divides at the last signature mark, "-- " on a line of its own (RFC 3676, section 4.3).
fn split_signature(text: &str) -> (&str, Option<&str>) {
    let mark = find_last(text, MARK).filter(|at| {
        let signature = text.get(at + MARK.len()..).unwrap_or_default();
        // A long one, or one with quotes after it, is not a signature.
        signature.lines().count() <= 20 && !signature.lines().any(|line| line.starts_with('>'))
    });
    match mark {
        Some(at) => (text.get(..at).unwrap_or_default(), text.get(at + MARK.len()..)),
        None => (text, None),
    }
}

fn quote_blocks(text: &str, depth: usize) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut run = String::new();
    let mut is_quote = false;
    for line in text.split('\n') {
        let unquoted = line.strip_prefix('>').filter(|_| depth < DEPTH_LIMIT);
        if unquoted.is_some() != is_quote {
            flush(&mut blocks, &mut run, is_quote, depth);
            is_quote = unquoted.is_some();
        }
        run.push_str(unquoted.map_or(line, |rest| rest.strip_prefix(' ').unwrap_or(rest)));
        run.push('\n');
    }
    flush(&mut blocks, &mut run, is_quote, depth);
    blocks
}

fn flush(blocks: &mut Vec<Block>, run: &mut String, is_quote: bool, depth: usize) {
    let text = std::mem::take(run);
    let text = text.trim_matches('\n');
    if text.trim().is_empty() {
        return;
    }
    blocks.push(if is_quote {
        Block::Quote {
            blocks: quote_blocks(text, depth + 1),
            is_folded: false,
        }
    } else {
        Block::Text(text.to_owned())
    });
}

/// Folds the quote at the end and long ones; not all there is, when a message is nothing but a quote.
fn fold(blocks: &mut [Block]) {
    let has_text = blocks.iter().any(|block| matches!(block, Block::Text(_)));
    let last = blocks.len().saturating_sub(1);
    for (at, block) in blocks.iter_mut().enumerate() {
        if let Block::Quote { blocks, is_folded } = block {
            *is_folded = has_text && (at == last || lines(blocks) >= LONG_QUOTE_LINES);
        }
    }
}

fn lines(blocks: &[Block]) -> usize {
    let count = |block: &Block| match block {
        Block::Text(text) | Block::Signature(text) => text.lines().count(),
        Block::Quote { blocks, .. } => lines(blocks),
    };
    blocks.iter().map(count).sum()
}

/// Where the next scheme that may be linked begins. No other scheme ever is.
fn find_scheme(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let begins = |at: usize, scheme: &str| {
        bytes
            .get(at..at + scheme.len())
            .is_some_and(|found| found.eq_ignore_ascii_case(scheme.as_bytes()))
    };
    (0..bytes.len()).find(|&at| {
        let is_at_word = at
            .checked_sub(1)
            .and_then(|before| bytes.get(before))
            .is_none_or(|b| !b.is_ascii_alphanumeric());
        is_at_word
            && ["http://", "https://", "mailto:"]
                .iter()
                .any(|scheme| begins(at, scheme))
    })
}

/// The link that `text` begins with; empty when there is nothing behind the scheme.
fn link_at(text: &str) -> &str {
    let is_end = |c: char| {
        c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"' | '“' | '”' | '«' | '»' | '‘' | '’' | '`' | '|' | '\\' | '^' | '{' | '}')
            // Marks that turn the direction would show another address than the one it leads to.
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}')
    };
    let mut link = text.split(is_end).next().unwrap_or_default();
    while let Some(shorter) = without_last_mark(link) {
        link = shorter;
    }
    let address = link
        .split_once(':')
        .map_or("", |(_, rest)| rest.trim_start_matches('/'));
    if address.is_empty() { "" } else { link }
}

/// Without a mark at the end that belongs to the sentence; a bracket does unless it was opened inside.
fn without_last_mark(link: &str) -> Option<&str> {
    let last = link.chars().next_back()?;
    let open = match last {
        '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '*' | '_' | '…' | '、' | '。' => None,
        ')' => Some('('),
        ']' => Some('['),
        _ => return None,
    };
    let is_sentence = open.is_none_or(|open| link.matches(last).count() > link.matches(open).count());
    is_sentence.then(|| link.get(..link.len() - last.len_utf8())).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(text: &str) -> Vec<&str> {
        pieces(text)
            .into_iter()
            .filter_map(|piece| {
                if let Piece::Link(link) = piece {
                    Some(link)
                } else {
                    None
                }
            })
            .collect()
    }

    #[test]
    fn links_end_where_the_sentence_goes_on() {
        assert_eq!(
            links("Lihat https://surat.test/a?b=1&c=2. Ya?"),
            ["https://surat.test/a?b=1&c=2"]
        );
        assert_eq!(
            links("(see http://a.test/x_(y)), <mailto:b@c.test>!"),
            ["http://a.test/x_(y)", "mailto:b@c.test"]
        );
        assert_eq!(links("HTTPS://A.test/…"), ["HTTPS://A.test/"]);
        assert_eq!(links("“https://a.test”"), ["https://a.test"]);
    }

    #[test]
    fn only_the_web_and_mail_are_linked() {
        for text in [
            "javascript:alert(1)",
            "data:text/html,x",
            "xhttp://a.test",
            "http://",
            "https://.",
            "ftp://a.test",
            "mailto:",
        ] {
            assert_eq!(links(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn an_address_cannot_be_turned_round() {
        assert_eq!(links("https://a.test/\u{202e}moc.knab"), ["https://a.test/"]);
    }

    #[test]
    fn pieces_are_the_whole_text_in_order() {
        for text in [
            "",
            "a",
            "a http://x.test b\nhttps://y.test/é.",
            "http://http://a.test",
            "é mailto:é@é.test…",
        ] {
            let whole: String = pieces(text)
                .iter()
                .map(|(Piece::Text(piece) | Piece::Link(piece))| *piece)
                .collect();

            assert_eq!(whole, text);
        }
    }

    #[test]
    fn the_quote_at_the_end_is_folded_and_a_short_one_amid_the_text_is_not() {
        let found = blocks("> satu\n\nya\n\n> lama\n>> lebih lama\n");

        let Some(
            [
                Block::Quote { is_folded: first, .. },
                Block::Text(text),
                Block::Quote {
                    blocks: last,
                    is_folded: end,
                },
            ],
        ) = found.first_chunk()
        else {
            panic!("{found:?}");
        };
        assert!(!first && *end);
        assert_eq!(text, "ya");
        assert!(matches!(
            last.as_slice(),
            [Block::Text(_), Block::Quote { is_folded: false, .. }]
        ));
    }

    #[test]
    fn a_message_that_is_all_quote_is_shown() {
        let found = blocks("> a\n> b");

        assert!(matches!(found.as_slice(), [Block::Quote { is_folded: false, .. }]));
    }

    #[test]
    fn a_signature_stands_apart() {
        assert_eq!(
            blocks("Halo\n-- \nAyu\n"),
            [Block::Text("Halo".into()), Block::Signature("Ayu".into())]
        );
        assert_eq!(blocks("Halo\n--\nAyu").len(), 1);
    }

    #[test]
    fn endless_nesting_ends() {
        let found = blocks(&">".repeat(100_000));

        assert!(found.len() <= 1);
    }
}

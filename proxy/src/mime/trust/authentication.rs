//! What the own mail server found out about a message when it came in: Authentication-Results (RFC 8601).

use super::{header::fields, of_address, registrable};
use surat_protocol::{Checks, Outcome};

const FIELD: &str = "authentication-results";

/// Octets of the field that are read; real ones have less than one thousand.
const FIELD_OCTETS: usize = 16 << 10;

/// Results of one field that are read.
const RESULTS: usize = 100;

/// What one server found out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Results(Vec<Found>);

/// What came of one method (RFC 8601, section 2.3), in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Found {
    method: String,
    result: String,
    /// "header.from" and its like, with their values.
    properties: Vec<(String, String)>,
}

/// The results of the topmost field, if it names this server. Everything below it may have come with the message, even
/// in this server's name; and so may the topmost, if it names another one.
pub(super) fn topmost(header: &[u8], authserv_id: &str) -> Option<Results> {
    let field = fields(header).find(|field| field.name.eq_ignore_ascii_case(FIELD))?;
    let value = String::from_utf8_lossy(field.value.get(..FIELD_OCTETS).unwrap_or(field.value));
    let mut statements = statements(&value).into_iter();
    // A version may follow the name.
    let is_own = match statements.next()?.into_iter().next()? {
        Token::Word(name) => name.eq_ignore_ascii_case(authserv_id),
        Token::Equals => false,
    };
    is_own.then(|| Results(statements.filter_map(Found::read).take(RESULTS).collect()))
}

impl Results {
    /// For the reader, one word for each method.
    pub(super) fn checks(&self) -> Checks {
        Checks {
            spf: self.outcome("spf"),
            dkim: self.outcome("dkim"),
            dmarc: self.outcome("dmarc"),
        }
    }

    /// Does the server deny that the message is from this domain? It does as well where it confirmed another domain
    /// than the one that readers see.
    pub(super) fn deny(&self, domain: &str) -> bool {
        let of_dmarc = || self.of("dmarc");
        let is_other = |found: &Found| found.result == "pass" && !found.is_about(domain);
        of_dmarc().any(|found| found.result == "fail") || of_dmarc().any(is_other)
    }

    /// The domains whose signatures are good, all of them (RFC 6376, section 3.5).
    pub(super) fn signers(&self) -> impl Iterator<Item = &str> {
        let good = self.of("dkim").filter(|found| found.result == "pass");
        good.filter_map(Found::signer).filter(|signer| {
            let mut own = self
                .of("dkim")
                .filter(|found| found.signer().is_some_and(|other| other.eq_ignore_ascii_case(signer)));
            own.all(|found| found.result == "pass")
        })
    }

    fn of(&self, method: &str) -> impl Iterator<Item = &Found> {
        self.0.iter().filter(move |found| found.method == method)
    }

    /// Of several signatures the best counts: one good one is enough.
    fn outcome(&self, method: &str) -> Outcome {
        let outcomes = self.of(method).map(|found| match found.result.as_str() {
            "pass" => Outcome::Pass,
            "fail" => Outcome::Fail,
            "none" => Outcome::Missing,
            _ => Outcome::Unsure,
        });
        outcomes.max().unwrap_or(Outcome::Missing)
    }
}

impl Found {
    /// `method ["/" version] "=" result *(property "=" value)`, comments left out.
    fn read(tokens: Vec<Token>) -> Option<Self> {
        let Some(Token::Word(method)) = tokens.first().cloned() else {
            return None;
        };
        let mut pairs = pairs(tokens);
        let (_, result) = pairs.next()?;
        let method = method.split('/').next().unwrap_or_default().to_ascii_lowercase();
        Some(Self {
            method,
            result: result.to_ascii_lowercase(),
            properties: pairs.map(|(name, value)| (name.to_ascii_lowercase(), value)).collect(),
        })
    }

    /// Who signed (RFC 8601, section 2.7.1).
    fn signer(&self) -> Option<&str> {
        let property = |wanted: &str| self.properties.iter().find(|(name, _)| name == wanted);
        let (_, value) = property("header.d").or_else(|| property("header.i"))?;
        value.rsplit('@').next()
    }

    /// Is it about the domain that readers see? Some servers name what was registered alone, some nothing.
    fn is_about(&self, domain: &str) -> bool {
        let from = self.properties.iter().find(|(name, _)| name == "header.from");
        from.is_none_or(|(_, value)| {
            // Some write the whole address.
            let host = value.rsplit('@').next().unwrap_or_default();
            of_address(&format!("@{host}")).is_some_and(|host| registrable(&host) == registrable(domain))
        })
    }
}

/// A piece of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    /// A word, or a quoted string without its quotes.
    Word(String),
    Equals,
}

/// The words around each "=".
fn pairs(tokens: Vec<Token>) -> impl Iterator<Item = (String, String)> {
    let mut tokens = tokens.into_iter().peekable();
    std::iter::from_fn(move || {
        loop {
            let name = tokens.next()?;
            if tokens.peek() == Some(&Token::Equals) {
                tokens.next();
                if let (Token::Word(name), Token::Word(value)) = (name, tokens.next()?) {
                    return Some((name, value));
                }
            }
        }
    })
}

/// What stands between semicolons; comments (RFC 5322, section 3.2.2) are left out.
fn statements(value: &str) -> Vec<Vec<Token>> {
    let mut pieces = Pieces::default();
    let mut depth = 0_usize;
    let mut is_quoted = false;
    let mut characters = value.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' if is_quoted || depth > 0 => {
                if let Some(escaped) = characters.next().filter(|_| depth == 0) {
                    pieces.push(escaped);
                }
            }
            '"' if depth == 0 => {
                is_quoted = !is_quoted;
                pieces.word.get_or_insert_default();
            }
            _ if is_quoted => pieces.push(character),
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            ';' => {
                pieces.end_word();
                let ended = std::mem::take(&mut pieces.statement);
                pieces.ended.push(ended);
            }
            '=' => {
                pieces.end_word();
                pieces.statement.push(Token::Equals);
            }
            _ if character.is_whitespace() => pieces.end_word(),
            _ => pieces.push(character),
        }
    }
    pieces.end_word();
    pieces.ended.push(pieces.statement);
    pieces.ended
}

/// What was read so far.
#[derive(Default)]
struct Pieces {
    ended: Vec<Vec<Token>>,
    statement: Vec<Token>,
    /// The word under way; an empty one was quoted.
    word: Option<String>,
}

impl Pieces {
    fn push(&mut self, character: char) {
        self.word.get_or_insert_default().push(character);
    }

    fn end_word(&mut self) {
        self.statement.extend(self.word.take().map(Token::Word));
    }
}

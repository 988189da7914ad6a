//! SEARCH (RFC 9051, section 6.4.4), by ESEARCH in ranges where offered (RFC 4731).

use crate::imap::{
    command_line::CommandLine,
    decode::{Code, Response},
    error::Error,
    session::Session,
};
use surat_protocol::{Term, TermField, UidSet};

impl Session {
    /// Every UID in the open mailbox.
    pub async fn all_uids(&mut self) -> Result<UidSet, Error> {
        let line = self.search_line().raw("ALL");
        self.found(line).await
    }

    /// How many messages are in the open mailbox; `None` on a server that does not count (RFC 4731).
    pub async fn count_all(&mut self) -> Result<Option<u32>, Error> {
        if !self.capabilities().esearch {
            return Ok(None);
        }
        let (responses, _) = self
            .run(&CommandLine::new("UID SEARCH RETURN (COUNT) ALL").patient())
            .await?;
        let mut count = None;
        for response in responses {
            match response {
                Response::Esearch(found) => count = found.count.or(count),
                other => self.unsolicited.keep(other),
            }
        }
        Ok(count)
    }

    /// The UIDs of messages without `\Seen` in the open mailbox.
    pub async fn unseen_uids(&mut self) -> Result<UidSet, Error> {
        let line = self.search_line().raw("UNSEEN");
        self.found(line).await
    }

    /// The UIDs of messages with `\Deleted` in the open mailbox.
    pub async fn deleted_uids(&mut self) -> Result<UidSet, Error> {
        let line = self.search_line().raw("DELETED");
        self.found(line).await
    }

    /// The UIDs of the messages that carry this Message-ID (without brackets), `among` messages of a
    /// few ranges; all, when the set is empty.
    ///
    /// HEADER finds any part of a field, and "1@a" is a part of "11@a": the brackets make it whole.
    pub async fn uids_of_message_id(&mut self, among: &UidSet, message_id: &str) -> Result<UidSet, Error> {
        let mut line = self.search_line();
        if !among.is_empty() {
            line = line.raw("UID ").uids(among).raw(" ");
        }
        let line = line
            .raw("HEADER Message-ID ")
            .string(format!("<{message_id}>").as_bytes())?;
        self.found(line).await
    }

    /// The UIDs of messages that meet all terms.
    ///
    /// A server that does not know UTF-8 (BADCHARSET) is asked for the words in ASCII alone, which
    /// finds too much rather than nothing; [`Error::Unsupported`] when there are none.
    pub async fn search(&mut self, terms: &[Term]) -> Result<UidSet, Error> {
        self.search_among(&UidSet::new(), terms).await
    }

    /// The same, but only `among` these messages, of a few ranges; all, when the set is empty.
    pub async fn search_among(&mut self, among: &UidSet, terms: &[Term]) -> Result<UidSet, Error> {
        let line = self.terms_line(among, terms)?;
        match self.found(line).await {
            Err(error) if error.code() == Some(&Code::BadCharset) => {
                let reduced = in_ascii(terms).ok_or(Error::Unsupported("SEARCH CHARSET UTF-8"))?;
                let line = self.terms_line(among, &reduced)?;
                self.found(line).await
            }
            result => result,
        }
    }

    fn terms_line(&self, among: &UidSet, terms: &[Term]) -> Result<CommandLine, Error> {
        let is_ascii = terms.iter().all(|term| term.text.is_ascii());
        let mut line = self.search_line();
        // With UTF8=ACCEPT strings are UTF-8 by themselves, and CHARSET is forbidden (RFC 6855, section 3).
        if !is_ascii && !self.enabled.utf8 {
            line = line.raw("CHARSET UTF-8 ");
        }
        if !among.is_empty() {
            line = line.raw("UID ").uids(among).raw(" ");
        }
        if terms.is_empty() {
            return Ok(line.raw("ALL"));
        }
        for (index, term) in terms.iter().enumerate() {
            line = key(if index > 0 { line.raw(" ") } else { line }, term)?;
        }
        Ok(line)
    }

    fn search_line(&self) -> CommandLine {
        if self.capabilities().esearch {
            CommandLine::new("UID SEARCH RETURN (ALL) ").patient()
        } else {
            CommandLine::new("UID SEARCH ").patient()
        }
    }

    async fn found(&mut self, line: CommandLine) -> Result<UidSet, Error> {
        let (responses, _) = self.run(&line).await?;
        let mut found = UidSet::new();
        for response in responses {
            match response {
                Response::Search { uids, .. } => found = found.union(&uids),
                Response::Esearch(esearch) => found = found.union(&esearch.all),
                other => self.unsolicited.keep(other),
            }
        }
        Ok(found)
    }
}

fn key(line: CommandLine, term: &Term) -> Result<CommandLine, Error> {
    let text = term.text.as_bytes();
    match term.field {
        TermField::From => line.raw("FROM ").string(text),
        TermField::To => line.raw("OR TO ").string(text)?.raw(" CC ").string(text),
        TermField::Subject => line.raw("SUBJECT ").string(text),
        TermField::Body => line.raw("BODY ").string(text),
        TermField::Unread => Ok(line.raw("UNSEEN")),
        TermField::Starred => Ok(line.raw("FLAGGED")),
        // Not TEXT, which would find the names of relays in Received fields as well.
        TermField::Anywhere => ["OR FROM ", " OR TO ", " OR CC ", " OR SUBJECT ", " BODY "]
            .into_iter()
            .try_fold(line, |line, name| line.raw(name).string(text)),
    }
}

/// The same terms with only their words in ASCII; `None` when a term has none.
fn in_ascii(terms: &[Term]) -> Option<Vec<Term>> {
    let mut reduced = Vec::new();
    for term in terms {
        let words: Vec<&str> = term.text.split_whitespace().collect();
        if term.text.is_ascii() {
            reduced.push(term.clone());
            continue;
        }
        let before = reduced.len();
        reduced.extend(words.into_iter().filter(|word| word.is_ascii()).map(|word| Term {
            field: term.field,
            text: word.into(),
        }));
        if reduced.len() == before {
            return None;
        }
    }
    Some(reduced)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn term(field: TermField, text: &str) -> Term {
        Term {
            field,
            text: text.into(),
        }
    }

    #[test]
    fn a_term_becomes_a_key_with_its_text_quoted() {
        let line = |term: &Term| key(CommandLine::new(""), term).unwrap().syntax().to_owned();

        assert_eq!(
            line(&term(TermField::To, "a\" OR ALL")),
            r#"OR TO "a\" OR ALL" CC "a\" OR ALL""#
        );
        assert_eq!(
            line(&term(TermField::Anywhere, "x")),
            r#"OR FROM "x" OR TO "x" OR CC "x" OR SUBJECT "x" BODY "x""#
        );
        assert_eq!(line(&term(TermField::Unread, "ignored")), "UNSEEN");
    }

    #[test]
    fn without_utf_8_the_words_in_ascii_are_left() {
        let reduced = in_ascii(&[term(TermField::Subject, "Bücher kaufen"), term(TermField::Unread, "")]).unwrap();

        assert_eq!(
            reduced,
            [term(TermField::Subject, "kaufen"), term(TermField::Unread, "")]
        );
        assert_eq!(in_ascii(&[term(TermField::Body, "日本語")]), None);
    }
}

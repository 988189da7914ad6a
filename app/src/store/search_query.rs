//! The words of the search box: `from:budi is:unread "tiga kata" laporan`. Pure.

use surat_protocol::{Term, TermField};

/// More terms than the proxy takes are not sent.
const TERMS_LIMIT: usize = 20;

/// What the words ask for. Empty when they ask for nothing.
///
/// A word with an operator that Surat does not know is searched as it stands: it may well be in the
/// text. A quote without its end reaches to the end.
pub(crate) fn parse(text: &str) -> Vec<Term> {
    let mut terms = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() && terms.len() < TERMS_LIMIT {
        let (field, after) = take_operator(rest);
        let (value, after) = take_value(after);
        terms.extend(term(field, value));
        rest = after.trim_start();
    }
    terms
}

/// The operators that there are, for the hint under the box.
pub(crate) const OPERATORS: [&str; 5] = ["from:", "to:", "subject:", "is:unread", "is:starred"];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Operator {
    In(TermField),
    Is,
}

fn take_operator(text: &str) -> (Operator, &str) {
    let known = [
        ("from:", Operator::In(TermField::From)),
        ("to:", Operator::In(TermField::To)),
        ("subject:", Operator::In(TermField::Subject)),
        ("body:", Operator::In(TermField::Body)),
        ("is:", Operator::Is),
    ];
    for (word, operator) in known {
        if let Some((start, value)) = text.split_at_checked(word.len())
            && start.eq_ignore_ascii_case(word)
            && value.starts_with(|c: char| !c.is_whitespace())
        {
            return (operator, value);
        }
    }
    (Operator::In(TermField::Anywhere), text)
}

/// The word or the quoted words at the start, and what follows.
fn take_value(text: &str) -> (&str, &str) {
    match text.strip_prefix('"') {
        Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
        None => {
            let end = text.find(char::is_whitespace).unwrap_or(text.len());
            text.split_at_checked(end).unwrap_or((text, ""))
        }
    }
}

fn term(operator: Operator, value: &str) -> Option<Term> {
    let flag = |field| {
        Some(Term {
            field,
            text: String::new(),
        })
    };
    match operator {
        Operator::Is if value.eq_ignore_ascii_case("unread") => flag(TermField::Unread),
        Operator::Is if value.eq_ignore_ascii_case("starred") => flag(TermField::Starred),
        Operator::Is => Some(Term {
            field: TermField::Anywhere,
            text: ["is:", value].concat(),
        }),
        Operator::In(_) if value.trim().is_empty() => None,
        Operator::In(field) => Some(Term {
            field,
            text: value.to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Vec<(TermField, String)> {
        parse(text).into_iter().map(|term| (term.field, term.text)).collect()
    }

    #[test]
    fn words_operators_and_quotes_can_be_mixed() {
        use TermField::{Anywhere, From, Subject, Unread};

        let terms = parsed("  From:budi is:UNREAD \"tiga kata lagi\" subject:\"rapat besok\" laporan ");

        assert_eq!(
            terms,
            [
                (From, "budi".to_owned()),
                (Unread, String::new()),
                (Anywhere, "tiga kata lagi".to_owned()),
                (Subject, "rapat besok".to_owned()),
                (Anywhere, "laporan".to_owned()),
            ]
        );
    }

    #[test]
    fn what_is_no_operator_is_searched_as_it_stands() {
        for text in ["pukul:9", "is:new", "from:", "héé:", "fromm:x", "\\(", "fró"] {
            assert_eq!(parsed(text), [(TermField::Anywhere, text.to_owned())], "{text}");
        }
    }

    #[test]
    fn a_quote_without_an_end_reaches_to_the_end() {
        assert_eq!(parsed("\"a b"), [(TermField::Anywhere, "a b".to_owned())]);
        assert!(parsed("\"\" \" ").is_empty());
        assert!(parsed("  ").is_empty());
    }

    #[test]
    fn no_more_terms_are_sent_than_the_proxy_takes() {
        assert_eq!(parse(&"a ".repeat(50)).len(), 20);
    }
}

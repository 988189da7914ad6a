//! Where the text of a message is, by its BODYSTRUCTURE (RFC 9051, section 7.5.2): as a bare session needs to know.

use std::{iter::Peekable, str::Chars};

/// A parenthesised list, or anything else.
enum Node {
    List(Vec<Node>),
    Word(String),
}

/// The section of the text that a reader is shown: of alternatives the last, of other parts the first.
pub(super) fn text_section(fetched: &str) -> Option<String> {
    let (_, structure) = fetched.split_once("BODYSTRUCTURE ")?;
    let section = section_in(&node(&mut structure.chars().peekable())?, "")?;
    Some(if section.is_empty() { "1".to_owned() } else { section })
}

fn section_in(node: &Node, at: &str) -> Option<String> {
    let Node::List(nodes) = node else { return None };
    let parts = nodes.iter().take_while(|node| matches!(node, Node::List(_)));
    let words = nodes.iter().filter_map(|node| match node {
        Node::Word(word) => Some(word),
        Node::List(_) => None,
    });
    let kind = words.clone().next()?;
    let sections = (1..).zip(parts).map(|(number, part)| {
        let below = if at.is_empty() {
            number.to_string()
        } else {
            format!("{at}.{number}")
        };
        section_in(part, &below)
    });
    match nodes.first()? {
        Node::Word(_) => kind.eq_ignore_ascii_case("text").then(|| at.to_owned()),
        Node::List(_) if kind.eq_ignore_ascii_case("alternative") => sections.flatten().last(),
        Node::List(_) => sections.flatten().next(),
    }
}

fn node(text: &mut Peekable<Chars<'_>>) -> Option<Node> {
    match text.next_if(|letter| matches!(letter, '(' | '"')) {
        Some('(') => {
            let mut nodes = Vec::new();
            loop {
                while text.next_if_eq(&' ').is_some() {}
                if text.next_if_eq(&')').is_some() {
                    return Some(Node::List(nodes));
                }
                nodes.push(node(text)?);
            }
        }
        Some(_) => {
            let mut word = String::new();
            loop {
                match text.next()? {
                    '"' => return Some(Node::Word(word)),
                    '\\' => word.push(text.next()?),
                    letter => word.push(letter),
                }
            }
        }
        None => {
            let mut word = String::new();
            while let Some(letter) = text.next_if(|letter| !matches!(letter, ' ' | '(' | ')')) {
                word.push(letter);
            }
            (!word.is_empty()).then_some(Node::Word(word))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::text_section;

    const PLAIN: &str = r#"("text" "plain" ("charset" "utf-8") NIL NIL "8bit" 12 1 NIL NIL NIL NIL)"#;
    const HTML: &str = r#"("text" "html" ("name" "a \") b") NIL NIL "8bit" 12 1 NIL NIL NIL NIL)"#;
    const IMAGE: &str = r#"("image" "png" NIL NIL NIL "base64" 12 NIL NIL NIL NIL)"#;

    fn section(structure: &str) -> Option<String> {
        text_section(&format!("* 7 FETCH (UID 9 BODYSTRUCTURE {structure} FLAGS ())\r\n"))
    }

    #[test]
    fn the_text_is_found_alone_among_alternatives_and_before_attachments() {
        assert_eq!(section(PLAIN).as_deref(), Some("1"));
        let alternative = format!(r#"({PLAIN}{HTML} "alternative" ("boundary" "x") NIL NIL NIL)"#);
        assert_eq!(section(&alternative).as_deref(), Some("2"));
        let mixed = format!(r#"({alternative}{IMAGE} "mixed" NIL NIL NIL NIL)"#);
        assert_eq!(section(&mixed).as_deref(), Some("1.2"));
        assert_eq!(
            section(&format!(r#"({IMAGE}{HTML} "mixed" NIL NIL NIL NIL)"#)).as_deref(),
            Some("2")
        );
    }

    #[test]
    fn what_has_no_text_or_no_end_has_no_section() {
        assert_eq!(section(IMAGE), None);
        assert_eq!(text_section("* 1 FETCH (BODYSTRUCTURE ((("), None);
        assert_eq!(text_section("* 1 FETCH (FLAGS ())"), None);
    }
}

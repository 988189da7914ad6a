//! format=flowed (RFC 3676): soft line breaks joined, so that text fills any width.

/// Joins the soft breaks of `text` (LF line ends). A line that ends in a space goes on in the next
/// one of the same quote depth; with `delete_space` (DelSp=yes) that space was not text.
pub(super) fn unflow(text: &str, delete_space: bool) -> String {
    let mut joined = String::with_capacity(text.len());
    let mut open_depth: Option<usize> = None;
    for (number, line) in text.split('\n').enumerate() {
        let (depth, content) = split_quote(line);
        let is_signature = content == "-- ";
        if open_depth == Some(depth) && !is_signature {
            // Goes on where the last line ended.
        } else {
            if number > 0 {
                joined.push('\n');
            }
            push_quote(&mut joined, depth, content);
        }
        let is_soft = content.ends_with(' ') && !is_signature;
        let kept = if is_soft && delete_space {
            &content[..content.len() - 1]
        } else {
            content
        };
        joined.push_str(kept);
        open_depth = is_soft.then_some(depth);
    }
    joined
}

/// Quote depth and the line without quote marks and without the one stuffed space.
fn split_quote(line: &str) -> (usize, &str) {
    let content = line.trim_start_matches('>');
    let depth = line.len() - content.len();
    (depth, content.strip_prefix(' ').unwrap_or(content))
}

/// Quote marks as people write them: "> > text" is harder to fold than ">> text".
fn push_quote(joined: &mut String, depth: usize, content: &str) {
    joined.extend(std::iter::repeat_n('>', depth));
    if depth > 0 && !content.is_empty() {
        joined.push(' ');
    }
}

/// Makes `text` (LF line ends) flowed: lines are space-stuffed where they must be, and lines longer
/// than 76 characters are broken after spaces (RFC 3676, section 4.2). Quoted lines stay whole.
pub(super) fn flow(text: &str) -> String {
    let mut flowed = String::with_capacity(text.len() + text.len() / 40);
    for (number, line) in text.split('\n').enumerate() {
        if number > 0 {
            flowed.push('\n');
        }
        let line = if line == "-- " {
            line
        } else {
            line.trim_end_matches(' ')
        };
        if line.starts_with('>') {
            flowed.push_str(line);
        } else {
            push_wrapped(line, &mut flowed);
        }
    }
    flowed
}

fn push_wrapped(line: &str, flowed: &mut String) {
    const WIDTH: usize = 76;
    let mut width = 0;
    for (number, word) in line.split_inclusive(' ').enumerate() {
        let length = word.chars().count();
        let is_break = width > 0 && width + length > WIDTH;
        if is_break {
            flowed.push('\n');
            width = 0;
        }
        let starts_line = number == 0 || is_break;
        if starts_line && (word.starts_with([' ', '>']) || word.starts_with("From ")) {
            flowed.push(' ');
        }
        flowed.push_str(word);
        width += length;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn soft_breaks_are_joined_within_their_depth() {
        let text = "One \ntwo\n> quoted \n> more\n>> deeper \nback\n\n-- \nsign";

        assert_eq!(
            unflow(text, false),
            "One two\n> quoted more\n>> deeper \nback\n\n-- \nsign"
        );
    }

    #[test]
    fn delsp_takes_the_space_away() {
        assert_eq!(unflow("日本 \n語", true), "日本語");
    }

    #[test]
    fn a_stuffed_space_is_dropped() {
        assert_eq!(unflow(" > not a quote\n From x", false), "> not a quote\nFrom x");
    }

    #[test]
    fn what_is_flowed_reads_the_same_again() {
        let long = "word ".repeat(60);
        let texts = [
            "",
            "a\n\nb",
            "> q\n>> r\n\n>not",
            " indented\n  more",
            "From here",
            "-- \nsign",
            long.trim_end(),
        ];
        for text in texts {
            assert_eq!(unflow(&flow(text), false), text.replace(">not", "> not"), "{text:?}");
        }
    }

    #[test]
    fn flowed_lines_are_short() {
        let flowed = flow(&"word ".repeat(100));

        assert!(flowed.lines().all(|line| line.len() <= 78));
    }
}

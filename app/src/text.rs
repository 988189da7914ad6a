//! Looking for one text in another, without the library's search: with the faults that it can tell of, it comes to 4 kB
//! in brotli, and what is looked for here is a word in a line.

/// Where `part` first stands in `text`.
pub(crate) fn find(text: &str, part: &str) -> Option<usize> {
    (0..=text.len()).find(|&at| stands_at(text, part, at))
}

/// Where `part` last stands in `text`.
pub(crate) fn find_last(text: &str, part: &str) -> Option<usize> {
    (0..=text.len()).rev().find(|&at| stands_at(text, part, at))
}

/// What follows `part` where it first stands in `text`.
pub(crate) fn after<'a>(text: &'a str, part: &str) -> Option<&'a str> {
    text.get(find(text, part)? + part.len()..)
}

fn stands_at(text: &str, part: &str, at: usize) -> bool {
    let rest = text.as_bytes().get(at..);
    rest.is_some_and(|rest| rest.starts_with(part.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_found_where_the_library_finds_it() {
        for text in ["", "a", "aaab", "über über", "--->", "-- \n-- \n"] {
            for part in ["", "a", "aab", "b", "ber", "-->", "\n-- \n", "\u{301}"] {
                assert_eq!(find(text, part), text.find(part), "{part:?} in {text:?}");
                assert_eq!(find_last(text, part), text.rfind(part), "{part:?} in {text:?}");
                assert_eq!(
                    after(text, part),
                    text.split_once(part).map(|(_, rest)| rest),
                    "{part:?} in {text:?}"
                );
            }
        }
    }
}

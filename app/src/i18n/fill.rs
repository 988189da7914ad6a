//! Puts values into a text's placeholders; called by the generated methods only.

/// Replaces each `{name}` by its value. A value is never read for placeholders itself.
pub(super) fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut text = String::with_capacity(template.len() + 16);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        if let Some((_, value)) = values.iter().find(|(own, _)| *own == name) {
            text.push_str(value);
        }
        rest = after;
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use super::fill;

    #[test]
    fn placeholders_take_their_values_in_any_order() {
        let text = fill("{b} before {a}", &[("a", "1"), ("b", "2")]);

        assert_eq!(text, "2 before 1");
    }

    #[test]
    fn a_value_that_looks_like_a_placeholder_stays_as_it_is() {
        assert_eq!(fill("to {who}", &[("who", "{who} {x")]), "to {who} {x");
    }
}

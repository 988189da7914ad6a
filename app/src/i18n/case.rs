//! Lower and upper case, by the browser's own tables: those of Rust's library are 27 kB.

/// `text` in lower case.
#[cfg(target_arch = "wasm32")]
pub(crate) fn lower(text: &str) -> String {
    js_sys::JsString::from(text).to_lower_case().into()
}

/// `text` in upper case.
#[cfg(target_arch = "wasm32")]
pub(crate) fn upper(text: &str) -> String {
    js_sys::JsString::from(text).to_upper_case().into()
}

// Unit tests run without a browser.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn lower(text: &str) -> String {
    text.to_lowercase()
}

#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn upper(text: &str) -> String {
    text.to_uppercase()
}

/// Is it a letter or a digit, as far as ASCII goes? All that is beyond counts as one, but for spaces and the
/// punctuation of U+2000 to U+206F: tables of all letters would be larger than what asks.
pub(crate) fn is_of_word(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || !c.is_ascii() && !c.is_whitespace() && !matches!(c, '\u{80}'..='\u{bf}' | '\u{2000}'..='\u{206f}')
}

#[cfg(test)]
mod tests {
    use super::is_of_word;

    #[test]
    fn words_are_made_of_letters_of_any_script() {
        assert!("aZ9éßЖあ한ꦱ".chars().all(is_of_word));
        assert!(!" -.“”«»…\u{a0}\u{3000}".chars().any(is_of_word));
    }
}

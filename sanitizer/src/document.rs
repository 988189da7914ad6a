//! The document of the frame.

use crate::Washed;
use surat_protocol::frame_policy;

/// Styles of every message. `:where` has no weight, so the message's own rules win.
/// A `body` whose size is 100 % is as large as the browser's text, so ours is set on the element that stands for it.
/// The tokens may be set by the app on the frame's `html` element; without it they have defaults.
const BASE_STYLE: &str = "\
:where(html){--ground:#fff;--text:#1b1f24;--link:#0b65a8;--line:#d5d9de;color-scheme:light;background:var(--ground);color:var(--text)}\
:where(body){margin:0;overflow-x:auto;overflow-wrap:anywhere}\
:where(.surat-body){padding:16px;font:15px/24px system-ui,-apple-system,'Segoe UI',Roboto,sans-serif}\
:where(a){color:var(--link)}\
:where(img){max-width:100%}\
:where(img[src][width]){height:auto}\
:where(img:not([src])){display:inline-block;background:color-mix(in srgb,currentcolor 8%,transparent);font-size:12px;line-height:16px;overflow:hidden}\
:where(pre){white-space:pre-wrap}\
:where(.m-plain){white-space:pre-wrap}\
:where(table){max-width:100%}\
:where(blockquote){margin-inline:0;padding-inline-start:12px;border-inline-start:2px solid var(--line)}";

/// Dark, for messages that leave the colours to the reader.
const DARK_TOKENS: &str = "--ground:#14171b;--text:#e4e7eb;--link:#7cc0f0;--line:#3a4048;color-scheme:dark";

/// A whole document for the sandboxed frame; see the crate's documentation.
pub fn document(washed: &Washed) -> String {
    let dark = if washed.has_own_colours {
        format!(":root[data-theme=dark][data-force]{{{DARK_TOKENS}}}")
    } else {
        format!(
            "@media (prefers-color-scheme:dark){{:root:not([data-theme=light]){{{DARK_TOKENS}}}}}\
             :root[data-theme=dark]{{{DARK_TOKENS}}}"
        )
    };
    let policy = frame_policy("'self'");
    format!(
        "<!doctype html><html><head>\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\
         <meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <meta name=\"referrer\" content=\"no-referrer\">\
         <style>{BASE_STYLE}{dark}</style>\
         </head><body>{}</body></html>",
        washed.html
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_comes_before_everything_that_could_load() {
        let document = document(&Washed {
            html: "<p>x</p>".into(),
            ..Washed::default()
        });

        let policy = document.find("Content-Security-Policy").unwrap();
        assert!(policy < document.find("<style>").unwrap() && policy < document.find("<p>x").unwrap());
        assert!(document.contains("default-src 'none'"));
    }

    #[test]
    fn mail_with_its_own_colours_stays_light() {
        let own = document(&Washed {
            has_own_colours: true,
            ..Washed::default()
        });
        let plain = document(&Washed::default());

        assert!(!own.contains("prefers-color-scheme"));
        assert!(plain.contains("prefers-color-scheme:dark") && plain.contains("[data-theme=dark]"));
    }
}

//! How long 5 MB of HTML take to wash: a newsletter, and what was made to take long.
//!
//! `cargo run --release -p surat-sanitizer --example speed`. The promise is less than a second each.

#![expect(clippy::print_stdout, reason = "it prints what it finds")]

use std::{process::ExitCode, time::Instant};
use surat_sanitizer::{Policy, wash};

const OCTETS: usize = 5 << 20;

const NEWSLETTER: &str = "<table width=600 style='border-collapse:collapse;font-family:Arial,sans-serif'><tr>\
    <td align=center bgcolor=#ffffff style='padding:12px;color:#333333'><a href='https://shop.example/?id=1&amp;x=2' \
    style='color:#0066cc;text-decoration:none'><img src='https://shop.example/a.png' width=280 alt='An offer'></a>\
    <p class=lead>Some words about an offer that ends soon, with a <b>bold</b> one and a <span>span</span>.</p></td></tr></table>";

fn main() -> ExitCode {
    let attributes: String = (0..700_000).map(|n| format!(" a{n}")).collect();
    let formats: String = (0..200_000).map(|n| format!("<p><b class=c{n}>")).collect();
    let inputs = [
        ("newsletter", NEWSLETTER.repeat(OCTETS / NEWSLETTER.len())),
        ("text", "Just some words. ".repeat(OCTETS / 17)),
        ("div", "<div>".repeat(OCTETS / 5)),
        ("b p", "<b><p>".repeat(OCTETS / 6)),
        ("a table", "<a><table>".repeat(OCTETS / 10)),
        ("/p", "</p>".repeat(OCTETS / 4)),
        ("p", "<p>x".repeat(OCTETS / 4)),
        ("attributes", format!("<p{attributes}>")),
        ("formats", formats),
        ("entities", "&amp;".repeat(OCTETS / 5)),
        ("brackets", "<".repeat(OCTETS)),
        ("rules", format!("<style>{}", "p,a,b{color:red}".repeat(OCTETS / 16))),
        ("styles", "<p style='color:red;margin:0 1px'>".repeat(OCTETS / 34)),
    ];
    let mut is_quick = true;
    for (name, html) in inputs {
        let start = Instant::now();
        let washed = wash(
            &html,
            &Policy {
                cid: &|_| None,
                remote_image: &|_| None,
            },
        );
        let elapsed = start.elapsed();
        is_quick &= elapsed.as_millis() < 1000;
        println!(
            "{name:12} {elapsed:>10.1?}  {} -> {} octets",
            html.len(),
            washed.html.len()
        );
    }
    if is_quick { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

//! Documents from the octets of parts.

use super::*;
use crate::mime::{plan::Embedded, transfer::Encoding};
use surat_protocol::Preview;

fn section(text: &str) -> Section {
    Section::parse(text).unwrap()
}

fn shown(number: &str, kind: TextKind, octets: &[u8]) -> (Shown, Fetched) {
    let shown = Shown {
        section: section(number),
        kind,
        charset: String::new(),
        encoding: Encoding::Identity,
        octets: octets.len() as u64,
        intro: None,
        is_spare: false,
    };
    (
        shown,
        Fetched {
            section: section(number),
            octets: octets.to_vec(),
        },
    )
}

fn look(parts: Vec<(Shown, Fetched)>) -> View {
    look_with(parts, Vec::new())
}

fn look_with(parts: Vec<(Shown, Fetched)>, embedded: Vec<Embedded>) -> View {
    let (shown, fetched): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
    let plan = Plan {
        shown,
        embedded,
        ..Plan::default()
    };
    let links = Links {
        part: &|section| format!("/api/part?section={}", section.as_str()),
        remote_image: &|_| None,
    };
    view(&plan, &fetched, &links)
}

fn embedded(id: &str, number: &str) -> Embedded {
    let attachment = Attachment {
        section: section(number),
        name: "a.png".into(),
        media_type: "image/png".into(),
        size_octets: 1,
        preview: Preview::Image,
    };
    Embedded {
        id: id.into(),
        attachment,
        is_listed: false,
    }
}

#[test]
fn plain_parts_become_one_text() {
    let view = look(vec![
        shown("1", TextKind::Plain, b"one\r\ntwo"),
        shown("2", TextKind::Flowed { delete_space: false }, b"soft \r\nbreak"),
    ]);

    assert_eq!(view.body, Body::Plain("one\ntwo\n\nsoft break".into()));
    assert!(view.damage.is_empty());
}

#[test]
fn plain_and_html_parts_become_one_document() {
    let view = look(vec![
        shown("1", TextKind::Plain, b"a < b"),
        shown("2", TextKind::Html, b"<p>hi<script>x</script>"),
    ]);

    let Body::Html { document, .. } = view.body else {
        panic!("{view:?}")
    };
    assert!(
        document.contains("a &lt; b") && document.contains("<p>hi</p>"),
        "{document}"
    );
    assert!(!document.contains("script>"));
}

#[test]
fn an_embedded_image_that_is_shown_is_no_attachment() {
    let html = shown("1", TextKind::Html, b"<img src='cid:LOGO@x'>");

    let view = look_with(vec![html], vec![embedded("logo@x", "2"), embedded("other@x", "3")]);

    let Body::Html { document, .. } = &view.body else {
        panic!("{view:?}")
    };
    assert!(document.contains("/api/part?section=2"), "{document}");
    let left: Vec<&str> = view.attachments.iter().map(|a| a.section.as_str()).collect();
    assert_eq!(left, ["3"]);
}

#[test]
fn nothing_to_read_is_empty() {
    assert_eq!(look(vec![shown("1", TextKind::Plain, b" \r\n ")]).body, Body::Empty);
    assert_eq!(look(Vec::new()).body, Body::Empty);
}

#[test]
fn html_that_holds_nothing_gives_way_to_the_spare_text() {
    let mut plain = shown("1", TextKind::Plain, b"the words");
    plain.0.is_spare = true;
    let empty = shown(
        "2",
        TextKind::Html,
        b"<html><style>p{color:red}</style><body><br>&nbsp;</body>",
    );
    let full = shown("2", TextKind::Html, b"<p>more words");

    assert_eq!(
        look(vec![plain.clone(), empty.clone()]).body,
        Body::Plain("the words".into())
    );
    assert!(matches!(look(vec![plain, full]).body, Body::Html { document, .. } if !document.contains("the words")));
    assert_eq!(look(vec![empty]).body, Body::Empty);
}

#[test]
fn damage_is_told_once() {
    let mut one = shown("1", TextKind::Plain, b"caf=ZZ");
    one.0.encoding = Encoding::QuotedPrintable;
    let mut two = shown("2", TextKind::Plain, b"x");
    two.0.charset = "x-martian".into();
    let mut three = shown("3", TextKind::Plain, b"a\xff");
    three.0.charset = "utf-8".into();

    let view = look(vec![one, two, three]);

    assert_eq!(
        view.damage,
        [Damage::Encoding, Damage::Charset("x-martian".into()), Damage::Text]
    );
}

#[test]
fn a_long_text_is_cut_and_says_so() {
    let mut long = shown("1", TextKind::Plain, &vec![b'x'; 1 << 20]);
    long.0.octets = 5 << 20;

    let view = look(vec![long]);

    assert_eq!(
        view.damage,
        [Damage::Cut {
            shown_octets: 1 << 20,
            total_octets: 5 << 20
        }]
    );
}

#[test]
fn many_long_texts_are_cut_in_all() {
    let parts = ["1", "2", "3"].map(|n| shown(n, TextKind::Plain, "ä".repeat(500_000).as_bytes()));

    let view = look(parts.into());

    let Body::Plain(text) = &view.body else {
        panic!("{view:?}")
    };
    assert!(text.len() <= BODY_OCTETS + 4);
    assert!(
        matches!(
            view.damage[..],
            [Damage::Cut {
                total_octets: 3_000_000,
                ..
            }]
        ),
        "{:?}",
        view.damage
    );
}

#[test]
fn html_without_a_charset_is_read_by_its_meta() {
    let html = shown("1", TextKind::Html, b"<meta charset=\"koi8-r\"><p>\xf0\xd2\xc9");

    let Body::Html { document, .. } = look(vec![html]).body else {
        panic!()
    };

    assert!(document.contains("При"));
}

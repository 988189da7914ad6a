//! Plans for the structures that real mail has.

use super::*;

fn leaf(media_type: &str, edit: impl FnOnce(&mut Part)) -> BodyStructure {
    let (media_type, subtype) = media_type.split_once('/').unwrap();
    let mut part = Part {
        media_type: media_type.into(),
        subtype: subtype.into(),
        encoding: "7bit".into(),
        octets: 100,
        ..Part::default()
    };
    edit(&mut part);
    BodyStructure::Part(Box::new(part))
}

fn plain() -> BodyStructure {
    leaf("text/plain", |_| {})
}

fn html() -> BodyStructure {
    leaf("text/html", |part| part.octets = 10_000)
}

fn short_html() -> BodyStructure {
    leaf("text/html", |_| {})
}

fn file(media_type: &str, name: &str) -> BodyStructure {
    leaf(media_type, |part| {
        part.disposition = Some(("attachment".into(), vec![("filename".into(), name.as_bytes().to_vec())]));
    })
}

fn multi(subtype: &str, parts: Vec<BodyStructure>) -> BodyStructure {
    BodyStructure::Multipart {
        subtype: subtype.into(),
        parts,
        parameters: Vec::new(),
    }
}

fn message(subject: &str, inside: BodyStructure) -> BodyStructure {
    leaf("message/rfc822", |part| {
        let envelope = RawEnvelope {
            subject: Some(subject.as_bytes().to_vec()),
            ..RawEnvelope::default()
        };
        part.message = Some((envelope, inside));
    })
}

fn image(id: &str) -> BodyStructure {
    leaf("image/png", |part| part.id = Some(format!("<{id}>").into_bytes()))
}

fn shown(plan: &Plan) -> Vec<&str> {
    plan.shown.iter().map(|shown| shown.section.as_str()).collect()
}

fn attached(plan: &Plan) -> Vec<(&str, &str)> {
    plan.attachments
        .iter()
        .map(|a| (a.section.as_str(), a.name.as_str()))
        .collect()
}

#[test]
fn a_single_text_has_section_1() {
    let plan = plan(&plain());

    assert_eq!(shown(&plan), ["1"]);
    assert!(plan.attachments.is_empty());
}

#[test]
fn html_is_preferred_among_alternatives() {
    let plan = plan(&multi(
        "alternative",
        vec![plain(), html(), leaf("text/x-amp-html", |_| {})],
    ));

    assert_eq!(shown(&plan), ["2"]);
    assert!(plan.attachments.is_empty());
}

#[test]
fn plain_text_is_shown_when_no_html_is_there() {
    assert_eq!(
        shown(&plan(&multi(
            "alternative",
            vec![plain(), leaf("text/watch-html", |_| {})]
        ))),
        ["1"]
    );
}

#[test]
fn an_invitation_is_an_attachment_beside_its_text() {
    let structure = multi("alternative", vec![plain(), html(), leaf("text/calendar", |_| {})]);

    let plan = plan(&structure);

    assert_eq!(shown(&plan), ["2"]);
    assert_eq!(attached(&plan), [("3", "part-1.ics")]);
}

#[test]
fn images_of_related_html_are_embedded() {
    let related = multi("related", vec![html(), image("logo@x")]);
    let structure = multi(
        "mixed",
        vec![multi("alternative", vec![plain(), related]), file("image/png", "a.png")],
    );

    let plan = plan(&structure);

    assert_eq!(shown(&plan), ["1.2.1"]);
    assert_eq!(attached(&plan), [("2", "a.png")]);
    assert_eq!(
        (
            plan.embedded[0].id.as_str(),
            plan.embedded[0].attachment.section.as_str()
        ),
        ("logo@x", "1.2.2")
    );
}

#[test]
fn several_texts_are_shown_in_order() {
    let structure = multi(
        "mixed",
        vec![plain(), image("x"), html(), file("text/plain", "notes.txt")],
    );

    let plan = plan(&structure);

    assert_eq!(shown(&plan), ["1", "3"]);
    assert_eq!(attached(&plan), [("4", "notes.txt")]);
}

#[test]
fn a_bounce_shows_its_reason() {
    let structure = multi(
        "report",
        vec![
            plain(),
            leaf("message/delivery-status", |_| {}),
            message("Lost", multi("mixed", vec![plain()])),
        ],
    );

    let plan = plan(&structure);

    assert_eq!(shown(&plan), ["1", "2"]);
    assert_eq!(attached(&plan), [("3", "Lost.eml")]);
}

#[test]
fn a_message_inside_is_opened_when_there_is_nothing_else_to_read() {
    let structure = multi("mixed", vec![message("Outer", message("Inner", html()))]);

    let plan = plan(&structure);

    assert_eq!(shown(&plan), ["1.1.1"]);
    assert_eq!(plan.shown[0].intro.as_deref(), Some("Inner"));
    assert_eq!(attached(&plan), [("1", "Outer.eml"), ("1.1", "Inner.eml")]);
}

#[test]
fn a_signature_gets_no_paper_clip() {
    let signed = multi("signed", vec![plain(), leaf("application/pgp-signature", |_| {})]);

    assert!(!has_attachment(&signed));
    assert!(!has_attachment(&multi("related", vec![html(), image("x")])));
    assert!(has_attachment(&multi(
        "mixed",
        vec![plain(), file("application/pdf", "a.pdf")]
    )));
}

#[test]
fn broken_structures_are_told_and_do_no_harm() {
    let mut deep = plain();
    for _ in 0..60 {
        deep = multi("mixed", vec![deep]);
    }

    assert_eq!(plan(&multi("mixed", Vec::new())).damage, [Damage::Structure]);
    assert_eq!(plan(&deep).damage, [Damage::Structure]);
}

#[test]
fn names_are_never_empty_or_paths() {
    let structure = multi(
        "mixed",
        vec![
            plain(),
            file("application/x-a b", "../../"),
            file("text/plain", "a/b.txt"),
        ],
    );

    let plan = plan(&structure);

    assert_eq!(attached(&plan), [("2", "part-1.bin"), ("3", "b.txt")]);
    assert_eq!(plan.attachments[0].media_type, "application/octet-stream");
}

#[test]
fn flowed_text_is_known_by_its_parameters() {
    let flowed = leaf("text/plain", |part| {
        part.parameters = vec![("format".into(), b"Flowed".to_vec()), ("delsp".into(), b"yes".to_vec())];
    });

    assert_eq!(plan(&flowed).shown[0].kind, TextKind::Flowed { delete_space: true });
}

#[test]
fn encoded_sizes_become_decoded_ones() {
    let structure = leaf("application/pdf", |part| {
        part.encoding = "base64".into();
        part.octets = 78_000;
    });

    assert_eq!(plan(&structure).attachments[0].size_octets, 57_000);
}

#[test]
fn short_html_has_its_plain_text_as_a_spare() {
    let plan = plan(&multi(
        "alternative",
        vec![
            plain(),
            multi("mixed", vec![short_html(), file("text/csv", "a.csv"), short_html()]),
        ],
    ));

    let spares: Vec<(&str, bool)> = plan
        .shown
        .iter()
        .map(|shown| (shown.section.as_str(), shown.is_spare))
        .collect();
    assert_eq!(spares, [("1", true), ("2.1", false), ("2.3", false)]);
}

#[test]
fn an_empty_alternative_is_not_preferred() {
    let empty = leaf("text/html", |part| part.octets = 0);

    assert_eq!(shown(&plan(&multi("alternative", vec![plain(), empty]))), ["1"]);
}

#[test]
fn text_of_unknown_kind_is_read_as_plain() {
    assert_eq!(plan(&leaf("text/x-unheard-of", |_| {})).shown[0].kind, TextKind::Plain);
}

#[test]
fn a_multipart_without_content_is_hollow() {
    let empty = || leaf("text/plain", |part| part.octets = 0);

    assert!(is_hollow(&multi(
        "mixed",
        vec![empty(), multi("alternative", vec![empty()])]
    )));
    assert!(!is_hollow(&multi("mixed", vec![empty(), plain()])));
    assert!(!is_hollow(&empty()));
}

#[test]
fn an_attached_image_with_a_content_id_is_listed_and_can_be_shown() {
    let image = leaf("image/png", |part| {
        part.id = Some(b"<photo@x>".to_vec());
        part.disposition = Some(("attachment".into(), Vec::new()));
    });

    let plan = plan(&multi("mixed", vec![html(), image]));

    assert_eq!(attached(&plan), [("2", "part-1.png")]);
    assert_eq!(plan.embedded[0].id, "photo@x");
}

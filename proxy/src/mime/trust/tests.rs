//! Whole headers, weighed.

use super::*;
use surat_protocol::Checks;

const READER: Reader<'static> = Reader {
    email: "ayu@surat.test",
    authserv_id: Some("mx.surat.test"),
};

fn address(name: &str, email: &str) -> Address {
    Address {
        name: name.into(),
        email: email.into(),
    }
}

fn from(name: &str, email: &str) -> Envelope {
    Envelope {
        from: vec![address(name, email)],
        ..Envelope::default()
    }
}

/// What is said of a message from budi@bank.example with these header fields.
fn with_fields(fields: &str) -> Trust {
    weigh(
        &from("Budi", "budi@bank.example"),
        fields.replace('\n', "\r\n").as_bytes(),
        &READER,
    )
}

fn checks(spf: Outcome, dkim: Outcome, dmarc: Outcome) -> Option<Checks> {
    Some(Checks { spf, dkim, dmarc })
}

fn unconfirmed() -> Option<Caution> {
    Some(Caution::Unconfirmed {
        domain: "bank.example".into(),
    })
}

#[test]
fn the_results_of_the_own_server_are_told() {
    let trust = with_fields(
        "Authentication-Results: MX.surat.test (our server; dmarc=fail) 1;\n\tspf=softfail smtp.mailfrom=x.example;\n\
         \tdkim=fail reason=\"dmarc=fail; \\\"bad\\\"\" header.d=a.example; dkim / 1 = pass header.d=bank.example;\n\
         \tdmarc=pass (p=reject dis=none) header.from=bank.example\n",
    );

    assert_eq!(trust.checks, checks(Outcome::Unsure, Outcome::Pass, Outcome::Pass));
    assert_eq!(trust.caution, None);
}

#[test]
fn a_server_that_checked_nothing_is_believed_that() {
    let trust = with_fields("Authentication-Results: mx.surat.test; none\n");

    assert_eq!(
        trust.checks,
        checks(Outcome::Missing, Outcome::Missing, Outcome::Missing)
    );
    assert_eq!(trust.caution, None);
}

#[test]
fn whoever_fails_dmarc_is_unconfirmed() {
    let trust = with_fields(
        "Authentication-Results: mx.surat.test; spf=pass smtp.mailfrom=evil.test; dkim=pass header.d=evil.test; \
         dmarc=fail header.from=bank.example\n",
    );

    assert_eq!(trust.checks, checks(Outcome::Pass, Outcome::Pass, Outcome::Fail));
    assert_eq!(trust.caution, unconfirmed());
}

#[test]
fn a_confirmation_of_another_domain_than_the_one_shown_confirms_nothing() {
    let of = |from: &str| {
        with_fields(&format!(
            "Authentication-Results: mx.surat.test; dmarc=pass header.from={from}\n"
        ))
    };

    assert_eq!(of("evil.test").caution, unconfirmed());
    assert_eq!(
        of("evil.test").checks,
        checks(Outcome::Missing, Outcome::Missing, Outcome::Fail)
    );
    assert_eq!(of("\"\"").caution, unconfirmed());
    assert_eq!(of("mail.bank.example").caution, None);
    assert_eq!(of("budi@bank.example").caution, None);
}

#[test]
fn failures_that_forwarding_causes_are_no_reason_to_worry() {
    for results in [
        "spf=fail",
        "dkim=fail",
        "spf=fail; dkim=fail; dmarc=none",
        "dmarc=temperror",
        "dmarc=permerror",
    ] {
        let trust = with_fields(&format!("Authentication-Results: mx.surat.test; {results}\n"));
        assert_eq!(trust.caution, None, "{results}");
    }
}

#[test]
fn only_the_topmost_field_of_the_own_server_counts() {
    let own = "Authentication-Results: mx.surat.test; dmarc=fail header.from=bank.example\n";
    let forged = "Authentication-Results: mx.surat.test; dmarc=pass header.from=bank.example\n";
    let foreign = "Authentication-Results: mx.evil.test; dmarc=pass header.from=bank.example\n";

    assert_eq!(with_fields(&format!("{own}{forged}")).caution, unconfirmed());
    assert_eq!(
        with_fields(&format!("Received: x\n{own}{foreign}")).caution,
        unconfirmed()
    );
    for unheard in [
        foreign.to_owned(),
        format!("{foreign}{own}"),
        format!("X-{own}"),
        format!("ARC-{own}"),
        format!("Subject: x\n {own}"),
        format!("Subject: x\n\n{own}"),
        own.replace("mx.surat.test", "mx.surat.test.evil.test"),
        own.replace("mx.surat.test", "(mx.surat.test) evil.test"),
        own.replace("mx.surat.test", "evil.test mx.surat.test"),
        own.replace("mx.surat.test;", ";mx.surat.test;"),
        "Authentication-Results:\n".to_owned(),
        String::new(),
    ] {
        assert_eq!(with_fields(&unheard), Trust::default(), "{unheard}");
    }
}

#[test]
fn without_the_name_of_the_own_server_nothing_is_believed() {
    let fields = b"Authentication-Results: mx.surat.test; dmarc=fail\r\n";
    let reader = Reader {
        authserv_id: None,
        ..READER
    };

    assert_eq!(
        weigh(&from("Budi", "budi@bank.example"), fields, &reader),
        Trust::default()
    );
}

#[test]
fn a_name_with_another_address_is_told_with_both() {
    let caution = weigh(&from("budi＠bank.example", "x@evil.test"), b"", &READER).caution;

    let expected = Caution::OtherName {
        named: "budi@bank.example".into(),
        email: "x@evil.test".into(),
    };
    assert_eq!(caution, Some(expected));
}

#[test]
fn a_domain_like_the_own_one_is_told_with_both() {
    let of = |email: &str| weigh(&from("Admin", email), b"", &READER).caution;
    let like_own = |domain: &str| {
        Some(Caution::LookAlike {
            domain: domain.into(),
            like: "surat.test".into(),
        })
    };

    assert_eq!(of("admin@surat.test.evil.test"), like_own("surat.test.evil.test"));
    assert_eq!(of("admin@ѕurat.test"), like_own("xn--urat-f9d.test"));
    assert_eq!(of("admin@mail.surat.test"), None);
    assert_eq!(
        of("admin@pаypal.example"),
        Some(Caution::Disguised {
            domain: "xn--pypal-4ve.example".into(),
            appearance: "pаypal.example".into()
        })
    );
}

#[test]
fn answers_that_go_to_another_domain_are_told_where_nobody_expects_it() {
    let of = |email: &str| {
        let envelope = Envelope {
            reply_to: vec![address("Budi", email)],
            to: vec![address("", "list@lists.test")],
            ..from("Budi", "budi@bank.example")
        };
        weigh(&envelope, b"", &READER).caution
    };

    let elsewhere = Caution::ReplyElsewhere {
        email: "budi@mail.test".into(),
    };
    assert_eq!(of("budi@mail.test"), Some(elsewhere));
    for expected in [
        "other@help.bank.example",
        "boss@surat.test",
        "List@lists.test",
        "",
        "nobody",
    ] {
        assert_eq!(of(expected), None, "{expected}");
    }
}

#[test]
fn the_most_serious_reason_goes_first() {
    let everything = Envelope {
        reply_to: vec![address("", "x@mail.test")],
        ..from("budi@bank.example", "x@surat.test.evil.test")
    };
    let denied = b"Authentication-Results: mx.surat.test; dmarc=fail\r\n";

    let caution = |fields| weigh(&everything, fields, &READER).caution;

    assert!(matches!(caution(denied), Some(Caution::Unconfirmed { .. })));
    assert!(matches!(caution(b""), Some(Caution::LookAlike { .. })));
}

#[test]
fn who_has_no_address_is_not_weighed() {
    assert_eq!(weigh(&Envelope::default(), b"", &READER), Trust::default());
    assert_eq!(weigh(&from("budi@bank.example", ""), b"", &READER), Trust::default());
}

proptest::proptest! {
    #[test]
    fn any_header_is_read_to_its_end(value in "[a-z =;()\"\\\\./@\\n]{0,200}", name in ".{0,60}", email in ".{0,40}") {
        let fields = format!("Authentication-Results: mx.surat.test;{}\r\n", value.replace('\n', "\r\n "));
        let trust = weigh(&from(&name, &email), fields.as_bytes(), &READER);
        proptest::prop_assert!(trust.checks.is_some());
    }
}

//! Tests of the session cookie.

use super::*;

fn credentials(password: &str) -> Credentials {
    Credentials {
        email: "ayu@surat.test".into(),
        password: Secret::new(password),
    }
}

fn session() -> Session {
    Session::begin(credentials("pä\"ss\r\n"), true, 0)
}

fn sealer(key: &SecretKey) -> Sealer {
    Sealer::new(key, None, &"imaps://mail.test:993")
}

/// The Cookie header that a browser makes of a Set-Cookie.
fn returned(set: &HeaderValue) -> HeaderMap {
    let pair = set.to_str().expect("ASCII").split(';').next().expect("a pair");
    [(
        header::COOKIE,
        HeaderValue::from_str(&format!("a=b; {pair}; c=d")).expect("ASCII"),
    )]
    .into_iter()
    .collect()
}

#[test]
fn what_was_sealed_is_opened() {
    let sealer = sealer(&SecretKey::generate());
    let before = session();

    let set = sealer.set_cookie(&before, true).expect("it fits");
    let after = sealer.session_of(&returned(&set), true).expect("it is ours");

    assert_eq!((after.id, after.credentials), (before.id, before.credentials));
    assert!(
        sealer.session_of(&returned(&set), false).is_none(),
        "the name says whether it came by TLS"
    );
}

#[test]
fn a_cookie_is_guarded_by_its_attributes() {
    let sealer = sealer(&SecretKey::generate());
    let text = |session: &Session, is_https| {
        let set = sealer.set_cookie(session, is_https).expect("it fits");
        set.to_str()
            .expect("ASCII")
            .split_once(';')
            .expect("attributes")
            .1
            .to_owned()
    };

    assert_eq!(
        text(&session(), true),
        " Path=/; HttpOnly; SameSite=Strict; Secure; Max-Age=2592000"
    );
    let unkept = Session {
        keep: false,
        ..session()
    };
    assert_eq!(text(&unkept, false), " Path=/; HttpOnly; SameSite=Strict");
    assert!(
        sealer
            .set_cookie(&unkept, true)
            .is_some_and(|c| c.as_bytes().starts_with(b"__Host-surat="))
    );
}

#[test]
fn any_flipped_bit_or_cut_makes_it_void() {
    let sealer = sealer(&SecretKey::generate());
    let value = sealer.seal(&session()).expect("it fits");
    let octets = BASE64_URL_SAFE_NO_PAD.decode(&value).expect("base64");

    for at in 0..octets.len() {
        let mut flipped = octets.clone();
        flipped[at] ^= 1;
        assert!(
            sealer.open(&BASE64_URL_SAFE_NO_PAD.encode(&flipped)).is_none(),
            "octet {at}"
        );
        assert!(
            sealer.open(&BASE64_URL_SAFE_NO_PAD.encode(&octets[..at])).is_none(),
            "cut at {at}"
        );
    }
    assert!(sealer.open("").is_none() && sealer.open("é").is_none());
}

#[test]
fn another_key_or_another_server_cannot_open_it() {
    let key = SecretKey::generate();
    let value = sealer(&key).seal(&session()).expect("it fits");

    assert!(sealer(&SecretKey::generate()).open(&value).is_none());
    assert!(
        Sealer::new(&key, None, &"imaps://other.test:993")
            .open(&value)
            .is_none()
    );
    assert!(sealer(&key).open(&value).is_some());
}

/// Is a session let in that began so long ago, and whose cookie was sealed so long ago?
fn lasts(keep: bool, begun: Duration, sealed: Duration) -> bool {
    let sealer = sealer(&SecretKey::generate());
    let aged = Session {
        issued_at: now() - begun.as_secs(),
        sealed_at: now() - sealed.as_secs(),
        keep,
        ..session()
    };
    sealer.open(&sealer.seal(&aged).expect("it fits")).is_some()
}

#[test]
fn a_session_ends_however_often_it_is_used() {
    for (keep, limit) in [(true, KEPT_FOR), (false, UNKEPT_FOR)] {
        assert!(lasts(keep, limit - CLOCK_SKEW, Duration::ZERO), "{limit:?}");
        assert!(!lasts(keep, limit, Duration::ZERO), "{limit:?}");
    }
}

#[test]
fn a_session_ends_that_is_not_used() {
    for (keep, limit) in [(true, KEPT_IDLE), (false, UNKEPT_IDLE)] {
        assert!(lasts(keep, limit, limit - CLOCK_SKEW), "{limit:?}");
        assert!(!lasts(keep, limit, limit), "{limit:?}");
    }
}

#[test]
fn a_cookie_of_the_future_is_void() {
    let sealer = sealer(&SecretKey::generate());
    let later = now() + 3600;
    for (issued_at, sealed_at) in [(later, now()), (now(), later)] {
        let future = Session {
            issued_at,
            sealed_at,
            ..session()
        };
        assert!(sealer.open(&sealer.seal(&future).expect("it fits")).is_none());
    }
}

#[test]
fn a_cookie_is_sealed_anew_when_it_is_used_after_a_while() {
    assert!(session().renewed().is_none());
    let aged = Session {
        issued_at: now() - 7200,
        sealed_at: now() - 7200,
        ..session()
    };

    let renewed = aged.renewed().expect("it is time");

    assert_eq!(
        (renewed.id, renewed.issued_at),
        (aged.id, aged.issued_at),
        "it ends when it would have"
    );
    assert!(renewed.sealed_at >= now() - 1);
}

#[test]
fn the_old_key_opens_what_it_has_sealed_until_it_is_gone() {
    let (old, new) = (SecretKey::generate(), SecretKey::generate());
    let server = "imaps://mail.test:993";
    let value = sealer(&old).seal(&session()).expect("it fits");
    let both = Sealer::new(&new, Some(&old), &server);

    let opened = both.open(&value).expect("the old key is there");
    let renewed = both.seal(&opened.renewed().expect("at once")).expect("it fits");

    assert!(sealer(&new).open(&value).is_none());
    let after = sealer(&new).open(&renewed).expect("sealed with the new key");
    assert_eq!(after.id, opened.id);
    assert!(after.renewed().is_none());
    assert!(
        Sealer::new(&new, Some(&SecretKey::generate()), &server)
            .open(&value)
            .is_none()
    );
}

#[test]
fn a_password_too_long_for_a_cookie_is_refused_instead_of_cut() {
    let long = Session {
        credentials: credentials(&"x".repeat(4000)),
        ..session()
    };

    assert!(sealer(&SecretKey::generate()).set_cookie(&long, true).is_none());
}

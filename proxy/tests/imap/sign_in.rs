//! Signing in.

use crate::support::{dovecot, hear, play, sign_in, start, try_sign_in};
use surat_proxy::{
    imap::{self, DialError, Error},
    secret::Secret,
    tls::TlsSettings,
};
use surat_testbed::{PASSWORD, Testbed, address};
use tokio::{io::AsyncWriteExt, net::TcpStream};

#[tokio::test]
async fn signing_in_reads_the_capabilities_again_and_enables_what_helps() {
    let testbed = dovecot();

    let session = sign_in(&testbed, "ayu").await;

    let offered = session.capabilities();
    assert!(offered.move_ && offered.uidplus && offered.esearch && offered.notify && offered.list_status);
    assert!(session.enabled().qresync && session.enabled().condstore);
}

#[tokio::test]
async fn a_wrong_password_is_told_apart_from_a_lost_server() {
    let testbed = dovecot();

    let error = try_sign_in(&testbed, "ayu", "wrong").await.unwrap_err();

    assert!(error.is_wrong_password(), "{error:?}");
    assert!(!Error::ConnectionLost(String::new()).is_wrong_password());
}

#[tokio::test]
async fn odd_characters_in_name_and_password_stay_text() {
    let testbed = dovecot();

    for odd in ["\" OR \\", "a\r\nA1 LOGOUT", "pässwörd", "{5}", &"x".repeat(4000)] {
        let error = try_sign_in(&testbed, "ayu", odd).await.unwrap_err();
        assert!(error.is_wrong_password(), "{odd:?}: {error:?}");
    }
    assert!(matches!(
        try_sign_in(&testbed, "ayu", "a\0b").await,
        Err(Error::Unsendable)
    ));
}

#[tokio::test]
async fn login_is_used_where_there_is_no_plain() {
    let (endpoint, server) = play(async |mut stream: TcpStream| {
        let mut heard = String::new();
        stream.write_all(b"* OK [CAPABILITY IMAP4rev1] hi\r\n").await.unwrap();
        hear(&mut stream, &mut heard, "\r\n").await;
        stream
            .write_all(b"A0001 NO [AUTHENTICATIONFAILED]no\r\n")
            .await
            .unwrap();
        heard
    })
    .await;
    let client = imap::dial(&endpoint, &TlsSettings::new(None).unwrap()).await.unwrap();

    let error = client.sign_in("a\"yu", &Secret::new("pä\\ss"), None).await.unwrap_err();

    assert!(error.is_wrong_password(), "{error:?}");
    assert_eq!(server.await.unwrap(), "A0001 LOGIN \"a\\\"yu\" \"pä\\\\ss\"\r\n");
}

#[tokio::test]
async fn login_is_not_used_where_it_is_forbidden() {
    let (endpoint, server) = play(async |mut stream: TcpStream| {
        stream
            .write_all(b"* OK [CAPABILITY IMAP4rev1 LOGINDISABLED] hi\r\n")
            .await
            .unwrap();
        crate::support::follow(&mut stream, &[]).await
    })
    .await;
    let client = imap::dial(&endpoint, &TlsSettings::new(None).unwrap()).await.unwrap();

    let error = client.sign_in("ayu", &Secret::new("secret"), None).await.unwrap_err();

    assert!(matches!(error, Error::Unsupported(_)), "{error:?}");
    assert_eq!(server.await.unwrap(), "");
}

#[tokio::test]
async fn the_servers_reasons_for_not_letting_in_are_kept_apart() {
    for (reply, is_wrong) in [
        ("A0001 NO [UNAVAILABLE] later\r\n", false),
        ("A0001 NO [LIMIT] too many\r\n", false),
        ("A0001 NO [EXPIRED] password\r\n", false),
        ("A0001 NO\r\n", true),
    ] {
        let (endpoint, _server) = play(async move |mut stream: TcpStream| {
            stream
                .write_all(b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hi\r\n")
                .await
                .unwrap();
            let mut heard = String::new();
            hear(&mut stream, &mut heard, "\r\n").await;
            stream.write_all(reply.as_bytes()).await.unwrap();
            crate::support::follow(&mut stream, &[]).await
        })
        .await;
        let client = imap::dial(&endpoint, &TlsSettings::new(None).unwrap()).await.unwrap();

        let error = client.sign_in("ayu", &Secret::new("secret"), None).await.unwrap_err();

        assert_eq!(error.is_wrong_password(), is_wrong, "{reply:?}: {error:?}");
    }
}

#[tokio::test]
async fn the_address_of_the_person_is_told_before_the_password() {
    let (endpoint, server) = play(async |mut stream: TcpStream| {
        stream
            .write_all(b"* OK [CAPABILITY IMAP4rev1 ID AUTH=PLAIN] hi\r\n")
            .await
            .unwrap();
        crate::support::follow(
            &mut stream,
            &[
                ("ID (", "* ID NIL\r\nA0001 OK\r\n"),
                ("AUTHENTICATE PLAIN\r\n", "A0002 NO no\r\n"),
            ],
        )
        .await
    })
    .await;
    let client = imap::dial(&endpoint, &TlsSettings::new(None).unwrap()).await.unwrap();

    let address = "192.0.2.7".parse().ok();
    client
        .sign_in("ayu", &Secret::new("secret"), address)
        .await
        .unwrap_err();

    assert!(server.await.unwrap().contains("\"x-originating-ip\" \"192.0.2.7\""));
}

#[tokio::test]
async fn starttls_is_taken_where_it_is_offered_even_on_loopback() {
    let testbed = dovecot();
    let endpoint = format!("imap://localhost:{}", testbed.imap_port).parse().unwrap();
    let (tls, shown) = TlsSettings::noting(Some(&testbed.ca_file())).unwrap();

    let client = imap::dial(&endpoint, &tls).await.unwrap();

    assert!(shown.certificate().is_some());
    client
        .sign_in(&address("ayu"), &Secret::new(PASSWORD), None)
        .await
        .unwrap();
}

#[tokio::test]
async fn without_starttls_only_loopback_is_spoken_to_in_clear() {
    let testbed = start(Testbed::builder().without_starttls());
    let endpoint = |host: &str| format!("imap://{host}:{}", testbed.imap_port).parse().unwrap();
    let (tls, shown) = TlsSettings::noting(None).unwrap();

    let client = imap::dial(&endpoint("127.0.0.1"), &tls).await.unwrap();
    assert!(shown.certificate().is_none());
    client
        .sign_in(&address("ayu"), &Secret::new(PASSWORD), None)
        .await
        .unwrap();

    // The resolver takes this for 127.0.0.1; by its spelling it is just some name.
    let error = imap::dial(&endpoint("127.1"), &tls).await.unwrap_err();
    assert!(matches!(error, DialError::NoEncryption), "{error:?}");
}

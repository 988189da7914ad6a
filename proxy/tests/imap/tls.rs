//! Certificates that do not hold, and what is slipped in before the encryption.

use crate::support::{follow, hear, imaps, play, trust};
use surat_protocol::CertificateFault;
use surat_proxy::{
    endpoint::Endpoint,
    imap::{self, DialError},
    tls::TlsSettings,
};
use surat_testbed::{CertificateKind, Testbed};
use tokio::{io::AsyncWriteExt, net::TcpStream};

async fn fault_of(endpoint: &Endpoint, tls: &TlsSettings) -> CertificateFault {
    match imap::dial(endpoint, tls).await {
        Err(DialError::Certificate(fault)) => fault,
        other => panic!("{other:?}"),
    }
}

async fn faults(kind: CertificateKind) -> [CertificateFault; 2] {
    let testbed = Testbed::builder().certificate(kind).without_postfix().start().unwrap();
    let start_tls = format!("imap://localhost:{}", testbed.imap_port).parse().unwrap();
    let tls = trust(&testbed);
    [fault_of(&imaps(&testbed), &tls).await, fault_of(&start_tls, &tls).await]
}

#[tokio::test]
async fn a_ca_that_nobody_knows_is_told() {
    assert_eq!(
        faults(CertificateKind::UnknownCa).await,
        [CertificateFault::UnknownIssuer; 2]
    );
}

#[tokio::test]
async fn a_certificate_for_another_name_is_told() {
    assert_eq!(
        faults(CertificateKind::WrongHost).await,
        [CertificateFault::WrongName; 2]
    );
}

#[tokio::test]
async fn an_expired_certificate_is_told() {
    assert_eq!(faults(CertificateKind::Expired).await, [CertificateFault::Expired; 2]);
}

#[tokio::test]
async fn without_the_ca_file_its_certificates_are_not_trusted() {
    let testbed = Testbed::builder().without_postfix().start().unwrap();

    let fault = fault_of(&imaps(&testbed), &TlsSettings::new(None).unwrap()).await;

    assert_eq!(fault, CertificateFault::UnknownIssuer);
}

#[tokio::test]
async fn what_is_slipped_in_before_the_encryption_is_dropped() {
    let (endpoint, server) = play(async |mut stream: TcpStream| {
        stream
            .write_all(b"* OK [CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN] hi\r\n")
            .await
            .unwrap();
        // A tagged OK for the command that will come first in the tunnel, and no tunnel at all.
        let slipped_in = "A0001 OK go\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\nA0001 OK\r\nA0002 OK\r\n";
        follow(&mut stream, &[("STARTTLS\r\n", slipped_in)]).await
    })
    .await;

    let dialled = tokio::time::timeout(
        std::time::Duration::from_secs(3),
        imap::dial(&endpoint, &TlsSettings::new(None).unwrap()),
    )
    .await;

    // Nothing but a handshake is waited for; the rest was not taken for an answer.
    assert!(matches!(dialled, Err(_) | Ok(Err(DialError::Tls(_)))), "{dialled:?}");
    let said = server.await.unwrap();
    assert!(said.starts_with("A0001 STARTTLS\r\n") && !said.contains("AUTHENTICATE"));
}

#[tokio::test]
async fn a_refused_starttls_ends_it() {
    let (endpoint, _server) = play(async |mut stream: TcpStream| {
        let mut heard = String::new();
        stream
            .write_all(b"* OK [CAPABILITY IMAP4rev1 STARTTLS] hi\r\n")
            .await
            .unwrap();
        hear(&mut stream, &mut heard, "STARTTLS\r\n").await;
        stream.write_all(b"A0001 BAD no\r\n").await.unwrap();
        follow(&mut stream, &[]).await
    })
    .await;

    let error = imap::dial(&endpoint, &TlsSettings::new(None).unwrap())
        .await
        .unwrap_err();

    assert!(matches!(error, DialError::NotReady(_)), "{error:?}");
}

#[tokio::test]
async fn who_is_not_an_imap_server_is_not_let_in() {
    for greeting in [
        "220 smtp ready\r\n",
        "* BYE busy\r\n",
        "* PREAUTH as root\r\n",
        "HTTP/1.1 400 Bad\r\n\r\n",
        "",
    ] {
        let (endpoint, _server) = play(async move |mut stream: TcpStream| {
            stream.write_all(greeting.as_bytes()).await.unwrap();
            String::new()
        })
        .await;

        let error = imap::dial(&endpoint, &TlsSettings::new(None).unwrap())
            .await
            .unwrap_err();

        assert!(matches!(error, DialError::NotReady(_)), "{greeting:?}: {error:?}");
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_cannot_be_reached() {
    let (endpoint, server) = play(async |_stream| String::new()).await;
    server.abort();
    let _ = server.await;

    let error = imap::dial(&endpoint, &TlsSettings::new(None).unwrap())
        .await
        .unwrap_err();

    assert!(matches!(error, DialError::Unreachable(_)), "{error:?}");
}

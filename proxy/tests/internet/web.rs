//! A web server on every address there is, which notes on which of them it was reached.

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpListener,
    sync::mpsc::{UnboundedReceiver, unbounded_channel},
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, pki_types::PrivateKeyDer},
};

/// A picture.
const PNG: &[u8] = include_bytes!("../../../fuzz/images/colours.png");

/// Ports that somebody listens on.
const PORTS: [u16; 10] = [80, 443, 22, 25, 143, 587, 3128, 6379, 8080, 11211];

/// The path at which every host redirects to `target`.
pub fn redirect(status: u16, target: &str) -> String {
    format!("/go/{status}/{}", utf8_percent_encode(target, NON_ALPHANUMERIC))
}

/// The path at which every host redirects so many times before there is a picture.
pub fn chain(redirects: usize) -> String {
    format!("/chain/{redirects}")
}

/// Listens on all ports, and tells each address and port on which a connection came.
pub async fn start(certified: rcgen::CertifiedKey<rcgen::KeyPair>) -> UnboundedReceiver<SocketAddr> {
    let key = PrivateKeyDer::try_from(certified.signing_key.serialize_der()).unwrap();
    let tls = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certified.cert.der().clone()], key);
    let tls = TlsAcceptor::from(Arc::new(tls.unwrap()));
    let (reached, connections) = unbounded_channel();
    for port in PORTS {
        let listener = TcpListener::bind(("::", port)).await.unwrap();
        let (reached, tls) = (reached.clone(), tls.clone());
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let local = stream.local_addr().unwrap();
                reached.send((canonical(local.ip()), port).into()).unwrap();
                let tls = tls.clone();
                // Whoever does not like what it hears hangs up; that is no fault of this server.
                tokio::spawn(async move {
                    if port == 443 {
                        answer(tls.accept(stream).await?).await
                    } else {
                        answer(stream).await
                    }
                });
            }
        });
    }
    connections
}

fn canonical(address: IpAddr) -> IpAddr {
    address.to_canonical()
}

async fn answer(mut stream: impl AsyncRead + AsyncWrite + Unpin) -> std::io::Result<()> {
    let mut request = vec![0; 16 << 10];
    let read = stream.read(&mut request).await?;
    let text = String::from_utf8_lossy(&request[..read]).into_owned();
    let path = text.split(' ').nth(1).unwrap_or_default();
    let head = match path.split('/').collect::<Vec<_>>()[..] {
        ["", "go", status, target] => format!(
            "{status} Go\r\nLocation: {}",
            percent_decode_str(target).decode_utf8_lossy()
        ),
        ["", "chain", more] if more != "0" => {
            let more: usize = more.parse().unwrap();
            format!("302 Go\r\nLocation: {}", chain(more - 1))
        }
        _ => "200 OK\r\nContent-Type: image/png".to_owned(),
    };
    let head = format!(
        "HTTP/1.1 {head}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        PNG.len()
    );
    stream.write_all(&[head.as_bytes(), PNG].concat()).await?;
    stream.shutdown().await
}

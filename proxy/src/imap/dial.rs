//! From an endpoint to a connection that has said its greeting, encrypted where it must be.
//!
//! All addresses of a host are tried, staggered (RFC 8305); each step is bounded in time.

use super::{
    client::Client,
    error::DialError,
    socket::{BoxedSocket, Socket},
    sorter::Sorter,
};
use crate::{
    endpoint::{Encryption, Endpoint},
    tls::{TlsSettings, certificate_fault},
};
use futures_util::{StreamExt, stream::FuturesUnordered};
use rustls::pki_types::ServerName;
use std::{io, net::SocketAddr, time::Duration};
use tokio::{
    net::{TcpSocket, TcpStream, lookup_host},
    time::{sleep, timeout},
};
use tokio_rustls::TlsConnector;

/// Time for finding the name and connecting.
const CONNECT_PATIENCE: Duration = Duration::from_secs(15);

/// Time for the TLS handshake.
const HANDSHAKE_PATIENCE: Duration = Duration::from_secs(15);

/// Time after which the next address is tried as well (RFC 8305, section 5).
const STAGGER: Duration = Duration::from_millis(250);

/// Connects, encrypts, and reads greeting and capabilities.
///
/// With STARTTLS, the server has to offer it, except on loopback. What it said before the encryption
/// began is forgotten. No password is sent here.
pub async fn dial(endpoint: &Endpoint, tls: &TlsSettings) -> Result<Client, DialError> {
    let socket = bounded(CONNECT_PATIENCE, connect(endpoint)).await?;
    match endpoint.encryption {
        Encryption::Implicit => {
            let socket = encrypt(socket, endpoint, tls).await?;
            Client::greet(Sorter::new(socket)).await
        }
        Encryption::StartTls => {
            let client = Client::greet(Sorter::new(Box::new(socket) as BoxedSocket)).await?;
            if !client.capabilities().starttls {
                let may_be_clear = endpoint.is_loopback();
                return if may_be_clear {
                    Ok(client)
                } else {
                    Err(DialError::NoEncryption)
                };
            }
            let socket = encrypt(client.start_tls().await?, endpoint, tls).await?;
            Client::resume(Sorter::after_greeting(socket)).await
        }
    }
}

async fn encrypt(socket: impl Socket, endpoint: &Endpoint, tls: &TlsSettings) -> Result<BoxedSocket, DialError> {
    let name = ServerName::try_from(endpoint.host.clone())
        .map_err(|error| DialError::Unreachable(io::Error::new(io::ErrorKind::InvalidInput, error)))?;
    let handshake = TlsConnector::from(tls.config()).connect(name, socket);
    let stream = timeout(HANDSHAKE_PATIENCE, handshake)
        .await
        .map_err(|_| DialError::TimedOut)?
        .map_err(tls_error)?;
    Ok(Box::new(stream))
}

fn tls_error(error: io::Error) -> DialError {
    match certificate_fault(&error) {
        Some(fault) => DialError::Certificate(fault),
        None => DialError::Tls(error),
    }
}

async fn connect(endpoint: &Endpoint) -> Result<TcpStream, DialError> {
    let addresses = lookup_host((endpoint.host.as_str(), endpoint.port))
        .await
        .map_err(DialError::Unreachable)?;
    staggered(interleaved(addresses.collect()))
        .await
        .map_err(DialError::Unreachable)
}

/// IPv6 and IPv4 by turns, so that one of them being broken costs one stagger only.
fn interleaved(addresses: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let (six, four): (Vec<_>, Vec<_>) = addresses.into_iter().partition(SocketAddr::is_ipv6);
    let longest = six.len().max(four.len());
    (0..longest)
        .flat_map(|index| [six.get(index), four.get(index)])
        .flatten()
        .copied()
        .collect()
}

/// The first connection that is made. The next address is tried when the one before has failed, or
/// has not answered for [`STAGGER`].
async fn staggered(addresses: Vec<SocketAddr>) -> io::Result<TcpStream> {
    let mut waiting = addresses.into_iter();
    let mut attempts: FuturesUnordered<_> = waiting.next().map(connect_to).into_iter().collect();
    let mut last_error = io::Error::new(io::ErrorKind::NotFound, "The name has no address");
    while !attempts.is_empty() {
        tokio::select! {
            Some(attempt) = attempts.next() => match attempt {
                Ok(socket) => return Ok(socket),
                Err(error) => last_error = error,
            },
            () = sleep(STAGGER), if waiting.len() > 0 => {}
        }
        attempts.extend(waiting.next().map(connect_to));
    }
    Err(last_error)
}

async fn connect_to(address: SocketAddr) -> io::Result<TcpStream> {
    let socket = if address.is_ipv6() {
        TcpSocket::new_v6()
    } else {
        TcpSocket::new_v4()
    }?;
    // So that the system notices a peer that is gone although nobody speaks.
    socket.set_keepalive(true)?;
    let stream = socket.connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

async fn bounded<T>(patience: Duration, step: impl Future<Output = Result<T, DialError>>) -> Result<T, DialError> {
    timeout(patience, step).await.map_err(|_| DialError::TimedOut)?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_families_are_tried_by_turns() {
        let parse = |text: &str| text.parse::<SocketAddr>().unwrap();
        let addresses = ["1.1.1.1:1", "1.1.1.2:1", "[::1]:1"].map(parse);

        let order = interleaved(addresses.to_vec());

        assert_eq!(order, ["[::1]:1", "1.1.1.1:1", "1.1.1.2:1"].map(parse));
    }

    #[tokio::test]
    async fn an_address_that_refuses_does_not_keep_from_the_next() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let open = listener.local_addr().unwrap();
        let closed = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .unwrap()
            .local_addr()
            .unwrap();

        let stream = staggered(vec![closed, open]).await.unwrap();

        assert_eq!(stream.peer_addr().unwrap(), open);
        assert!(staggered(vec![closed]).await.is_err() && staggered(Vec::new()).await.is_err());
    }
}

//! Free ports of 127.0.0.1, and whether a server answers on one.

use anyhow::{Context, Result};
use std::{
    io::Read,
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    time::Duration,
};

/// What a server does as soon as somebody connects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Greeting {
    /// It speaks first.
    Spoken,
    /// It waits for TLS.
    Silent,
}

/// Ports that were free a moment ago. They are all held until the last is known, so that they differ.
pub(crate) fn free<const COUNT: usize>() -> Result<[u16; COUNT]> {
    let mut held = Vec::with_capacity(COUNT);
    let mut ports = [0; COUNT];
    for port in &mut ports {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("Find a free port")?;
        *port = listener.local_addr().context("Read the port")?.port();
        held.push(listener);
    }
    Ok(ports)
}

/// Whether a server is there and greets.
pub(crate) fn answers(port: u16, greeting: Greeting) -> bool {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let Ok(mut stream) = TcpStream::connect_timeout(&address, Duration::from_secs(1)) else {
        return false;
    };
    if greeting == Greeting::Silent {
        return true;
    }
    let mut octet = [0];
    stream.set_read_timeout(Some(Duration::from_secs(10))).is_ok() && matches!(stream.read(&mut octet), Ok(1))
}

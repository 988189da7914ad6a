//! Ports of 127.0.0.1 for one test bed alone, and whether a server answers on one.

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

/// Ports of a test bed: five for its servers, and the one that reserves them.
const BLOCK: u16 = 6;

/// Below the ports that the kernel gives to outgoing connections and to whoever listens on port 0 (from 32768), so that
/// none of these is taken while a server of ours starts, or is down for a moment.
const RANGE: std::ops::Range<u16> = 20_000..32_000;

/// Ports that no other test bed uses as long as this is kept.
#[derive(Debug)]
pub(crate) struct Reserved<const COUNT: usize> {
    pub(crate) ports: [u16; COUNT],
    /// Listens on the first port of the block: two test beds cannot both do that, and the kernel ends it with us.
    _reservation: TcpListener,
}

/// Reserves ports that nobody listens on.
///
/// # Errors
/// When all of them are taken.
pub(crate) fn reserve<const COUNT: usize>() -> Result<Reserved<COUNT>> {
    const { assert!(COUNT < BLOCK as usize, "a block holds these ports and the reservation") };
    let blocks = RANGE.len() / usize::from(BLOCK);
    // Processes that start at the same moment have different ids, and so look at different blocks.
    let first = std::process::id() as usize * 7 % blocks;
    (0..blocks)
        .find_map(|step| reserve_block((first + step) % blocks))
        .context("Find free ports")
}

fn reserve_block<const COUNT: usize>(block: usize) -> Option<Reserved<COUNT>> {
    let start = RANGE.start + u16::try_from(block).ok()? * BLOCK;
    let reservation = listen(start)?;
    let mut ports = [0; COUNT];
    for (port, number) in ports.iter_mut().zip(start + 1..) {
        *port = number;
        // A test bed that was killed a moment ago may still be dying.
        listen(number)?;
    }
    Some(Reserved {
        ports,
        _reservation: reservation,
    })
}

fn listen(port: u16) -> Option<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).ok()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_test_beds_have_no_port_in_common() {
        let one: Reserved<5> = reserve().unwrap();
        let other: Reserved<5> = reserve().unwrap();

        assert!(one.ports.iter().all(|port| !other.ports.contains(port)));
    }

    #[test]
    fn a_port_that_somebody_listens_on_is_passed_over() {
        let free: Reserved<5> = reserve().unwrap();
        let _taken = listen(free.ports[4]).unwrap();
        let before = free.ports;
        drop(free);

        let next: Reserved<5> = reserve().unwrap();

        assert!(next.ports.iter().all(|port| !before.contains(port)));
    }
}

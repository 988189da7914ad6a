//! A link with a delay: what comes in goes out later, and not faster than a slow line lets it.

use anyhow::{Context, Result};
use std::{
    io::{Read, Write},
    net::{Ipv4Addr, Shutdown, TcpListener, TcpStream},
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread,
    time::{Duration, Instant},
};

/// A slow DSL line: 5 Mbit/s, each way.
const OCTETS_PER_SECOND: f64 = 5_000_000.0 / 8.0;

/// One packet: no more goes out at once.
const PACKET_OCTETS: usize = 1_460;

/// Packets that wait in one direction of one connection; a sender that is faster has to wait.
const QUEUE_PACKETS: usize = 256;

/// Opens a port that leads to another one over a link of this round-trip time. It stays until the process ends.
pub(super) fn open(to: u16, round_trip: Duration) -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("Open the relay")?;
    let port = listener.local_addr().context("Open the relay")?.port();
    let (up, down) = (Line::new(round_trip / 2), Line::new(round_trip / 2));
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // The browser notices a connection that is not served, and tells.
            let _ = connect(stream, to, round_trip, &up, &down);
        }
    });
    Ok(port)
}

fn connect(near: TcpStream, to: u16, round_trip: Duration, up: &Line, down: &Line) -> std::io::Result<()> {
    let far = TcpStream::connect((Ipv4Addr::LOCALHOST, to))?;
    near.set_nodelay(true)?;
    far.set_nodelay(true)?;
    // The handshake took no time on this machine; over the link it takes one round trip.
    let opened = Instant::now() + round_trip;
    up.carry(near.try_clone()?, far.try_clone()?, opened);
    down.carry(far, near, opened);
    Ok(())
}

/// One direction of the link, shared by all connections.
#[derive(Clone)]
struct Line {
    delay: Duration,
    free_at: Arc<Mutex<Instant>>,
}

impl Line {
    fn new(delay: Duration) -> Self {
        Self {
            delay,
            free_at: Arc::new(Mutex::new(Instant::now())),
        }
    }

    /// Carries what one connection says, each packet at its time, from `opened` on.
    fn carry(&self, mut from: TcpStream, mut to: TcpStream, opened: Instant) {
        let (sender, packets) = mpsc::sync_channel::<(Instant, Vec<u8>)>(QUEUE_PACKETS);
        let line = self.clone();
        thread::spawn(move || {
            let mut packet = [0; PACKET_OCTETS];
            while let Ok(length @ 1..) = from.read(&mut packet) {
                let due = line.book(length, Instant::now().max(opened));
                if sender
                    .send((due, packet.iter().take(length).copied().collect()))
                    .is_err()
                {
                    break;
                }
            }
        });
        thread::spawn(move || {
            for (due, packet) in packets {
                thread::sleep(due.saturating_duration_since(Instant::now()));
                if to.write_all(&packet).is_err() {
                    break;
                }
            }
            // The other side may have closed before.
            let _ = to.shutdown(Shutdown::Write);
        });
    }

    /// When so many octets that are sent now arrive.
    fn book(&self, octets: usize, now: Instant) -> Instant {
        let mut free_at = self.free_at.lock().unwrap_or_else(PoisonError::into_inner);
        #[expect(clippy::cast_precision_loss, reason = "the length of a packet")]
        let time = Duration::from_secs_f64(octets as f64 / OCTETS_PER_SECOND);
        *free_at = now.max(*free_at) + time;
        *free_at + self.delay
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_echo_over_the_link_takes_a_round_trip() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let to = listener.local_addr().unwrap().port();
        thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut octets = [0; 4];
            stream.read_exact(&mut octets).unwrap();
            stream.write_all(&octets).unwrap();
        });
        let port = open(to, Duration::from_millis(40)).unwrap();
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
        let mut octets = [0; 4];
        // So that the handshake is over.
        thread::sleep(Duration::from_millis(100));
        let began = Instant::now();

        stream.write_all(b"gema").unwrap();
        stream.read_exact(&mut octets).unwrap();

        assert_eq!(&octets, b"gema");
        assert!(began.elapsed() >= Duration::from_millis(40), "{:?}", began.elapsed());
    }

    #[test]
    fn a_line_takes_its_time_for_many_octets() {
        let line = Line::new(Duration::from_millis(10));
        let now = Instant::now();

        let first = line.book(62_500, now);
        let second = line.book(62_500, now);

        assert!(first - now >= Duration::from_millis(110));
        assert_eq!(second - first, Duration::from_millis(100));
    }
}

//! A link with a delay: what comes in goes out later, and not faster than a slow line lets it.

use anyhow::{Context, Result};
use std::{
    io::{Read, Write},
    net::{Ipv4Addr, Shutdown, TcpListener, TcpStream},
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak, mpsc},
    thread,
    time::{Duration, Instant},
};

/// A slow DSL line: 5 Mbit/s, each way.
const OCTETS_PER_SECOND: f64 = 5_000_000.0 / 8.0;

/// One packet: no more goes out at once.
const PACKET_OCTETS: usize = 1_460;

/// Packets that wait in one direction of one connection; a sender that is faster has to wait.
const QUEUE_PACKETS: usize = 256;

/// A link whose port leads to another one. It stays until the process ends.
pub(super) struct Relay {
    port: u16,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    is_cut: bool,
    /// Both ends of every connection, while it is carried.
    streams: Vec<Weak<TcpStream>>,
}

impl Relay {
    /// Opens a port that leads to another one, with this round-trip time.
    pub(super) fn open(to: u16, round_trip: Duration) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("Open the relay")?;
        let port = listener.local_addr().context("Open the relay")?.port();
        let (up, down) = (Line::new(round_trip / 2), Line::new(round_trip / 2));
        let relay = Self {
            port,
            state: Arc::default(),
        };
        let state = Arc::clone(&relay.state);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // The browser notices a connection that is not served, and tells.
                let _ = connect(stream, to, round_trip, [&up, &down], &state);
            }
        });
        Ok(relay)
    }

    /// Where it is entered.
    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// Ends all connections; from now on each new one ends at once.
    pub(super) fn cut(&self) {
        let mut state = lock(&self.state);
        state.is_cut = true;
        for stream in state.streams.drain(..).filter_map(|stream| stream.upgrade()) {
            // It may have ended before.
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    /// Takes connections again.
    pub(super) fn mend(&self) {
        lock(&self.state).is_cut = false;
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn connect(
    near: TcpStream,
    to: u16,
    round_trip: Duration,
    [up, down]: [&Line; 2],
    state: &Mutex<State>,
) -> std::io::Result<()> {
    let mut state = lock(state);
    if state.is_cut {
        return Ok(());
    }
    let far = TcpStream::connect((Ipv4Addr::LOCALHOST, to))?;
    near.set_nodelay(true)?;
    far.set_nodelay(true)?;
    let (near, far) = (Arc::new(near), Arc::new(far));
    state.streams.retain(|stream| stream.strong_count() > 0);
    state.streams.extend([&near, &far].map(Arc::downgrade));
    // The handshake took no time on this machine; over the link it takes one round trip.
    let opened = Instant::now() + round_trip;
    up.carry(Arc::clone(&near), Arc::clone(&far), opened);
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
    fn carry(&self, from: Arc<TcpStream>, to: Arc<TcpStream>, opened: Instant) {
        let (sender, packets) = mpsc::sync_channel::<(Instant, Vec<u8>)>(QUEUE_PACKETS);
        let line = self.clone();
        thread::spawn(move || {
            let mut packet = [0; PACKET_OCTETS];
            while let Ok(length @ 1..) = from.as_ref().read(&mut packet) {
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
                if to.as_ref().write_all(&packet).is_err() {
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
        let port = Relay::open(to, Duration::from_millis(40)).unwrap().port();
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
    fn a_link_that_is_cut_ends_what_goes_over_it_until_it_is_mended() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let relay = Relay::open(listener.local_addr().unwrap().port(), Duration::ZERO).unwrap();
        let connect = || TcpStream::connect((Ipv4Addr::LOCALHOST, relay.port())).unwrap();
        let mut before = connect();
        let (mut far, _) = listener.accept().unwrap();

        relay.cut();

        let mut rest = Vec::new();
        assert_eq!(before.read_to_end(&mut rest).unwrap_or(0), 0);
        assert_eq!(far.read_to_end(&mut rest).unwrap_or(0), 0);
        assert_eq!(connect().read_to_end(&mut rest).unwrap_or(0), 0);
        relay.mend();
        let mut after = connect();
        let (mut far, _) = listener.accept().unwrap();
        far.write_all(b"gema").unwrap();
        let mut octets = [0; 4];
        after.read_exact(&mut octets).unwrap();
        assert_eq!(&octets, b"gema");
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

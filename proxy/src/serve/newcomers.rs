//! New connections of one network: so many at once, so many a second, and so many open.
//!
//! A TLS handshake is the dearest thing that a stranger can ask for.

use crate::{
    config::Network,
    http::limit::network,
    pace::{Pace, Speed},
};
use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// A whole office behind one address may load its pages anew: two or three connections each.
const SPEED: Speed = Speed {
    each: Duration::from_millis(20),
    burst: 500,
};
/// Connections that one network may have open.
const OPEN: usize = 2_500;
/// Networks that are known at most; about 50 octets each.
const CAPACITY: usize = 20_000;

/// All networks of which there are connections.
#[derive(Debug)]
pub(super) struct Newcomers {
    networks: Mutex<HashMap<IpAddr, Known>>,
    /// Reverse proxies stand for many.
    trusted: Vec<Network>,
}

#[derive(Debug)]
struct Known {
    pace: Pace,
    open: usize,
}

/// A connection that was let in.
pub(super) struct Arrival {
    /// Before its handshake it rests for so long.
    pub(super) rest: Option<Duration>,
    /// Dropped when it has ended.
    pub(super) stay: Stay,
}

/// Counts a connection as open.
#[derive(Debug)]
pub(super) struct Stay {
    of: Option<(Arc<Newcomers>, IpAddr)>,
}

impl Newcomers {
    /// Nobody is there; these networks are not counted.
    pub(super) fn new(trusted: Vec<Network>) -> Arc<Self> {
        Arc::new(Self {
            networks: Mutex::default(),
            trusted,
        })
    }

    /// A connection of this address is there. `None`: its network has too many.
    pub(super) fn arrive(self: &Arc<Self>, address: IpAddr, now: Instant) -> Option<Arrival> {
        if self.trusted.iter().any(|network| network.contains(address)) {
            return Some(Arrival {
                rest: None,
                stay: Stay { of: None },
            });
        }
        let network = network(address);
        let mut networks = self.lock();
        if networks.len() >= CAPACITY {
            networks.retain(|_, known| known.open > 0 || !known.pace.is_fresh(now));
        }
        let new = Known {
            pace: Pace::new(now),
            open: 0,
        };
        let known = networks.entry(network).or_insert(new);
        if known.open >= OPEN {
            return None;
        }
        known.open += 1;
        Some(Arrival {
            rest: known.pace.step(1, SPEED, now),
            stay: Stay {
                of: Some((Arc::clone(self), network)),
            },
        })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<IpAddr, Known>> {
        self.networks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Stay {
    fn drop(&mut self) {
        if let Some((newcomers, network)) = self.of.take()
            && let Some(known) = newcomers.lock().get_mut(&network)
        {
            known.open = known.open.saturating_sub(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    const HOME: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
    const OTHER: IpAddr = IpAddr::V4(Ipv4Addr::new(198, 51, 100, 7));

    fn come(newcomers: &Arc<Newcomers>, address: IpAddr, times: usize) -> Vec<Arrival> {
        let now = Instant::now();
        (0..times).map_while(|_| newcomers.arrive(address, now)).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn a_network_that_goes_on_dialling_waits_and_others_do_not() {
        let newcomers = Newcomers::new(Vec::new());

        let office = come(&newcomers, HOME, 501);

        assert_eq!(office[499].rest, None);
        assert_eq!(office[500].rest, Some(SPEED.each));
        assert_eq!(come(&newcomers, OTHER, 1)[0].rest, None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_network_has_a_part_of_all_places_and_gets_them_back() {
        let newcomers = Newcomers::new(Vec::new());

        let mut all = come(&newcomers, HOME, OPEN + 1);

        assert_eq!(all.len(), OPEN);
        all.pop();
        assert_eq!(come(&newcomers, HOME, 2).len(), 1);
        assert_eq!(come(&newcomers, OTHER, 1).len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_reverse_proxy_stands_for_many() {
        let newcomers = Newcomers::new(vec!["192.0.2.0/24".parse().expect("a network")]);

        let all = come(&newcomers, HOME, OPEN * 2);

        assert!(all.len() == OPEN * 2 && all.iter().all(|arrival| arrival.rest.is_none()));
    }

    #[tokio::test(start_paused = true)]
    async fn networks_that_have_gone_are_forgotten() {
        let newcomers = Newcomers::new(Vec::new());
        for number in (0..u32::MAX).take(CAPACITY) {
            come(&newcomers, IpAddr::V4(number.into()), 1);
        }
        tokio::time::advance(SPEED.each).await;

        come(&newcomers, OTHER, 1);

        assert_eq!(newcomers.lock().len(), 1);
    }
}

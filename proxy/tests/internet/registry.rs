//! What IANA set aside, as its registries list it, written apart from the proxy's own list.
//!
//! <https://www.iana.org/assignments/iana-ipv4-special-registry>,
//! <https://www.iana.org/assignments/iana-ipv6-special-registry>; multicast and site-local beside them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

const SPECIAL: [&str; 54] = [
    "0.0.0.0/8",
    "0.0.0.0/32",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.0.0/29",
    "192.0.0.8/32",
    "192.0.0.9/32",
    "192.0.0.10/32",
    "192.0.0.170/32",
    "192.0.0.171/32",
    "192.0.2.0/24",
    "192.31.196.0/24",
    "192.52.193.0/24",
    "192.88.99.0/24",
    "192.88.99.2/32",
    "192.168.0.0/16",
    "192.175.48.0/24",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "255.255.255.255/32",
    "::1/128",
    "::/128",
    "::ffff:0:0/96",
    "64:ff9b::/96",
    "64:ff9b:1::/48",
    "100::/64",
    "100:0:0:1::/64",
    "2001::/23",
    "2001::/32",
    "2001:1::1/128",
    "2001:1::2/128",
    "2001:1::3/128",
    "2001:2::/48",
    "2001:3::/32",
    "2001:4:112::/48",
    "2001:10::/28",
    "2001:20::/28",
    "2001:30::/28",
    "2001:db8::/32",
    "2002::/16",
    "2620:4f:8000::/48",
    "3fff::/20",
    "5f00::/16",
    "fc00::/7",
    "fe80::/10",
    "fec0::/10",
    "ff00::/8",
];

/// The first, the last and an inner address of each range, each once.
pub fn special_addresses() -> Vec<IpAddr> {
    let mut addresses: Vec<IpAddr> = SPECIAL.iter().flat_map(|range| edges(range)).collect();
    addresses.sort();
    addresses.dedup();
    addresses
}

fn edges(range: &str) -> [IpAddr; 3] {
    let (network, length) = range.split_once('/').unwrap();
    let length: u32 = length.parse().unwrap();
    match network.parse().unwrap() {
        IpAddr::V4(first) => {
            let host = u32::MAX.checked_shr(length).unwrap_or(0);
            [0, host, host / 3].map(|offset| Ipv4Addr::from_bits(first.to_bits() | offset).into())
        }
        IpAddr::V6(first) => {
            let host = u128::MAX.checked_shr(length).unwrap_or(0);
            [0, host, host / 3].map(|offset| Ipv6Addr::from_bits(first.to_bits() | offset).into())
        }
    }
}

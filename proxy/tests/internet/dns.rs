//! A DNS server whose names lead into the network: plainly, beside good addresses, or from the second answer on.

use super::table::{PUBLIC, PUBLIC_V6};
use std::{
    collections::HashMap,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};
use tokio::net::UdpSocket;

const A: u16 = 1;
const CNAME: u16 = 5;
const AAAA: u16 = 28;
/// No such name (RFC 1035, section 4.1.1).
const NAME_ERROR: u16 = 3;

/// One name's addresses; `=name` is an alias.
const ZONE: [(&str, &[&str]); 46] = [
    ("public.example", &[PUBLIC, PUBLIC_V6]),
    ("localhost", &["127.0.0.1"]),
    ("any.localhost", &["127.0.0.1", "::1"]),
    ("localhost.localdomain", &["127.0.0.1"]),
    ("ip6-localhost", &["::1"]),
    ("localtest.me", &["127.0.0.1", "::1"]),
    ("sub.lvh.me", &["127.0.0.1"]),
    ("metadata.google.internal", &["169.254.169.254"]),
    ("metadata.corp.example", &["169.254.169.254"]),
    ("intranet.corp.example", &["10.1.2.3"]),
    ("wpad.corp.example", &["192.168.0.2"]),
    ("host.docker.internal", &["172.17.0.1"]),
    ("kubernetes.default.svc", &["10.96.0.1"]),
    ("inner.example", &["10.0.0.1"]),
    ("xn--bcher-kva.example", &["10.0.0.2"]),
    ("inner6.example", &["fd00::1"]),
    ("link-local6.example", &["fe80::1"]),
    ("mapped6.example", &["::ffff:127.0.0.1"]),
    ("compatible6.example", &["::10.0.0.1"]),
    ("nat64.example", &["64:ff9b::a00:1"]),
    ("6to4.example", &["2002:a00:1::1"]),
    ("teredo.example", &["2001:0:5db8:d822:0:0:f5ff:fffe"]),
    ("isatap.example", &["2606:2800:220:1:0:5efe:a00:1"]),
    ("alias.example", &["=inner.example"]),
    ("alias-of-alias.example", &["=alias.example"]),
    ("zero.example", &["0.0.0.0"]),
    ("broadcast.example", &["255.255.255.255"]),
    ("multicast.example", &["224.0.0.1"]),
    ("shared.example", &["100.64.0.1"]),
    ("benchmark.example", &["198.18.0.1"]),
    ("as112.example", &["192.175.48.6"]),
    ("future.example", &["240.0.0.1"]),
    ("_under_score.example", &["10.0.0.3"]),
    ("good-then-inner.mixed.example", &[PUBLIC, "10.0.0.1"]),
    ("inner-then-good.mixed.example", &["10.0.0.1", PUBLIC]),
    ("good-and-inner6.mixed.example", &[PUBLIC, "fd00::1"]),
    ("good6-and-inner.mixed.example", &[PUBLIC_V6, "10.0.0.1"]),
    ("good-and-zero.mixed.example", &[PUBLIC, "0.0.0.0"]),
    (
        "many-good-one-inner.mixed.example",
        &["1.1.1.1", "8.8.8.8", "9.9.9.9", PUBLIC, "127.0.0.1"],
    ),
    ("good-and-mapped6.mixed.example", &[PUBLIC, "::ffff:10.0.0.1"]),
    ("good6-and-link-local6.mixed.example", &[PUBLIC_V6, "fe80::1"]),
    (
        "alias-good-and-inner.mixed.example",
        &["=good-then-inner.mixed.example"],
    ),
    ("good.example", &[PUBLIC]),
    ("good6.example", &[PUBLIC_V6]),
    ("good-alias.example", &["=good.example"]),
    ("search.corp.example", &[PUBLIC]),
];

/// Answers on 127.0.0.1:53 for as long as the test runs.
pub async fn start() {
    let socket = UdpSocket::bind("127.0.0.1:53").await.unwrap();
    tokio::spawn(async move {
        let mut asked: HashMap<(String, u16), usize> = HashMap::new();
        let mut packet = [0; 1500];
        loop {
            let (length, from) = socket.recv_from(&mut packet).await.unwrap();
            let query = &packet[..length];
            let (name, kind, end) = question(query);
            let times = asked.entry((name.clone(), kind)).or_default();
            let answer = response(query, end, kind, &chain_of(&name, *times));
            *times += 1;
            socket.send_to(&answer, from).await.unwrap();
        }
    });
}

/// What a name stands for, aliases first.
fn chain_of(name: &str, times: usize) -> Vec<String> {
    if name.ends_with(".rebind.example") {
        let address = if times == 0 { PUBLIC } else { "127.0.0.1" };
        return vec![address.into()];
    }
    if let Some(address) = wildcard(name) {
        return vec![address.to_string()];
    }
    let Some((_, records)) = ZONE.iter().find(|(known, _)| *known == name) else {
        return Vec::new();
    };
    match records[0].strip_prefix('=') {
        Some(target) => [vec![records[0].into()], chain_of(target, times)].concat(),
        None => records.iter().map(|&record| record.into()).collect(),
    }
}

/// The address inside a name, as nip.io and sslip.io find it: dotted, dashed, or eight hex digits.
fn wildcard(name: &str) -> Option<Ipv4Addr> {
    let prefix = name
        .strip_suffix(".nip.io")
        .or_else(|| name.strip_suffix(".sslip.io"))?;
    let labels: Vec<&str> = prefix.split(['.', '-']).collect();
    let dotted = labels.len().checked_sub(4).map(|skip| labels[skip..].join("."));
    if let Some(address) = dotted.and_then(|text| text.parse().ok()) {
        return Some(address);
    }
    u32::from_str_radix(labels.last()?, 16).ok().map(Ipv4Addr::from_bits)
}

/// Name, type, and where the question ends.
fn question(query: &[u8]) -> (String, u16, usize) {
    let (mut at, mut labels) = (12, Vec::new());
    while query[at] != 0 {
        let next = at + 1 + usize::from(query[at]);
        labels.push(String::from_utf8_lossy(&query[at + 1..next]).to_lowercase());
        at = next;
    }
    let kind = u16::from_be_bytes([query[at + 1], query[at + 2]]);
    (labels.join("."), kind, at + 5)
}

fn response(query: &[u8], end: usize, kind: u16, records: &[String]) -> Vec<u8> {
    let mut answers = Vec::new();
    let mut count = 0_u16;
    for record in records {
        let data = match (record.strip_prefix('='), kind, record.parse()) {
            (Some(target), ..) => Some((CNAME, wire_name(target))),
            (None, A, Ok(IpAddr::V4(v4))) => Some((A, v4.octets().to_vec())),
            (None, AAAA, Ok(IpAddr::V6(v6))) => Some((AAAA, Ipv6Addr::octets(&v6).to_vec())),
            _ => None,
        };
        let Some((kind, data)) = data else { continue };
        // An alias names itself anew; the records behind it belong to its target.
        let owner = records[..usize::from(count)]
            .iter()
            .rev()
            .find_map(|record| record.strip_prefix('='));
        answers.extend(owner.map_or_else(|| vec![0xc0, 12], wire_name));
        answers.extend([kind, 1, 0, 0].into_iter().flat_map(u16::to_be_bytes));
        answers.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
        answers.extend(data);
        count += 1;
    }
    let code = if records.is_empty() { NAME_ERROR } else { 0 };
    let mut response = query[..2].to_vec();
    response.extend([0x8180 | code, 1, count, 0, 0].into_iter().flat_map(u16::to_be_bytes));
    response.extend(&query[12..end]);
    response.extend(answers);
    response
}

fn wire_name(name: &str) -> Vec<u8> {
    let labels = name.split('.').flat_map(|label| {
        let length = u8::try_from(label.len()).unwrap();
        std::iter::once(length).chain(label.bytes())
    });
    labels.chain([0]).collect()
}

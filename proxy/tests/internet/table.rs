//! What a hostile message may name as the address of an image: each leads into the network, or would if it were believed.

use super::{registry::special_addresses, web::redirect};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Hosts of the public internet, which may be reached: this one answers by HTTP,
pub const PUBLIC: &str = "93.184.216.34";
/// this one is its other address,
pub const PUBLIC_V6: &str = "2606:2800:220:1::1";
/// and this is the name of both; it has a certificate as well.
pub const PUBLIC_NAME: &str = "public.example";

/// Targets whose spellings are tried: this machine, the private networks, a cloud's metadata.
const INNER: [Ipv4Addr; 6] = [
    Ipv4Addr::new(127, 0, 0, 1),
    Ipv4Addr::new(10, 0, 0, 1),
    Ipv4Addr::new(169, 254, 169, 254),
    Ipv4Addr::new(192, 168, 1, 1),
    Ipv4Addr::new(172, 16, 5, 4),
    Ipv4Addr::new(100, 64, 0, 1),
];

/// Names that the test's DNS server, `/etc/hosts` or the search list resolve to inner addresses.
const NAMES: [&str; 41] = [
    "localhost",
    "LOCALHOST",
    "localhost.",
    "any.localhost",
    "localhost.localdomain",
    "ip6-localhost",
    "localtest.me",
    "sub.lvh.me",
    "metadata.google.internal",
    "metadata",
    "intranet",
    "wpad",
    "host.docker.internal",
    "kubernetes.default.svc",
    "inner.example",
    "inner.example.",
    "INNER.eXample",
    "ｉｎｎｅｒ.example",
    "inner。example",
    "inner%2eexample",
    "inner\u{ad}.example",
    "bücher.example",
    "xn--bcher-kva.example",
    "inner6.example",
    "link-local6.example",
    "mapped6.example",
    "compatible6.example",
    "nat64.example",
    "6to4.example",
    "teredo.example",
    "isatap.example",
    "alias.example",
    "alias-of-alias.example",
    "zero.example",
    "broadcast.example",
    "multicast.example",
    "shared.example",
    "benchmark.example",
    "as112.example",
    "future.example",
    "_under_score.example",
];

/// Names with good and bad addresses at once: whichever is tried first, none may be.
const MIXED: [&str; 9] = [
    "good-then-inner.mixed.example",
    "inner-then-good.mixed.example",
    "good-and-inner6.mixed.example",
    "good6-and-inner.mixed.example",
    "good-and-zero.mixed.example",
    "many-good-one-inner.mixed.example",
    "good-and-mapped6.mixed.example",
    "good6-and-link-local6.mixed.example",
    "alias-good-and-inner.mixed.example",
];

/// Where a redirect wants to lead; the server says these words in `Location` as they are.
const TARGETS: [&str; 11] = [
    "http://127.0.0.1/a.png",
    "http://[::1]/a.png",
    "http://inner.example/a.png",
    "//10.0.0.1/a.png",
    "https://192.168.1.1/a.png",
    "http:\\\\169.254.169.254\\latest",
    "HTTP://2130706433/a.png",
    "http://127.0.0.1.nip.io/a.png",
    "http://public.example@127.0.0.1/a.png",
    "http://[::ffff:10.0.0.1]/a.png",
    "http://public.example:6379/a.png",
];

/// Where a redirect wants to change the protocol to.
const OTHER_PROTOCOLS: [&str; 8] = [
    "ftp://127.0.0.1/a.png",
    "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_FLUSHALL",
    "ws://127.0.0.1/a.png",
    "dict://127.0.0.1:11211/stats",
    "data:image/png;base64,iVBORw0KGgo=",
    "javascript:1",
    "unix:/run/docker.sock",
];

/// All of them.
pub fn table() -> Vec<String> {
    let mut table: Vec<String> = special_addresses().into_iter().map(url_of).collect();
    table.extend(INNER.into_iter().flat_map(spellings));
    table.extend(
        INNER
            .into_iter()
            .flat_map(inside_ipv6)
            .map(|address| url_of(address.into())),
    );
    table.extend(INNER.into_iter().flat_map(wildcard_names));
    table.extend(NAMES.iter().chain(&MIXED).map(|name| format!("http://{name}/a.png")));
    table.extend(NAMES.iter().take(20).map(|name| format!("https://{name}/a.png")));
    table.extend(ports());
    table.extend(redirects());
    table.extend(changing_names());
    table
}

fn url_of(address: IpAddr) -> String {
    match address {
        IpAddr::V4(v4) => format!("http://{v4}/a.png"),
        IpAddr::V6(v6) => format!("http://[{v6}]/a.png"),
    }
}

/// One IPv4 address as browsers, `inet_aton` and people who try to deceive them write it.
fn spellings(address: Ipv4Addr) -> Vec<String> {
    let [a, b, c, d] = address.octets();
    let bits = address.to_bits();
    let (two, three) = (bits & 0xff_ffff, bits & 0xffff);
    let full_width: String = address.to_string().chars().map(full_width).collect();
    let circled: String = address.to_string().chars().map(circled).collect();
    let percent: String = address
        .to_string()
        .bytes()
        .map(|octet| format!("%{octet:02x}"))
        .collect();
    let hosts = [
        format!("{address}."),
        format!("{bits}"),
        format!("{bits}."),
        format!("0x{bits:x}"),
        format!("0X{bits:X}"),
        format!("0{bits:o}"),
        format!("0{a:o}.0{b:o}.0{c:o}.0{d:o}"),
        format!("000{a:o}.{b}.{c}.{d}"),
        format!("0x{a:x}.0x{b:x}.0x{c:x}.0x{d:x}"),
        format!("0X{a:X}.0{b:o}.{c}.{d}"),
        format!("{a}.{two}"),
        format!("{a}.{b}.{three}"),
        format!("0x{a:x}.{two}"),
        full_width,
        circled,
        percent,
        format!("{a}。{b}。{c}。{d}"),
        format!("{a}．{b}．{c}．{d}"),
        format!("public.example@{address}"),
        format!("public.example:80@{address}"),
        format!("public.example%40{address}"),
        format!("{address}#@public.example"),
        format!("{address}?@public.example"),
        format!("{address}\\@public.example"),
        format!("{address}:80"),
        format!("{address}:443"),
        format!("[::ffff:{:x}:{:x}]", bits >> 16, bits & 0xffff),
        format!("[0:0:0:0:0:FFFF:{address}]"),
    ];
    let mut urls: Vec<String> = hosts.iter().map(|host| format!("http://{host}/a.png")).collect();
    urls.extend([
        format!("https://{address}/a.png"),
        format!("HTTP:\\\\{address}\\a.png"),
        format!("http:{address}/a.png"),
        format!("http:////{address}/a.png"),
        format!(" \t http://{address}/a.png \n"),
        format!("ht\ntp://{}/a.png", address.to_string().replace('.', ".\t")),
        format!("ftp://{address}/a.png"),
    ]);
    urls
}

fn full_width(c: char) -> char {
    c.to_digit(10)
        .and_then(|digit| char::from_u32(0xff10 + digit))
        .unwrap_or(c)
}

fn circled(c: char) -> char {
    match c.to_digit(10) {
        Some(0) => '⓪',
        Some(digit) => char::from_u32(0x2460 + digit - 1).unwrap_or(c),
        None => c,
    }
}

/// The IPv6 addresses behind which a translator or a tunnel finds the IPv4 address.
fn inside_ipv6(address: Ipv4Addr) -> [Ipv6Addr; 11] {
    let v4 = u128::from(address.to_bits());
    let at = |network: &str, shift: u32| {
        let network: Ipv6Addr = network.parse().unwrap();
        Ipv6Addr::from_bits(network.to_bits() | v4 << shift)
    };
    let hidden = u128::from(!address.to_bits());
    let teredo: Ipv6Addr = "2001:0:5db8:d822::".parse().unwrap();
    [
        at("::ffff:0:0", 0),
        at("::", 0),
        at("::ffff:0:0:0", 0),
        at("64:ff9b::", 0),
        at("64:ff9b:1::", 0),
        at("64:ff9b:1:fffe::", 0),
        at("2002::", 80),
        at("2002::1", 80),
        Ipv6Addr::from_bits(teredo.to_bits() | hidden),
        at("2606:2800:220:1:0:5efe::", 0),
        at("2606:2800:220:1:200:5efe::", 0),
    ]
}

/// Names of public services that resolve to the address inside the name.
fn wildcard_names(address: Ipv4Addr) -> [String; 5] {
    let dashed = address.to_string().replace('.', "-");
    [
        format!("http://{address}.nip.io/a.png"),
        format!("http://app.{address}.nip.io./a.png"),
        format!("http://{dashed}.sslip.io/a.png"),
        format!("https://customer-{dashed}.nip.io/a.png"),
        format!("http://{:08x}.nip.io/a.png", address.to_bits()),
    ]
}

/// Ports that are none of the web's, of inner and of public hosts.
fn ports() -> Vec<String> {
    let ports = [22, 25, 143, 587, 3128, 6379, 8080, 11211];
    let hosts = ["127.0.0.1", "inner.example", PUBLIC, PUBLIC_NAME];
    let of_host = |host| ports.map(|port| format!("http://{host}:{port}/a.png"));
    hosts
        .into_iter()
        .flat_map(of_host)
        .chain([format!("http://{PUBLIC}:0/")])
        .collect()
}

/// From a public host to where it must not lead, at once and after other redirects.
fn redirects() -> Vec<String> {
    let mut urls = Vec::new();
    for status in [301, 302, 303, 307, 308] {
        let from = |target| format!("http://{PUBLIC_NAME}{}", redirect(status, target));
        urls.extend(TARGETS.iter().copied().map(from));
    }
    urls.extend(OTHER_PROTOCOLS.map(|target| format!("http://{PUBLIC}{}", redirect(302, target))));
    for target in &TARGETS[..4] {
        // By TLS first, and two and three redirects deep.
        urls.push(format!("https://{PUBLIC_NAME}{}", redirect(302, target)));
        let second = format!("http://{PUBLIC_NAME}{}", redirect(307, target));
        let third = format!("https://{PUBLIC_NAME}{}", redirect(302, &second));
        urls.push(format!("http://[{PUBLIC_V6}]{}", redirect(301, &third)));
        urls.push(format!("http://{PUBLIC}{}", redirect(308, &second)));
    }
    urls
}

/// Names whose first answer is public and whose later ones are not: once they are kept to their
/// first answer, once a redirect asks for them again.
fn changing_names() -> Vec<String> {
    let mut urls: Vec<String> = (0..10)
        .map(|n| format!("http://kept-{n}.rebind.example/a.png"))
        .collect();
    urls.extend((0..10).map(|n| {
        let again = format!("http://moved-{n}.rebind.example/a.png");
        format!("http://moved-{n}.rebind.example{}", redirect(302, &again))
    }));
    urls
}

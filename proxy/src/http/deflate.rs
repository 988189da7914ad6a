//! Messages compressed on a WebSocket: permessage-deflate (RFC 7692), each message by itself.
//!
//! Nothing is kept from one message to the next, neither here nor in the browser: no memory while a
//! page is idle, and no message tells by its length what stood in another.

mod inflating;

pub(super) use inflating::Inflating;

use axum::http::{HeaderMap, HeaderValue, header};
use miniz_oxide::{
    DataFormat,
    deflate::{
        CompressionLevel,
        core::{CompressorOxide, TDEFLFlush, TDEFLStatus, compress_to_output},
    },
};
use tokio::{sync::Semaphore, task::yield_now};

/// The extension's name.
const NAME: &str = "permessage-deflate";

/// What is answered: neither side keeps what it sent before (RFC 7692, section 7.1.1).
const ANSWER: &str = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

/// Shorter messages go as they are: they fit into a few packets anyway.
const PAYS_FROM_OCTETS: usize = 4 * 1024;

/// Compressed at once, in less than a millisecond; then others have their turn.
const STEP_OCTETS: usize = 64 * 1024;

/// Messages that are compressed at the same time, in the whole process: each takes some 300 KiB for it.
static TURNS: Semaphore = Semaphore::const_new(4);

/// How a message that was flushed ends, which is left out (RFC 7692, section 7.2.1).
const FLUSHED: [u8; 4] = [0, 0, 0xFF, 0xFF];

/// The same, and a last block that is empty: what is left out, and the end that inflating looks for.
const END: [u8; 6] = [0, 0, 0xFF, 0xFF, 3, 0];

/// Both sides may compress messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Deflate;

impl Deflate {
    /// What to answer to who asks for a socket, if it offers to compress in a way that is fit for us.
    pub(super) fn negotiate(asked: &HeaderMap) -> Option<(Self, HeaderValue)> {
        let values = asked.get_all(header::SEC_WEBSOCKET_EXTENSIONS).iter();
        let offers = values
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','));
        offers
            .into_iter()
            .any(is_fit)
            .then_some((Self, HeaderValue::from_static(ANSWER)))
    }

    /// Is a message long enough that compressing it may pay?
    pub(super) fn may_pay(self, octets: &[u8]) -> bool {
        octets.len() >= PAYS_FROM_OCTETS
    }

    /// The message compressed; `None` where that does not pay.
    pub(super) async fn deflate(self, octets: &[u8]) -> Option<Vec<u8>> {
        let _turn = TURNS.acquire().await.ok()?;
        // In a box: it is large, and whoever holds this future holds it while others have their turn.
        let mut compressor = compressor();
        let mut deflated = Vec::with_capacity(octets.len() / 2);
        let mut steps = octets.chunks(STEP_OCTETS).peekable();
        while let Some(step) = steps.next() {
            let is_last = steps.peek().is_none();
            let flush = if is_last { TDEFLFlush::Sync } else { TDEFLFlush::None };
            let (status, read) = compress_to_output(&mut compressor, step, flush, |octets| {
                deflated.extend_from_slice(octets);
                true
            });
            if status != TDEFLStatus::Okay || read != step.len() {
                return None;
            }
            if !is_last {
                yield_now().await;
            }
        }
        let length = deflated.strip_suffix(&FLUSHED)?.len();
        deflated.truncate(length);
        // What is compressed already, or looks like it, goes as it is.
        (length < octets.len() / 8 * 7).then_some(deflated)
    }

    /// A message on its way back to what it was before it was compressed, of at most `limit` octets.
    pub(super) fn inflate(self, octets: &[u8], limit: usize) -> Inflating {
        Inflating::new(octets, limit)
    }
}

fn compressor() -> Box<CompressorOxide> {
    let (format, level) = (DataFormat::Raw, CompressionLevel::BestSpeed);
    Box::new(CompressorOxide::with_format_and_level(format, level))
}

/// Is this an offer that our answer accepts? One that is not understood is declined, and so is one that asks us for a
/// smaller window than we have (RFC 7692, sections 5 and 7.1).
fn is_fit(offer: &str) -> bool {
    let mut parts = offer.split(';').map(str::trim);
    let is_named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(NAME));
    let mut seen = Vec::new();
    is_named
        && parts.all(|parameter| {
            let (name, value) = match parameter.split_once('=') {
                Some((name, value)) => (name.trim(), Some(value.trim().trim_matches('"'))),
                None => (parameter, None),
            };
            let is_new = !seen.contains(&name);
            seen.push(name);
            is_new
                && match name {
                    "server_no_context_takeover" | "client_no_context_takeover" => value.is_none(),
                    "client_max_window_bits" => value.is_none_or(is_window),
                    _ => false,
                }
        })
}

/// 8 to 15, and no zeros before it.
fn is_window(value: &str) -> bool {
    !value.starts_with('0') && value.parse::<u8>().is_ok_and(|bits| (8..=15).contains(&bits)) && !value.starts_with('+')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn inflated(octets: &[u8], limit: usize) -> Option<Vec<u8>> {
        let mut inflating = Deflate.inflate(octets, limit);
        loop {
            if let Some(whole) = inflating.step().ok()? {
                return Some(whole);
            }
        }
    }

    fn is_agreed(offers: &[&'static str]) -> bool {
        let mut asked = HeaderMap::new();
        for offer in offers {
            asked.append(header::SEC_WEBSOCKET_EXTENSIONS, HeaderValue::from_static(offer));
        }
        Deflate::negotiate(&asked).is_some()
    }

    fn deflated(octets: &[u8]) -> Option<Vec<u8>> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .expect("a runtime");
        runtime.block_on(Deflate.deflate(octets))
    }

    #[test]
    fn what_browsers_offer_is_accepted() {
        // Chromium and WebKit; Firefox; others.
        assert!(is_agreed(&["permessage-deflate; client_max_window_bits"]));
        assert!(is_agreed(&["permessage-deflate"]));
        assert!(is_agreed(&[
            "x-webkit-deflate-frame, Permessage-Deflate;client_max_window_bits=\"15\" ; server_no_context_takeover"
        ]));
        assert!(is_agreed(&[
            "permessage-deflate; server_max_window_bits=10, permessage-deflate"
        ]));
        assert!(is_agreed(&["x-other", "permessage-deflate"]));
    }

    #[test]
    fn what_cannot_be_held_to_is_declined() {
        assert!(!is_agreed(&[]));
        for offer in [
            "",
            "x-webkit-deflate-frame",
            "permessage-deflate; server_max_window_bits=10",
            "permessage-deflate; client_max_window_bits=16",
            "permessage-deflate; client_max_window_bits=08",
            "permessage-deflate; client_max_window_bits=+9",
            "permessage-deflate; client_max_window_bits; client_max_window_bits",
            "permessage-deflate; server_no_context_takeover=1",
            "permessage-deflate; something",
        ] {
            assert!(!is_agreed(&[offer]), "{offer}");
        }
    }

    #[test]
    fn only_long_messages_that_get_shorter_are_compressed() {
        let text = "Selamat pagi, Ayu! ".repeat(1000).into_bytes();
        let mut random = vec![0; 100_000];
        getrandom::fill(&mut random).expect("the system gives random octets");

        assert!(deflated(&text).expect("it pays").len() < text.len() / 10);
        assert!(Deflate.may_pay(&text) && !Deflate.may_pay(&text[..PAYS_FROM_OCTETS - 1]));
        assert_eq!(deflated(&random), None);
    }

    #[test]
    fn a_message_of_many_steps_comes_back_whole() {
        let lines = (0..100_000_u32).map(|number| format!("{number} is {:x}\n", number.wrapping_mul(2_654_435_761)));
        let octets = lines.collect::<String>().into_bytes();
        assert!(octets.len() > STEP_OCTETS * 5);

        let deflated = deflated(&octets).expect("it pays");

        assert_eq!(inflated(&deflated, octets.len()).as_ref(), Some(&octets));
        assert_eq!(inflated(&deflated, octets.len() - 1), None, "longer than the limit");
    }

    #[test]
    fn the_examples_of_the_rfc_are_understood() {
        let hello = Some(b"Hello".to_vec());

        // RFC 7692, sections 7.2.3.1, 7.2.3.3 and 7.2.3.4: one block, a stored one, and one that says it is the last.
        assert_eq!(inflated(&[0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00], 5), hello);
        let stored = [&[0, 5, 0, 0xFA, 0xFF][..], b"Hello", &[0]].concat();
        assert_eq!(inflated(&stored, 5), hello);
        assert_eq!(inflated(&[0xF3, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00, 0x00], 5), hello);
    }

    #[test]
    fn a_bomb_is_not_blown_up() {
        let zeros = vec![0; 50_000_000];
        let bomb = deflated(&zeros).expect("it pays");
        assert!(bomb.len() < 300_000);

        assert_eq!(inflated(&bomb, 1_000_000), None);
    }

    proptest! {
        #[test]
        fn any_octets_are_a_message_within_the_limit_or_none(octets in proptest::collection::vec(any::<u8>(), 0..300)) {
            if let Some(inflated) = inflated(&octets, 1000) {
                prop_assert!(inflated.len() <= 1000);
            }
        }
    }
}

//! Images of strangers: what comes out is an image, with its pixels and nothing besides.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::panic;
use surat_proxy::http::image::redraw::{Limits, redraw};

const LIMITS: Limits = Limits {
    frame_pixels: 1 << 16,
    all_pixels: 1 << 18,
    octets: 1 << 20,
};
/// What was drawn may be larger than what it was drawn from.
const AGAIN: Limits = Limits {
    octets: 4 << 20,
    ..LIMITS
};

/// The types of the chunks of a PNG, up to its very end.
fn png_chunks(octets: &[u8]) -> Option<Vec<&[u8]>> {
    let mut rest = octets.strip_prefix(b"\x89PNG\r\n\x1a\n")?;
    let mut chunks = Vec::new();
    while !rest.is_empty() {
        let length = u32::from_be_bytes(*rest.first_chunk()?) as usize;
        chunks.push(rest.get(4..8)?);
        rest = rest.get(length + 12..)?;
    }
    Some(chunks)
}

/// The markers of a JPEG, up to its very end.
fn jpeg_markers(octets: &[u8]) -> Option<Vec<u8>> {
    let mut rest = octets.strip_prefix(&[0xff, 0xd8])?.strip_suffix(&[0xff, 0xd9])?;
    let mut markers = Vec::new();
    while let Some([0xff, marker, high, low]) = rest.first_chunk() {
        markers.push(*marker);
        rest = rest.get(2 + usize::from(u16::from_be_bytes([*high, *low]))..)?;
        if *marker == 0xda {
            // In what is packed, 255 is followed by 0.
            return rest.windows(2).all(|two| two[0] != 0xff || two[1] == 0).then_some(markers);
        }
    }
    None
}

/// The octets that begin the extensions of a GIF, up to its very end.
fn gif_extensions(octets: &[u8]) -> Option<Vec<u8>> {
    let table = |flags: u8| if flags & 0x80 == 0 { 0 } else { 6 << (flags & 7) };
    let mut rest = octets.get(13 + table(*octets.get(10)?)..)?;
    let mut extensions = Vec::new();
    loop {
        rest = match rest {
            [0x3b] => return Some(extensions),
            [0x21, kind, ..] => {
                extensions.push(*kind);
                rest.get(2..)?
            }
            [0x2c, ..] => rest.get(11 + table(*rest.get(9)?)..)?,
            _ => return None,
        };
        loop {
            let length = usize::from(*rest.first()?);
            rest = rest.get(1 + length..)?;
            if length == 0 {
                break;
            }
        }
    }
}

fn has_pixels_alone(media_type: &str, octets: &[u8]) -> bool {
    match media_type {
        "image/png" => png_chunks(octets)
            .is_some_and(|chunks| chunks.iter().all(|chunk| [b"IHDR", b"IDAT", b"IEND"].iter().any(|t| t == chunk))),
        // JFIF, tables, baseline, and the scan.
        "image/jpeg" => jpeg_markers(octets)
            .is_some_and(|markers| markers.iter().all(|marker| matches!(marker, 0xe0 | 0xdb | 0xc0 | 0xc4 | 0xda))),
        // Delays, and how often it is repeated.
        "image/gif" => gif_extensions(octets).is_some_and(|kinds| kinds.iter().all(|kind| matches!(kind, 0xf9 | 0xff))),
        _ => false,
    }
}

/// A decoder may panic: the proxy runs it so that this is a refused image and no more. What is ours may not.
fn tell_our_panics() {
    let tell = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if !info.location().is_some_and(|place| place.file().contains("/registry/src/")) {
            tell(info);
        }
    }));
}

fuzz_target!(init: tell_our_panics(), |octets: &[u8]| {
    let Ok(Ok(redrawn)) = panic::catch_unwind(|| redraw(octets, &LIMITS)) else {
        return;
    };
    assert!(has_pixels_alone(redrawn.media_type, &redrawn.octets));
    let again = redraw(&redrawn.octets, &AGAIN);
    let again = again.unwrap_or_else(|refused| panic!("what was drawn here is {refused}"));
    assert_eq!(again.media_type, redrawn.media_type);
});

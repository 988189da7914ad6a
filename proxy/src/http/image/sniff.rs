//! What kind of image octets are, by their first ones; what a server says of them counts nothing.

/// Octets that are needed to tell.
pub(super) const NEEDED_OCTETS: usize = 16;

/// The media type of an image that browsers decode without running anything. Never SVG.
pub(super) fn image_type(start: &[u8]) -> Option<&'static str> {
    let brand = start.get(4..12);
    Some(match start {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => "image/png",
        [0xff, 0xd8, 0xff, ..] => "image/jpeg",
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => "image/gif",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "image/webp",
        [b'B', b'M', ..] if start.len() >= NEEDED_OCTETS => "image/bmp",
        _ if matches!(brand, Some(b"ftypavif" | b"ftypavis")) => "image/avif",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_known_by_their_first_octets() {
        assert_eq!(image_type(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), Some("image/png"));
        assert_eq!(image_type(b"GIF89a\x01\0\x01\0"), Some("image/gif"));
        assert_eq!(image_type(b"RIFF\x10\0\0\0WEBPVP8 "), Some("image/webp"));
        assert_eq!(image_type(b"\0\0\0\x20ftypavif\0\0\0\0"), Some("image/avif"));
    }

    #[test]
    fn what_can_run_is_no_image() {
        for bad in [
            &b"<svg xmlns="[..],
            b"<?xml version",
            b"<!doctype html>",
            b"\x1f\x8b",
            b"%PDF-1.7",
            b"",
            b"BM",
        ] {
            assert_eq!(image_type(bad), None);
        }
    }
}

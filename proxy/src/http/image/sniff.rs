//! What kind of image octets are, by their first ones; what a server says of them counts nothing.

/// Octets that are needed to tell.
pub(super) const NEEDED_OCTETS: usize = 16;

/// Kinds of images that can be drawn anew. SVG runs things, and there are no decoders for AVIF and BMP here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Gif,
    Jpeg,
    Png,
    Webp,
}

impl Kind {
    /// The kind of what begins so.
    pub(super) fn of(start: &[u8]) -> Option<Self> {
        Some(match start {
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Self::Png,
            [0xff, 0xd8, 0xff, ..] => Self::Jpeg,
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Self::Gif,
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Self::Webp,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_known_by_their_first_octets() {
        assert_eq!(Kind::of(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), Some(Kind::Png));
        assert_eq!(Kind::of(b"\xff\xd8\xff\xe0\0\x10JFIF"), Some(Kind::Jpeg));
        assert_eq!(Kind::of(b"GIF89a\x01\0\x01\0"), Some(Kind::Gif));
        assert_eq!(Kind::of(b"RIFF\x10\0\0\0WEBPVP8 "), Some(Kind::Webp));
    }

    #[test]
    fn what_can_run_or_cannot_be_decoded_is_no_image() {
        for bad in [
            &b"<svg xmlns="[..],
            b"<?xml version",
            b"<!doctype html>",
            b"\x1f\x8b",
            b"%PDF-1.7",
            b"",
            b"BM\x3a\0\0\0\0\0\0\0\x36\0\0\0\x28\0",
            b"\0\0\0\x20ftypavif\0\0\0\0",
            b"\0\0\x01\0\x01\0\x10\x10\0\0\x01\0\x20\0\0\0",
        ] {
            assert_eq!(Kind::of(bad), None);
        }
    }
}

//! Decodes an image and encodes what was seen of it: not one octet of the original reaches a browser.
//!
//! So an image that was made to attack a browser's decoder comes no further than to decoders in Rust without `unsafe`, and
//! what stands in an image besides its pixels (places, names, profiles, other files behind its end) is gone.

mod gif;
mod still;
#[cfg(test)]
mod tests;

use super::sniff::Kind;

/// How large an image may be.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Pixels of one frame.
    pub frame_pixels: u64,
    /// Pixels of all frames of an animation together, and of all passes over a progressive JPEG.
    pub all_pixels: u64,
    /// Octets of what is made of it.
    pub octets: usize,
}

impl Limits {
    /// What people send each other: the photograph of a telephone (16 million pixels are 64 MiB), an animation of half a
    /// minute. The work that this allows at most takes seconds.
    pub const SHOWN: Self = Self {
        frame_pixels: 16 << 20,
        all_pixels: 256 << 20,
        octets: 32 << 20,
    };

    fn allow(&self, width: u32, height: u32) -> Result<(), Refused> {
        let pixels = u64::from(width) * u64::from(height);
        match pixels {
            0 => Err(Refused::Damaged),
            _ if pixels > self.frame_pixels => Err(Refused::TooLarge),
            _ => Ok(()),
        }
    }
}

/// Why an image is not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It is none, or of another kind.
    #[error("not an image of a kind that is shown")]
    Unknown,
    /// Its decoder does not understand it.
    #[error("a damaged image")]
    Damaged,
    /// It has more pixels, frames or octets than [`Limits`] allow.
    #[error("too large")]
    TooLarge,
}

/// An image that was drawn here.
pub struct Redrawn {
    /// Its media type.
    pub media_type: &'static str,
    /// The image.
    pub octets: Vec<u8>,
}

/// Draws an image anew. Takes seconds, and memory of several times its pixels. The decoders are not ours: whoever calls
/// this catches their panics.
pub fn redraw(octets: &[u8], limits: &Limits) -> Result<Redrawn, Refused> {
    let redrawn = match Kind::of(octets).ok_or(Refused::Unknown)? {
        Kind::Gif => gif::redraw(octets, limits),
        Kind::Jpeg => still::jpeg(octets, limits),
        Kind::Png => still::png(octets, limits),
        Kind::Webp => still::webp(octets, limits),
    }?;
    if redrawn.octets.len() > limits.octets {
        return Err(Refused::TooLarge);
    }
    Ok(redrawn)
}

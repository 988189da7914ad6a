//! GIFs, still or animated: the frames stay what they are, without loss, and are packed anew.

use super::{Limits, Redrawn, Refused};
use gif::{DecodeOptions, Decoder, DecodingError, Encoder, EncodingError, Frame, MemoryLimit, Repeat};
use std::{borrow::Cow, num::NonZeroU64};

/// Octets of a colour.
const COLOUR: usize = 3;

impl From<DecodingError> for Refused {
    fn from(error: DecodingError) -> Self {
        match error {
            DecodingError::MemoryLimit | DecodingError::OutOfMemory => Self::TooLarge,
            _ => Self::Damaged,
        }
    }
}

impl From<EncodingError> for Refused {
    fn from(_: EncodingError) -> Self {
        Self::Damaged
    }
}

/// A GIF of a GIF. One that was cut is shown up to its last whole frame.
pub(super) fn redraw(octets: &[u8], limits: &Limits) -> Result<Redrawn, Refused> {
    let survey = Survey::of(octets, limits)?;
    let mut decoder = open(octets, limits, false)?;
    let mut encoder = Encoder::new(Vec::new(), survey.width, survey.height, &survey.palette)?;
    encoder.set_repeat(survey.repeat)?;
    for number in 0..survey.frames {
        let frame = match decoder.read_next_frame() {
            Ok(Some(frame)) => frame,
            Err(error) if number == 0 => return Err(error.into()),
            _ => break,
        };
        encoder.write_frame(&survey.plain(frame))?;
        if encoder.get_ref().len() > limits.octets {
            return Err(Refused::TooLarge);
        }
    }
    let octets = encoder.into_inner()?;
    Ok(Redrawn {
        media_type: "image/gif",
        octets,
    })
}

fn open<'a>(octets: &'a [u8], limits: &Limits, skips_pixels: bool) -> Result<Decoder<&'a [u8]>, Refused> {
    let mut options = DecodeOptions::new();
    options.skip_frame_decoding(skips_pixels);
    let limit = NonZeroU64::new(limits.frame_pixels).ok_or(Refused::TooLarge)?;
    options.set_memory_limit(MemoryLimit::Bytes(limit));
    Ok(options.read_info(octets)?)
}

/// What a GIF says of itself, before any pixel is decoded.
struct Survey {
    width: u16,
    height: u16,
    frames: usize,
    repeat: Repeat,
    /// The colours of frames that have none of their own; empty if all have.
    palette: Vec<u8>,
}

impl Survey {
    /// Reads all of it. An animation that is too long is refused as a whole: half of it could tell something else.
    fn of(octets: &[u8], limits: &Limits) -> Result<Self, Refused> {
        let mut decoder = open(octets, limits, true)?;
        let mut survey = Self {
            width: decoder.width(),
            height: decoder.height(),
            frames: 0,
            repeat: Repeat::Finite(0),
            palette: decoder.global_palette().unwrap_or_default().to_vec(),
        };
        let mut pixels = 0;
        // What comes after damage is not looked at.
        while let Ok(Some(frame)) = decoder.next_frame_info() {
            let (right, bottom) = (frame.left.checked_add(frame.width), frame.top.checked_add(frame.height));
            let (right, bottom) = (right.ok_or(Refused::Damaged)?, bottom.ok_or(Refused::Damaged)?);
            if survey.frames == 0 {
                // As browsers do: there are GIFs that say they have no size.
                survey.width = survey.width.max(right);
                survey.height = survey.height.max(bottom);
            }
            if right > survey.width || bottom > survey.height {
                return Err(Refused::Damaged);
            }
            limits.allow(survey.width.into(), survey.height.into())?;
            limits.allow(frame.width.into(), frame.height.into())?;
            if let (None, Some(transparent)) = (&frame.palette, frame.transparent) {
                extend(&mut survey.palette, transparent);
            }
            pixels += u64::from(frame.width) * u64::from(frame.height);
            if pixels > limits.all_pixels {
                return Err(Refused::TooLarge);
            }
            survey.frames += 1;
        }
        if survey.frames == 0 {
            return Err(Refused::Damaged);
        }
        survey.repeat = decoder.repeat();
        Ok(survey)
    }

    /// The frame with its pixels, delay and place, where each pixel has a colour.
    fn plain<'a>(&self, frame: &'a Frame<'_>) -> Frame<'a> {
        let palette = frame.palette.clone().map(|mut palette| {
            if let Some(transparent) = frame.transparent {
                extend(&mut palette, transparent);
            }
            palette
        });
        let colours = palette.as_ref().unwrap_or(&self.palette).len() / COLOUR;
        let is_known = |index: u8| usize::from(index) < colours;
        let buffer = if frame.buffer.iter().all(|index| is_known(*index)) {
            Cow::Borrowed(&frame.buffer[..])
        } else {
            let other = frame.transparent.unwrap_or(0);
            let known = |index: &u8| if is_known(*index) { *index } else { other };
            Cow::Owned(frame.buffer.iter().map(known).collect())
        };
        Frame {
            delay: frame.delay,
            dispose: frame.dispose,
            transparent: frame.transparent,
            needs_user_input: false,
            top: frame.top,
            left: frame.left,
            width: frame.width,
            height: frame.height,
            // The decoder has put the lines in order.
            interlaced: false,
            palette,
            buffer,
        }
    }
}

/// Makes the palette so long that this index is one of its colours.
fn extend(palette: &mut Vec<u8>, index: u8) {
    let needed = (usize::from(index) + 1) * COLOUR;
    if palette.len() < needed {
        palette.resize(needed, 0);
    }
}

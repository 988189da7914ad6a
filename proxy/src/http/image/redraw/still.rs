//! Images of one frame.

use super::{Limits, Redrawn, Refused};
use image::{
    DynamicImage, GrayImage, ImageDecoder, ImageEncoder, ImageError, RgbImage,
    codecs::{
        jpeg::JpegEncoder,
        png::{CompressionType, FilterType, PngDecoder, PngEncoder},
        webp::WebPDecoder,
    },
    metadata::Orientation,
};
use std::io::Cursor;
use zune_jpeg::{
    JpegDecoder,
    zune_core::{bytestream::ZCursor, colorspace::ColorSpace, options::DecoderOptions},
};

/// Of a JPEG. What is lost by it cannot be seen.
const QUALITY: u8 = 90;
/// Passes over a progressive JPEG that cameras and programs make; beyond these, it depends on the size.
const PASSES: u64 = 16;
const MOST_PASSES: u64 = 100;
/// Larger PNGs are packed in a hurry: it takes a tenth of the time, and twice the octets.
const WELL_PACKED_PIXELS: u64 = 4 << 20;
/// Octets of a pixel, decoded.
const PIXEL_OCTETS: u64 = 4;

impl From<ImageError> for Refused {
    fn from(error: ImageError) -> Self {
        match error {
            ImageError::Limits(_) => Self::TooLarge,
            _ => Self::Damaged,
        }
    }
}

/// A PNG of a PNG; of an animated one, its picture for those who know no animations.
pub(super) fn png(octets: &[u8], limits: &Limits) -> Result<Redrawn, Refused> {
    let mut of_decoder = image::Limits::no_limits();
    of_decoder.max_alloc = Some(limits.frame_pixels * PIXEL_OCTETS);
    let decoder = PngDecoder::with_limits(Cursor::new(octets), of_decoder)?;
    as_png(&seen(decoder, limits)?)
}

/// A PNG of a WebP that has transparency, or else a JPEG; of an animated one, its first frame.
pub(super) fn webp(octets: &[u8], limits: &Limits) -> Result<Redrawn, Refused> {
    allow_lossy_frames(octets, limits)?;
    let image = seen(WebPDecoder::new(Cursor::new(octets))?, limits)?;
    if image.color().has_alpha() {
        as_png(&image)
    } else {
        as_jpeg(&image)
    }
}

/// The decoder makes room for a frame before it compares it with what the file said of its size.
fn allow_lossy_frames(octets: &[u8], limits: &Limits) -> Result<(), Refused> {
    // RFC 9649, section 2.5, and RFC 6386, section 9.1: name and size of the chunk, three octets, a signature.
    for chunk in octets.windows(18).filter(|chunk| chunk.starts_with(b"VP8 ")) {
        if let [0x9d, 0x01, 0x2a, size @ ..] = &chunk[11..]
            && let [width, width_high, height, height_high] = *size
        {
            let side = |low, high| u32::from(u16::from_le_bytes([low, high]) & 0x3fff);
            limits.allow(side(width, width_high), side(height, height_high))?;
        }
    }
    Ok(())
}

/// A JPEG of a JPEG. One that was cut is shown as far as it goes.
pub(super) fn jpeg(octets: &[u8], limits: &Limits) -> Result<Redrawn, Refused> {
    let damaged = |_| Refused::Damaged;
    // What it would do with `unsafe` it does without: passwords are in the memory of this process.
    let options = DecoderOptions::default()
        .set_use_unsafe(false)
        .set_strict_mode(false)
        .set_max_width(usize::from(u16::MAX))
        .set_max_height(usize::from(u16::MAX));
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(octets), options);
    decoder.decode_headers().map_err(damaged)?;
    let info = decoder.info().ok_or(Refused::Damaged)?;
    let (width, height) = (u32::from(info.width), u32::from(info.height));
    limits.allow(width, height)?;
    let passes = (limits.all_pixels / (u64::from(width) * u64::from(height))).clamp(PASSES, MOST_PASSES);
    let is_grey = decoder.input_colorspace() == Some(ColorSpace::Luma);
    let colours = if is_grey { ColorSpace::Luma } else { ColorSpace::RGB };
    decoder.set_options(
        options
            .jpeg_set_out_colorspace(colours)
            .jpeg_set_max_scans(usize::try_from(passes).map_err(|_| Refused::TooLarge)?),
    );
    let orientation = decoder.exif().and_then(|exif| Orientation::from_exif_chunk(exif));
    let pixels = decoder.decode().map_err(damaged)?;
    let image = if is_grey {
        GrayImage::from_raw(width, height, pixels).map(DynamicImage::from)
    } else {
        RgbImage::from_raw(width, height, pixels).map(DynamicImage::from)
    };
    let mut image = image.ok_or(Refused::Damaged)?;
    image.apply_orientation(orientation.unwrap_or(Orientation::NoTransforms));
    as_jpeg(&image)
}

/// The image as it is to be looked at, in 8 bits.
fn seen(mut decoder: impl ImageDecoder, limits: &Limits) -> Result<DynamicImage, Refused> {
    let (width, height) = decoder.dimensions();
    limits.allow(width, height)?;
    if decoder.total_bytes() > limits.frame_pixels * PIXEL_OCTETS {
        return Err(Refused::TooLarge);
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let image = DynamicImage::from_decoder(decoder)?;
    let mut image = match image {
        DynamicImage::ImageLuma16(_) => image.into_luma8().into(),
        DynamicImage::ImageLumaA16(_) => image.into_luma_alpha8().into(),
        DynamicImage::ImageRgb16(_) => image.into_rgb8().into(),
        DynamicImage::ImageRgba16(_) => image.into_rgba8().into(),
        _ => image,
    };
    image.apply_orientation(orientation);
    Ok(image)
}

fn as_png(image: &DynamicImage) -> Result<Redrawn, Refused> {
    let mut octets = Vec::new();
    let compression = if u64::from(image.width()) * u64::from(image.height()) > WELL_PACKED_PIXELS {
        CompressionType::Fast
    } else {
        CompressionType::Default
    };
    write(
        image,
        PngEncoder::new_with_quality(&mut octets, compression, FilterType::Adaptive),
    )?;
    Ok(Redrawn {
        media_type: "image/png",
        octets,
    })
}

fn as_jpeg(image: &DynamicImage) -> Result<Redrawn, Refused> {
    let mut octets = Vec::new();
    write(image, JpegEncoder::new_with_quality(&mut octets, QUALITY))?;
    Ok(Redrawn {
        media_type: "image/jpeg",
        octets,
    })
}

/// The pixels and nothing else.
fn write(image: &DynamicImage, encoder: impl ImageEncoder) -> Result<(), Refused> {
    encoder.write_image(image.as_bytes(), image.width(), image.height(), image.color().into())?;
    Ok(())
}

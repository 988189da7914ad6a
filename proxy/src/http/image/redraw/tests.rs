use super::*;
use ::gif::{DecodeOptions, Encoder, Frame, Repeat};
use image::{
    DynamicImage, GenericImageView, ImageEncoder, Rgb, RgbImage,
    codecs::{jpeg::JpegEncoder, png::PngEncoder, webp::WebPEncoder},
};
use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

const RED: [u8; 3] = [255, 0, 0];
const BLUE: [u8; 3] = [0, 0, 255];
/// Says what nobody is to be told.
const SECRET: &[u8] = b"Jakarta";

/// One of those that fuzzing begins with: 24 × 16 pixels, red at the left, blue at the right, a green line on top.
fn sample(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/images");
    fs::read(folder.join(name)).expect("it is there")
}

fn shown(octets: &[u8]) -> Redrawn {
    redraw(octets, &Limits::SHOWN).expect("an image")
}

fn refused(octets: &[u8]) -> Refused {
    redraw(octets, &Limits::SHOWN).map(|_| ()).expect_err("no image")
}

fn decoded(redrawn: &Redrawn) -> DynamicImage {
    match redrawn.media_type {
        "image/gif" => panic!("see `frames`"),
        _ => image::load_from_memory(&redrawn.octets).expect("an image"),
    }
}

fn has_secret(octets: &[u8]) -> bool {
    octets.windows(SECRET.len()).any(|some| some == SECRET)
}

/// JPEG loses a little.
fn is_about(image: &DynamicImage, x: u32, y: u32, colour: [u8; 3]) -> bool {
    let [red, green, blue, _] = image.get_pixel(x, y).0;
    [red, green, blue]
        .iter()
        .zip(colour)
        .all(|(is, wanted)| is.abs_diff(wanted) < 48)
}

/// A picture, red at the left and blue at the right.
fn picture() -> RgbImage {
    RgbImage::from_fn(32, 16, |x, _| Rgb(if x < 16 { RED } else { BLUE }))
}

/// EXIF that has the picture turned by 90 degrees to the right when it is shown, and a description.
fn exif() -> Vec<u8> {
    let mut exif =
        b"MM\0\x2a\0\0\0\x08\0\x02\x01\x0e\0\x02\0\0\0\x08\0\0\0\x26\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"
            .to_vec();
    exif.extend_from_slice(SECRET);
    exif.push(0);
    exif
}

fn encoded<'a, E: ImageEncoder>(encoder: impl FnOnce(&'a mut Vec<u8>) -> E, octets: &'a mut Vec<u8>) {
    let mut encoder = encoder(octets);
    encoder.set_exif_metadata(exif()).expect("it knows EXIF");
    encoder.set_icc_profile(SECRET.repeat(99)).expect("it knows profiles");
    let picture = picture();
    encoder
        .write_image(
            &picture,
            picture.width(),
            picture.height(),
            image::ExtendedColorType::Rgb8,
        )
        .expect("in memory");
}

/// The picture in each kind that is drawn as a still image, with EXIF and a profile.
fn pictures() -> [Vec<u8>; 3] {
    let [mut png, mut jpeg, mut webp] = [const { Vec::new() }; 3];
    encoded(PngEncoder::new, &mut png);
    encoded(|octets| JpegEncoder::new_with_quality(octets, 95), &mut jpeg);
    encoded(WebPEncoder::new_lossless, &mut webp);
    [png, jpeg, webp]
}

/// PNG, section 5.3 and annex D.
fn chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let named = [name, data].concat();
    let check = named.iter().fold(u32::MAX, |check, octet| {
        (0..8).fold(check ^ u32::from(*octet), |check, _| {
            (check >> 1) ^ (0xedb8_8320 * (check & 1))
        })
    });
    let length = u32::try_from(data.len()).expect("a short one");
    [&length.to_be_bytes()[..], &named, &(!check).to_be_bytes()].concat()
}

fn png_of(width: u32, height: u32, packed: &[u8]) -> Vec<u8> {
    let head = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 6, 0, 0, 0]].concat();
    [
        b"\x89PNG\r\n\x1a\n",
        &*chunk(b"IHDR", &head),
        &*chunk(b"IDAT", packed),
        &*chunk(b"IEND", b""),
    ]
    .concat()
}

/// The frames of a GIF, and how often they are repeated.
fn frames(octets: &[u8]) -> (Vec<Frame<'static>>, Repeat) {
    let mut decoder = DecodeOptions::new().read_info(octets).expect("a GIF");
    let mut frames = Vec::new();
    while let Some(frame) = decoder.read_next_frame().expect("a frame") {
        frames.push(frame.clone());
    }
    (frames, decoder.repeat())
}

#[test]
fn each_kind_becomes_one_that_is_written_here() {
    for (name, media_type) in [
        ("colours.png", "image/png"),
        ("palette.png", "image/png"),
        ("animated.png", "image/png"),
        ("transparent.png", "image/png"),
        ("colours.jpg", "image/jpeg"),
        ("progressive.jpg", "image/jpeg"),
        ("restarts.jpg", "image/jpeg"),
        ("cmyk.jpg", "image/jpeg"),
        ("lossy.webp", "image/jpeg"),
        ("lossless.webp", "image/jpeg"),
        ("animated.webp", "image/jpeg"),
        ("transparent.webp", "image/png"),
        ("animated-transparent.webp", "image/png"),
    ] {
        let redrawn = shown(&sample(name));
        let image = decoded(&redrawn);

        assert_eq!(redrawn.media_type, media_type, "{name}");
        // Those with EXIF have their green line at the right.
        let is_turned = image.height() > image.width();
        let (red, blue) = if is_turned {
            ((8, 4), (8, 20))
        } else {
            ((4, 6), (20, 6))
        };
        assert!(is_about(&image, red.0, red.1, RED), "{name}");
        assert!(is_about(&image, blue.0, blue.1, BLUE), "{name}");
    }
    assert_eq!(decoded(&shown(&sample("deep.png"))).get_pixel(3, 3).0[..3], [156; 3]);
    assert_eq!(decoded(&shown(&sample("grey.jpg"))).color(), image::ColorType::L8);
    let tracker = shown(&sample("tracker.gif"));
    assert_eq!((tracker.media_type, frames(&tracker.octets).0.len()), ("image/gif", 1));
}

#[test]
fn what_is_no_image_or_can_run_is_refused() {
    for bad in [
        &b"<svg xmlns='http://www.w3.org/2000/svg'/>"[..],
        b"<!doctype html><script>",
        b"\0\0\0\x20ftypavif\0\0\0\0avifmif1",
        b"BM\x3a\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0",
        b"",
    ] {
        assert_eq!(refused(bad), Refused::Unknown);
    }
    for bad in [
        &b"GIF89a<script>alert(1)</script>"[..],
        b"\xff\xd8\xff\xe0<svg>",
        b"\x89PNG\r\n\x1a\n<svg>",
        b"RIFF\0\0\0\0WEBP<svg>",
    ] {
        assert_eq!(refused(bad), Refused::Damaged);
    }
}

#[test]
fn a_picture_stands_upright_and_says_nothing_more() {
    for octets in pictures() {
        assert!(has_secret(&octets));

        let redrawn = shown(&octets);
        let image = decoded(&redrawn);

        assert_eq!(image.dimensions(), (16, 32), "{}", redrawn.media_type);
        assert!(is_about(&image, 8, 2, RED) && is_about(&image, 8, 30, BLUE));
        assert!(!has_secret(&redrawn.octets), "{}", redrawn.media_type);
    }
}

#[test]
fn comments_and_what_hides_behind_the_end_are_gone() {
    let text = [b"Comment\0", SECRET].concat();
    let png = png_of(1, 1, &[0x78, 1, 1, 5, 0, 0xfa, 0xff, 0, 1, 2, 3, 4, 0, 0x28, 0, 0x0b]);
    let png = [&png[..33], &*chunk(b"tEXt", &text), &png[33..]].concat();
    let samples = ["colours.jpg", "lossy.webp", "animated.gif", "interlaced.png"].map(sample);

    for octets in samples.into_iter().chain([png]) {
        assert!(has_secret(&octets));
        let polyglot = [&octets, &b"PK\x03\x04"[..], SECRET].concat();

        let (redrawn, clean) = (shown(&polyglot), shown(&octets));

        assert!(!has_secret(&redrawn.octets), "{}", redrawn.media_type);
        assert_eq!(redrawn.octets, clean.octets);
    }
}

#[test]
fn an_animation_keeps_its_frames_delays_and_repetitions() {
    let original = sample("animated.gif");
    let (before, repeat) = frames(&original);
    assert!(before.len() == 3 && repeat == Repeat::Finite(3));

    let redrawn = shown(&original);
    let (after, repeat) = frames(&redrawn.octets);

    assert!(after.len() == 3 && repeat == Repeat::Finite(3));
    for (before, after) in before.iter().zip(&after) {
        let outline = |frame: &Frame| (frame.left, frame.top, frame.width, frame.height);
        assert_eq!(outline(before), outline(after));
        assert_eq!((before.delay, before.dispose), (after.delay, after.dispose));
        assert_eq!((&before.buffer, before.transparent), (&after.buffer, after.transparent));
    }
}

#[test]
fn every_pixel_has_a_colour() {
    let mut octets = Vec::new();
    let mut encoder = Encoder::new(&mut octets, 2, 1, &[0, 0, 0, 255, 255, 255]).expect("in memory");
    for transparent in [None, Some(7)] {
        let frame = Frame {
            width: 2,
            height: 1,
            transparent,
            buffer: vec![1, 200].into(),
            ..Frame::default()
        };
        encoder.write_frame(&frame).expect("in memory");
    }
    drop(encoder);

    let redrawn = shown(&octets);

    let (after, _) = frames(&redrawn.octets);
    assert_eq!(
        after.iter().map(|frame| frame.buffer.to_vec()).collect::<Vec<_>>(),
        [[1, 0], [1, 7]]
    );
    let palette = DecodeOptions::new().read_info(&redrawn.octets[..]).expect("a GIF");
    assert_eq!(palette.global_palette().map(<[u8]>::len), Some(8 * 3));
}

#[test]
fn bombs_are_refused_before_they_are_decoded() {
    let huge_frame = b"\x2c\0\0\0\0\0\x10\0\x10\0\x02\x02\x4c\x01\0".repeat(500);
    let huge_gif = |side: [u8; 2]| [b"GIF89a", &side[..], &side, b"\x80\0\0\0\0\0\xff\xff\xff"].concat();
    let mut jpeg = sample("colours.jpg");
    let size = jpeg
        .windows(2)
        .position(|two| two == [0xff, 0xc0])
        .expect("a baseline one")
        + 5;
    jpeg[size..size + 4].fill(0xff);
    let mut webp = sample("lossy.webp");
    let size = webp.windows(4).position(|name| name == b"VP8 ").expect("a lossy one") + 14;
    webp[size..size + 4].fill(0xff);
    let started = Instant::now();

    assert_eq!(refused(&png_of(50_000, 50_000, &[0x78, 1, 3, 0])), Refused::TooLarge);
    assert_eq!(
        refused(&[&huge_gif([0, 0x10])[..], &huge_frame, b";"].concat()),
        Refused::TooLarge
    );
    assert_eq!(
        refused(&[&huge_gif([0xff; 2])[..], &sample("tracker.gif")[19..]].concat()),
        Refused::TooLarge
    );
    assert_eq!(refused(&jpeg), Refused::TooLarge);
    assert_eq!(refused(&webp), Refused::TooLarge);

    assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
}

#[test]
fn what_is_made_of_an_image_is_bounded_too() {
    let limits = Limits {
        octets: 40,
        ..Limits::SHOWN
    };
    for name in ["animated.gif", "colours.png", "colours.jpg"] {
        assert_eq!(
            redraw(&sample(name), &limits).map(|_| ()),
            Err(Refused::TooLarge),
            "{name}"
        );
    }
}

#[test]
fn what_was_cut_is_shown_as_far_as_its_decoder_goes() {
    let [jpeg, gif, png] = ["colours.jpg", "animated.gif", "colours.png"].map(sample);

    let half = decoded(&shown(&jpeg[..jpeg.len() - 40]));
    assert_eq!(half.dimensions(), (16, 24));
    assert_eq!(frames(&shown(&gif[..gif.len() - 20]).octets).0.len(), 2);
    assert_eq!(refused(&png[..png.len() - 30]), Refused::Damaged);
}

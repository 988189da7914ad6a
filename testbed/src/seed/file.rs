//! Small but real files to attach: PDF, PNG, text, CSV and a calendar event.

use super::random::Random;
use anyhow::{Context, Result};
use std::{fmt::Write as _, sync::LazyLock};

const WIDTH: u32 = 320;
const HEIGHT: u32 = 200;

/// So many different pictures are drawn, once; drawing one per message would take longer than all the rest.
const PICTURES: u64 = 12;

static DRAWN: LazyLock<Vec<Vec<u8>>> =
    LazyLock::new(|| (0..PICTURES).map(|seed| draw(seed).unwrap_or_default()).collect());

/// Media type and octets of a file of the kind that the text files name; `text` is what it is about.
pub(crate) fn file(kind: &str, seed: u64, text: &str) -> (&'static str, Vec<u8>) {
    match kind {
        "pdf" => ("application/pdf", pdf(text)),
        "png" => ("image/png", picture(seed).to_vec()),
        "csv" => ("text/csv; charset=utf-8", csv(seed).into_bytes()),
        "ics" => (
            "text/calendar; charset=utf-8; method=REQUEST",
            ics(seed, text).into_bytes(),
        ),
        _ => ("text/plain; charset=utf-8", text.replace('\n', "\r\n").into_bytes()),
    }
}

/// A landscape, as PNG.
pub(crate) fn picture(seed: u64) -> &'static [u8] {
    Random::of(&[seed, 11]).pick::<Vec<u8>>(&DRAWN)
}

/// Sky, sun, hills and water, in colours of the hour.
fn draw(seed: u64) -> Result<Vec<u8>> {
    let mut random = Random::of(&[seed, 12]);
    let palettes: [[[u8; 3]; 4]; 4] = [
        [[250, 196, 132], [214, 92, 92], [66, 60, 92], [38, 44, 74]],
        [[196, 226, 240], [250, 238, 196], [74, 128, 110], [52, 110, 140]],
        [[60, 70, 120], [206, 140, 160], [34, 36, 60], [24, 32, 62]],
        [[236, 240, 244], [180, 208, 226], [108, 140, 128], [90, 140, 168]],
    ];
    let [high, low, hill, water] = *random.pick(&palettes);
    let sun = (random.below(u64::from(WIDTH)), 40 + random.below(60));
    let phase = random.fraction() * 6.0;
    let mut pixels = Vec::with_capacity((WIDTH * HEIGHT * 3) as usize);
    for y in 0..HEIGHT {
        for x in 0..WIDTH {
            let slope = f64::from(x) / 40.0 + phase;
            let ridge = 120.0 - 22.0 * slope.sin() - 9.0 * (slope * 2.3).cos();
            let (across, down) = (u64::from(x).abs_diff(sun.0), u64::from(y).abs_diff(sun.1));
            let pixel = if y > 160 {
                mix(water, low, f64::from(y % 7) / 20.0)
            } else if f64::from(y) > ridge {
                hill
            } else if across * across + down * down < 400 {
                [255, 244, 214]
            } else {
                mix(high, low, f64::from(y / 4 * 4) / 160.0)
            };
            pixels.extend(pixel);
        }
    }
    encode(&pixels)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a mean of two octets is an octet"
)]
fn mix(from: [u8; 3], to: [u8; 3], share: f64) -> [u8; 3] {
    std::array::from_fn(|index| (f64::from(from[index]) * (1.0 - share) + f64::from(to[index]) * share) as u8)
}

fn encode(pixels: &[u8]) -> Result<Vec<u8>> {
    let mut octets = Vec::new();
    let mut encoder = png::Encoder::new(&mut octets, WIDTH, HEIGHT);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::High);
    let mut writer = encoder.write_header().context("Begin picture")?;
    writer.write_image_data(pixels).context("Draw picture")?;
    writer.finish().context("End picture")?;
    Ok(octets)
}

/// One page of text in Helvetica (PDF 1.4, with a correct table of offsets).
fn pdf(text: &str) -> Vec<u8> {
    let mut page = String::from("BT /F1 11 Tf 60 780 Td 16 TL\n");
    for line in text.lines().flat_map(|line| wrapped(line, 84)).take(44) {
        let line: String = line.chars().map(|c| if c.is_ascii() { c } else { '?' }).collect();
        let line = line.replace('\\', "\\\\").replace('(', "\\(").replace(')', "\\)");
        let _ = writeln!(page, "({line}) Tj T*");
    }
    page.push_str("ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{page}\nendstream", page.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    let mut file = String::from("%PDF-1.4\n");
    let mut offsets = String::from("0000000000 65535 f \n");
    for (index, object) in objects.iter().enumerate() {
        let _ = writeln!(offsets, "{:010} 00000 n ", file.len());
        let _ = write!(file, "{} 0 obj\n{object}\nendobj\n", index + 1);
    }
    let table = file.len();
    let _ = write!(
        file,
        "xref\n0 6\n{offsets}trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n"
    );
    file.into_bytes()
}

/// Lines of at most `width` characters, broken at spaces.
pub(crate) fn wrapped(line: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in line.split(' ') {
        let length = word.chars().count();
        if used > 0 && used + 1 + length > width {
            lines.push(String::new());
            used = 0;
        }
        if let Some(last) = lines.last_mut() {
            if used > 0 {
                last.push(' ');
                used += 1;
            }
            last.push_str(word);
            used += length;
        }
    }
    lines
}

fn csv(seed: u64) -> String {
    let mut random = Random::of(&[seed, 13]);
    let tasks = ["Plan", "Text", "Pictures", "Printing", "Posters", "Tea and cake"];
    tasks.iter().fold(String::from("task,who,hours\r\n"), |mut text, task| {
        let who = random.pick(&["Ayu", "Budi", "Maya", "Sam"]);
        let _ = write!(text, "{task},{who},{}\r\n", 1 + random.below(9));
        text
    })
}

fn ics(seed: u64, text: &str) -> String {
    let mut random = Random::of(&[seed, 14]);
    let (day, hour) = (1 + random.below(28), 8 + random.below(10));
    let summary = text.lines().next().unwrap_or_default();
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//surat.test//demo//EN\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\n\
         UID:{seed:016x}@surat.test\r\nDTSTAMP:20250101T000000Z\r\nDTSTART:202611{day:02}T{hour:02}0000Z\r\n\
         DURATION:PT1H\r\nSUMMARY:{summary}\r\nORGANIZER:mailto:calendar@surat.test\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pdf_points_at_its_own_objects() {
        let octets = pdf("Hello (world)");
        let text = String::from_utf8(octets).unwrap();

        let table: usize = text
            .split("startxref\n")
            .nth(1)
            .unwrap()
            .lines()
            .next()
            .unwrap()
            .parse()
            .unwrap();
        assert!(text[table..].starts_with("xref\n"));
        let fourth: usize = text[table..].lines().nth(6).unwrap()[..10].parse().unwrap();
        assert!(text[fourth..].starts_with("4 0 obj\n"));
        assert!(text.contains("(Hello \\(world\\)) Tj"));
    }

    #[test]
    fn pictures_are_small_real_pngs() {
        let octets = picture(3);

        assert!(octets.starts_with(b"\x89PNG\r\n"));
        assert!(octets.len() < 40_000, "{}", octets.len());
    }
}

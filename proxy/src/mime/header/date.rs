//! Dates of the Date field (RFC 5322, sections 3.3 and 4.3), and the forms found instead of them.

/// Seconds since 1970 UTC of a Date field; `None` when it is not a date.
///
/// Read by what each piece looks like rather than by its place, so obsolete forms, `asctime` and
/// hyphens between day, month and year are dates too. A missing or unknown zone counts as UTC.
pub fn date(raw: &[u8]) -> Option<i64> {
    let text = without_comments(raw.get(..512).unwrap_or(raw));
    let mut found = Pieces::default();
    for piece in text
        .split([' ', ',', '\t', '\r', '\n'])
        .filter(|piece| !piece.is_empty())
    {
        found.take(piece);
    }
    found.seconds()
}

fn without_comments(raw: &[u8]) -> String {
    let mut depth = 0_u32;
    let mut text = String::with_capacity(raw.len());
    for octet in raw {
        match octet {
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            _ if depth == 0 => text.push(char::from(*octet)),
            _ => {}
        }
    }
    text
}

/// What has been recognised so far.
#[derive(Default)]
struct Pieces {
    day: Option<i64>,
    month: Option<i64>,
    year: Option<i64>,
    time: Option<i64>,
    zone_seconds: i64,
}

impl Pieces {
    fn take(&mut self, piece: &str) {
        let is_digits = piece.bytes().all(|b| b.is_ascii_digit());
        if piece.contains(':') {
            self.time = self.time.or_else(|| time_of_day(piece));
        } else if let Some(zone) = self.time.and_then(|_| numeric_zone(piece)) {
            self.zone_seconds = zone;
        } else if is_digits {
            self.take_number(piece);
        } else if piece.starts_with(|c: char| c.is_ascii_digit()) && piece.contains('-') {
            // 21-Nov-97 and 1997-11-21
            piece.split('-').for_each(|part| self.take(part));
        } else if let Some(month) = month_of(piece) {
            if self.month.is_none() {
                self.month = Some(month);
            }
        } else if self.time.is_some() {
            self.zone_seconds = named_zone(piece).unwrap_or(self.zone_seconds);
        }
    }

    fn take_number(&mut self, piece: &str) {
        let Ok(number) = piece.parse::<i64>() else { return };
        if piece.len() <= 2 && self.day.is_none() {
            self.day = Some(number);
        } else if piece.len() <= 2 && self.month.is_none() && self.year.is_some() {
            // 1997-11-21: what was taken for the day above was the month.
            self.month = self.day.replace(number);
        } else if (2..=4).contains(&piece.len()) && self.year.is_none() {
            self.year = Some(match (piece.len(), number) {
                (2, ..50) => number + 2000,
                (2 | 3, _) => number + 1900,
                _ => number,
            });
        }
    }

    fn seconds(&self) -> Option<i64> {
        let (day, month, year) = (self.day?, self.month?, self.year?);
        let is_valid = (1..=31).contains(&day) && (1..=12).contains(&month) && (1900..=9999).contains(&year);
        is_valid.then(|| days_since_1970(year, month, day) * 86_400 + self.time.unwrap_or(0) - self.zone_seconds)
    }
}

/// Days between 1970-01-01 and a date of the Gregorian calendar, by counting years from March.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// Seconds since midnight of `hh:mm[:ss]`, also with a fraction behind.
fn time_of_day(piece: &str) -> Option<i64> {
    let mut numbers = piece.split(':').map(|part| {
        let digits = part.split('.').next().unwrap_or_default();
        (digits.len() <= 2).then(|| digits.parse::<i64>().ok()).flatten()
    });
    let (hour, minute) = (numbers.next()??, numbers.next()??);
    let second = numbers.next().unwrap_or(Some(0))?;
    let is_valid = (0..24).contains(&hour) && (0..60).contains(&minute) && (0..=60).contains(&second);
    is_valid.then_some(hour * 3600 + minute * 60 + second)
}

/// `+hhmm`, `-hhmm`, as seconds east of UTC.
fn numeric_zone(piece: &str) -> Option<i64> {
    let (sign, digits) = match piece.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    if digits.len() != 4 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let number: i64 = digits.parse().ok()?;
    (number / 100 < 24 && number % 100 < 60).then_some(sign * (number / 100 * 3600 + number % 100 * 60))
}

/// Zones by name (RFC 5322, section 4.3), in seconds east of UTC; military letters mean nothing.
fn named_zone(piece: &str) -> Option<i64> {
    let hours = match piece.to_ascii_uppercase().as_str() {
        "UT" | "UTC" | "GMT" | "Z" => 0,
        "EDT" => -4,
        "EST" | "CDT" => -5,
        "CST" | "MDT" => -6,
        "MST" | "PDT" => -7,
        "PST" => -8,
        "CET" | "MET" => 1,
        "CEST" | "MEST" => 2,
        "JST" => 9,
        _ => return None,
    };
    Some(hours * 3600)
}

fn month_of(piece: &str) -> Option<i64> {
    const MONTHS: [&str; 12] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ];
    let start = piece.get(..3)?;
    let place = MONTHS.iter().position(|month| start.eq_ignore_ascii_case(month))?;
    i64::try_from(place + 1).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_every_form_are_read() {
        let cases = [
            ("Fri, 21 Nov 1997 09:55:06 -0600", 880_127_706),
            ("21 Nov 97 09:55:06 GMT", 880_106_106),
            ("Fri, 21 Nov 1997 09(comment):   55  :  06 -0600", 880_070_400),
            ("Tue, 1 Jul 2003 10:52:37 +0200 (CEST)", 1_057_049_557),
            ("Thu, 13 Feb 1969 23:32 -0330", -27_723_480),
            ("Thu Feb  3 17:03:55 GMT 2011", 1_296_752_635),
            ("21-Nov-97 09:55:06 EST", 880_124_106),
            ("29 Feb 2024 00:00:00 +0000", 1_709_164_800),
            ("1997-11-21 09:55:06 -0600", 880_127_706),
            ("Sat, 31 Dec 2016 23:59:60 +0000", 1_483_228_800),
        ];
        for (text, wanted) in cases {
            assert_eq!(date(text.as_bytes()), Some(wanted), "{text}");
        }
    }

    #[test]
    fn what_is_not_a_date_is_none() {
        for text in [
            "",
            "yesterday",
            "32 Jan 2020 00:00 +0000",
            "1 Foo 2020 00:00",
            "(((",
            "1 1 1",
            "\u{fc} Jan 2020",
        ] {
            assert_eq!(date(text.as_bytes()), None, "{text}");
        }
    }
}

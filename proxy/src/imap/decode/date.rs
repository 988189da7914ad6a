//! INTERNALDATE's date-time (RFC 9051, section 9): `"17-Jul-1996 02:44:25 -0700"`, and back.

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

const SECONDS_PER_DAY: i64 = 86_400;

/// Seconds since 1970 UTC; `None` when it is no date.
pub fn parse(text: &str) -> Option<i64> {
    let mut words = text.split_ascii_whitespace();
    let mut date = words.next()?.splitn(3, '-');
    let day: i64 = date.next()?.parse().ok()?;
    let month = date.next()?;
    let month = MONTHS.iter().position(|name| name.eq_ignore_ascii_case(month))?;
    let year: i64 = date.next()?.parse().ok()?;
    if !(1..=31).contains(&day) || !(0..=9999).contains(&year) {
        return None;
    }
    let time = seconds_of(words.next()?)?;
    let zone = words.next().map_or(Some(0), zone_seconds)?;
    Some(days_since_1970(year, month, day) * SECONDS_PER_DAY + time - zone)
}

/// The date-time in UTC, without quotes. Years are kept within 1970 and 9999.
pub fn format(seconds: i64) -> String {
    let seconds = seconds.clamp(0, 253_402_300_799);
    let (year, month, day) = civil(seconds / SECONDS_PER_DAY);
    let time = seconds % SECONDS_PER_DAY;
    let name = MONTHS.get(month).unwrap_or(&"Jan");
    let (hours, minutes, seconds) = (time / 3600, time / 60 % 60, time % 60);
    format!("{day:02}-{name}-{year:04} {hours:02}:{minutes:02}:{seconds:02} +0000")
}

fn seconds_of(time: &str) -> Option<i64> {
    let mut parts = time.splitn(3, ':').map(|part| part.parse::<i64>().ok());
    let (hours, minutes) = (parts.next()??, parts.next()??);
    let seconds = parts.next().unwrap_or(Some(0))?;
    let is_time = (0..24).contains(&hours) && (0..60).contains(&minutes) && (0..=60).contains(&seconds);
    // Only then: a number that is no time may be one that is too large to be multiplied.
    is_time.then(|| hours * 3600 + minutes * 60 + seconds)
}

fn zone_seconds(zone: &str) -> Option<i64> {
    let number: i64 = zone.parse().ok()?;
    let is_zone = zone.len() == 5 && (-2400..=2400).contains(&number);
    is_zone.then(|| (number / 100) * 3600 + (number % 100) * 60)
}

/// Days from 1970-01-01 in the proleptic Gregorian calendar; `month` counts from 0. Years are taken
/// to begin in March, so that the leap day comes last.
fn days_since_1970(year: i64, month: usize, day: i64) -> i64 {
    let months_from_march = (month as i64 + 10) % 12;
    let year = if months_from_march >= 10 { year - 1 } else { year };
    let day_of_year = (153 * months_from_march + 2) / 5 + day - 1;
    year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + day_of_year - 719_468
}

/// The inverse: year, month from 0, day.
fn civil(days: i64) -> (i64, usize, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let months_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * months_from_march + 2) / 5 + 1;
    let month = usize::try_from((months_from_march + 2) % 12).unwrap_or_default();
    (year_of_era + era * 400 + i64::from(month < 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_with_their_zone() {
        assert_eq!(parse("17-Jul-1996 02:44:25 -0700"), Some(837_596_665));
        assert_eq!(parse(" 1-jan-1970 00:00:00 +0000"), Some(0));
        assert_eq!(parse("29-Feb-2024 23:59:60 +0530"), Some(1_709_231_400));
    }

    #[test]
    fn what_is_no_date_is_none() {
        for bad in [
            "",
            "NIL",
            "32-Jan-2000 00:00:00 +0000",
            "1-Foo-2000 00:00:00 +0000",
            "1-Jan-99999 00:00:00 +0000",
            "1-Jan-2000 24:00:00 +0000",
            "1-Jan-2000 00:00:00 +99999",
            "1-Jan-2000 00:00:00 +9223372036854775807",
            "1-Jan-2000 00:00:00 -9223372036854775808",
            "1-Jan-2000 9223372036854775807:00:00 +0000",
            "1-Jan-2000",
        ] {
            assert_eq!(parse(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn dates_are_written_as_they_are_read() {
        assert_eq!(format(837_596_665), "17-Jul-1996 09:44:25 +0000");
        for seconds in (0..253_402_300_799).step_by(86_399 * 101) {
            assert_eq!(parse(&format(seconds)), Some(seconds));
        }
    }
}

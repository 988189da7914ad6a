//! Dates as people read them, by the browser's `Intl` and in its time zone.
//!
//! The choice of form is a pure function of local days, tested natively; `Intl` does the words.

use super::{Locale, locale};
use js_sys::{Array, Date, Intl, Object, Reflect};
use std::cell::RefCell;
use wasm_bindgen::JsValue;

/// How much of a date is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// "14:05".
    Time,
    /// "Mon".
    Weekday,
    /// "3 Nov".
    Day,
    /// "2023".
    Year,
    /// "Mon, 3 Nov 2025, 14:05".
    Long,
    /// "Monday 3 November 2025 at 14:05:09 Western Indonesia Time", for tooltips.
    Full,
}

thread_local! {
    // A formatter takes up to a millisecond to make and is asked for by every row.
    static FORMATTERS: RefCell<Vec<(Locale, Form, Intl::DateTimeFormat)>> = const { RefCell::new(Vec::new()) };
}

/// The shortest that says which: "14:05" today, "Mon" this week, "3 Nov" this year, "2023" before.
/// Takes seconds since 1970 UTC.
pub(crate) fn short(seconds: i64) -> String {
    let (date, now) = (js_date(seconds), Date::new_0());
    format(short_form(local_day(&date), local_day(&now)), &date)
}

/// Day and time: "Mon, 3 Nov 2025, 14:05". Takes seconds since 1970 UTC.
pub(crate) fn long(seconds: i64) -> String {
    format(Form::Long, &js_date(seconds))
}

/// Everything, for a tooltip. Takes seconds since 1970 UTC.
pub(crate) fn full(seconds: i64) -> String {
    format(Form::Full, &js_date(seconds))
}

/// Makes what the first rows will need, while nobody waits for them: each formatter takes milliseconds.
pub(crate) fn prepare() {
    for form in [Form::Time, Form::Weekday, Form::Day, Form::Long, Form::Full] {
        format(form, &Date::new_0());
    }
}

/// A day of the local calendar: year, and days since 1970.
#[derive(Clone, Copy)]
struct LocalDay {
    year: i32,
    number: i64,
}

fn short_form(day: LocalDay, today: LocalDay) -> Form {
    match today.number - day.number {
        0 => Form::Time,
        1..=6 => Form::Weekday,
        _ if day.year == today.year => Form::Day,
        // Across New Year a day still says more than last year's number.
        7..=60 => Form::Day,
        _ => Form::Year,
    }
}

fn js_date(seconds: i64) -> Date {
    Date::new(&JsValue::from(seconds as f64 * 1000.0))
}

fn local_day(date: &Date) -> LocalDay {
    let local_minutes = date.get_time() / 60_000.0 - date.get_timezone_offset();
    #[expect(
        clippy::cast_possible_truncation,
        reason = "days of any date that JavaScript can hold fit"
    )]
    let number = (local_minutes / 1440.0).floor() as i64;
    LocalDay {
        year: date.get_full_year().cast_signed(),
        number,
    }
}

fn format(form: Form, date: &Date) -> String {
    if date.get_time().is_nan() {
        return String::new();
    }
    let text = formatter(form).format().call1(&JsValue::UNDEFINED, date);
    text.ok().and_then(|text| text.as_string()).unwrap_or_default()
}

fn formatter(form: Form) -> Intl::DateTimeFormat {
    let locale = locale();
    FORMATTERS.with_borrow_mut(|kept| {
        if let Some((.., formatter)) = kept.iter().find(|(l, f, _)| *l == locale && *f == form) {
            return formatter.clone();
        }
        let formatter = make_formatter(locale, form);
        kept.push((locale, form, formatter.clone()));
        formatter
    })
}

fn make_formatter(locale: Locale, form: Form) -> Intl::DateTimeFormat {
    let options: &[(&str, &str)] = match form {
        Form::Time => &[("hour", "2-digit"), ("minute", "2-digit")],
        Form::Weekday => &[("weekday", "short")],
        Form::Day => &[("day", "numeric"), ("month", "short")],
        Form::Year => &[("year", "numeric")],
        Form::Long => &[
            ("weekday", "short"),
            ("day", "numeric"),
            ("month", "short"),
            ("year", "numeric"),
            ("hour", "2-digit"),
            ("minute", "2-digit"),
        ],
        Form::Full => &[("dateStyle", "full"), ("timeStyle", "long")],
    };
    let object = Object::new();
    for (name, value) in options {
        // Setting a property of a fresh plain object cannot fail.
        let _ = Reflect::set(&object, &JsValue::from(*name), &JsValue::from(*value));
    }
    Intl::DateTimeFormat::new(&Array::of1(&JsValue::from(locale.format_tag())), &object)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(year: i32, days_ago: i64) -> Form {
        short_form(
            LocalDay {
                year,
                number: 20_000 - days_ago,
            },
            LocalDay {
                year: 2025,
                number: 20_000,
            },
        )
    }

    #[test]
    fn a_date_is_as_short_as_it_can_be() {
        assert_eq!(form(2025, 0), Form::Time);
        assert_eq!(form(2025, 6), Form::Weekday);
        assert_eq!(form(2025, 7), Form::Day);
        assert_eq!(form(2023, 700), Form::Year);
    }

    #[test]
    fn last_december_is_a_day_in_january() {
        assert_eq!(form(2024, 20), Form::Day);
        assert_eq!(form(2024, 200), Form::Year);
    }

    #[test]
    fn a_date_in_the_future_is_never_taken_for_this_week() {
        assert_eq!(form(2025, -1), Form::Day);
        assert_eq!(form(2031, -2000), Form::Year);
    }
}

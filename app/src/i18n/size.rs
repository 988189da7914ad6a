//! Numbers and sizes as people read them: "1,204", "1.2 MB".

use super::locale;
use js_sys::{Array, Intl, Object, Reflect};
use wasm_bindgen::JsValue;

/// A count with the locale's grouping.
pub(crate) fn number(count: u64) -> String {
    grouped(count, locale().group_sign())
}

/// Groups of three digits. `Intl` would take 15 ms to be ready for its first number, while a person waits for rows.
fn grouped(count: u64, sign: char) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.char_indices() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(sign);
        }
        text.push(digit);
    }
    text
}

/// A size in octets, rounded as a file manager would: "812 byte", "14 kB", "1.2 MB".
pub(crate) fn size(octets: u64) -> String {
    let (value, unit, digits) = scale(octets);
    let digits = JsValue::from(digits);
    format(
        value,
        &[
            ("style", "unit".into()),
            ("unitDisplay", if unit == "byte" { "long" } else { "short" }.into()),
            ("unit", unit.into()),
            ("maximumFractionDigits", digits),
        ],
    )
}

/// Value, unit of `Intl`, digits after the point. Decimal units, as disks and mail providers count.
fn scale(octets: u64) -> (f64, &'static str, u8) {
    let value = octets as f64;
    let (value, unit) = match octets {
        0..1_000 => return (value, "byte", 0),
        1_000..1_000_000 => return ((value / 1e3).round(), "kilobyte", 0),
        1_000_000..1_000_000_000 => (value / 1e6, "megabyte"),
        _ => (value / 1e9, "gigabyte"),
    };
    (value, unit, u8::from(value < 10.0))
}

fn format(value: f64, options: &[(&str, JsValue)]) -> String {
    let locales = Array::of1(&JsValue::from(locale().format_tag()));
    let object = Object::new();
    for (name, value) in options {
        // Setting a property of a fresh plain object cannot fail.
        let _ = Reflect::set(&object, &JsValue::from(*name), value);
    }
    let text = Intl::NumberFormat::new(&locales, &object)
        .format()
        .call1(&JsValue::UNDEFINED, &value.into());
    text.ok().and_then(|text| text.as_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{grouped, scale};

    #[test]
    fn a_count_is_in_groups_of_three_digits() {
        assert_eq!(grouped(0, ','), "0");
        assert_eq!(grouped(999, ','), "999");
        assert_eq!(grouped(1_204, ','), "1,204");
        assert_eq!(grouped(100_000, '.'), "100.000");
        assert_eq!(grouped(1_234_567, '.'), "1.234.567");
    }

    #[test]
    fn a_size_keeps_one_digit_only_where_it_tells_something() {
        assert_eq!(scale(812), (812.0, "byte", 0));
        assert_eq!(scale(14_300), (14.0, "kilobyte", 0));
        assert_eq!(scale(1_200_000), (1.2, "megabyte", 1));
        assert_eq!(scale(48_000_000), (48.0, "megabyte", 0));
        assert_eq!(scale(2_000_000_000), (2.0, "gigabyte", 1));
    }
}

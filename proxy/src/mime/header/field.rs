//! A header block as its fields (RFC 5322, section 2.2).

use super::text;

/// Fields of one header that are read.
const COUNT_LIMIT: usize = 2000;
/// Characters of a value that are shown.
const VALUE_LIMIT: usize = 8000;

/// A field: its name, and its value as written, folding included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field<'a> {
    /// Name, as spelled.
    pub name: &'a str,
    /// Value without the line end.
    pub value: &'a [u8],
    /// The whole field with its name and line end.
    pub whole: &'a [u8],
}

/// The fields of a header block, in order, up to the empty line. Lines that are no fields are left out.
pub fn fields(header: &[u8]) -> impl Iterator<Item = Field<'_>> {
    let mut rest = header;
    std::iter::from_fn(move || {
        loop {
            let whole = &rest[..field_length(rest)];
            rest = &rest[whole.len()..];
            if whole.is_empty() || whole == b"\r\n" || whole == b"\n" {
                return None;
            }
            if let Some(field) = read_field(whole) {
                return Some(field);
            }
        }
    })
    .take(COUNT_LIMIT)
}

/// Octets of the first field with its continuation lines.
fn field_length(rest: &[u8]) -> usize {
    let mut end = 0;
    loop {
        let line = rest[end..].iter().position(|b| *b == b'\n');
        let Some(line) = line else { return rest.len() };
        let is_blank = matches!(&rest[end..=end + line], b"\n" | b"\r\n");
        end += line + 1;
        if is_blank || !matches!(rest.get(end), Some(b' ' | b'\t')) {
            return end;
        }
    }
}

fn read_field(whole: &[u8]) -> Option<Field<'_>> {
    let colon = whole.iter().position(|b| *b == b':')?;
    let name = std::str::from_utf8(&whole[..colon]).ok()?.trim_end();
    let is_name = !name.is_empty() && name.len() <= 200 && name.bytes().all(|b| b.is_ascii_graphic());
    is_name.then_some(Field {
        name,
        value: whole[colon + 1..].trim_ascii(),
        whole,
    })
}

/// All fields with their values decoded, for people to read.
pub fn decoded_fields(header: &[u8]) -> Vec<(String, String)> {
    fields(header)
        .map(|field| (field.name.to_owned(), text(field.value, VALUE_LIMIT)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_unfolded_and_decoded_in_order() {
        let header =
            b"Subject: =?utf-8?q?a=C3=A4?=\r\n =?utf-8?q?b?=\r\nX-Empty:\r\nReceived: from a\n\tby b\n\nBody: no";

        let read = decoded_fields(header);

        let wanted = [("Subject", "aäb"), ("X-Empty", ""), ("Received", "from a by b")];
        assert_eq!(read, wanted.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    #[test]
    fn lines_that_are_no_fields_are_left_out() {
        let header = b"From someone Mon\nno colon\n: no name\nna me: x\nTo: y";

        assert_eq!(decoded_fields(header), [("To".to_owned(), "y".to_owned())]);
    }
}

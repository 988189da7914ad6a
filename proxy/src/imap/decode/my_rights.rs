//! MYRIGHTS (RFC 4314, section 3.8).

use super::{
    Response,
    cursor::{Cursor, Decoded},
    list,
};
use surat_protocol::Rights;

/// What follows `* MYRIGHTS`.
pub fn my_rights(cursor: &mut Cursor<'_>) -> Decoded<Response> {
    cursor.expect_space()?;
    let name = list::mailbox(cursor)?;
    cursor.expect_space()?;
    let letters = cursor.astring()?;
    Ok(Response::MyRights(
        name,
        Rights::parse(&String::from_utf8_lossy(&letters)),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imap::{decode::response, mailbox_name::WireName};

    #[test]
    fn rights_belong_to_a_mailbox() {
        let expected = Response::MyRights(WireName::inbox(), Rights::parse("rwiptsldaex"));

        assert_eq!(response(b"* MYRIGHTS INBOX rwiptsldaex\r\n"), Ok(expected.clone()));
        assert_eq!(response(b"* MYRIGHTS {5}\r\ninbox \"rwiptsldaex\"\r\n"), Ok(expected));
    }
}

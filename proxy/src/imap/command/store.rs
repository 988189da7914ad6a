//! STORE (RFC 9051, section 6.4.6): setting and clearing flags.

use crate::imap::{
    command_line::{CommandLine, portions},
    error::Error,
    session::Session,
};
use surat_protocol::{Flag, UidSet};

impl Session {
    /// Sets the flags of `add` and clears those of `remove`, on any number of messages. UIDs that are
    /// gone are passed over.
    pub async fn store_flags(&mut self, uids: &UidSet, add: &[Flag], remove: &[Flag]) -> Result<(), Error> {
        for portion in portions(uids) {
            for (operation, flags) in [(" +FLAGS.SILENT ", add), (" -FLAGS.SILENT ", remove)] {
                if !flags.is_empty() {
                    let line = CommandLine::new("UID STORE ")
                        .uids(&portion)
                        .raw(operation)
                        .flags(flags)?;
                    self.simple(line.patient()).await?;
                }
            }
        }
        Ok(())
    }
}

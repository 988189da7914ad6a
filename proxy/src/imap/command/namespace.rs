//! NAMESPACE (RFC 2342) and MYRIGHTS (RFC 4314).

use crate::imap::{
    command_line::CommandLine,
    decode::{Namespaces, Response},
    error::Error,
    mailbox_name::WireName,
    session::Session,
};
use surat_protocol::Rights;

impl Session {
    /// The namespaces; none of any kind when the server does not know the command.
    pub async fn namespace(&mut self) -> Result<Namespaces, Error> {
        if !self.capabilities().namespace {
            return Ok(Namespaces::default());
        }
        let (responses, _) = self.run(&CommandLine::new("NAMESPACE")).await?;
        let mut namespaces = Namespaces::default();
        for response in responses {
            match response {
                Response::Namespace(told) => namespaces = *told,
                other => self.unsolicited.keep(other),
            }
        }
        Ok(namespaces)
    }

    /// What this account may do in a mailbox; everything, on a server without ACL.
    pub async fn my_rights(&mut self, name: &WireName) -> Result<Rights, Error> {
        if !self.capabilities().acl {
            return Ok(Rights::ALL);
        }
        let (responses, _) = self.run(&CommandLine::new("MYRIGHTS ").mailbox(name)?).await?;
        let mut rights = None;
        for response in responses {
            match response {
                Response::MyRights(_, told) => rights = Some(told),
                other => self.unsolicited.keep(other),
            }
        }
        rights.ok_or(Error::Incomplete("MYRIGHTS"))
    }
}

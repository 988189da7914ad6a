//! CAPABILITY and ENABLE (RFC 9051, sections 6.1.1 and 6.3.1).

use crate::imap::{
    capabilities::Capabilities, command_line::CommandLine, decode::Response, error::Error, session::Session,
};

impl Session {
    /// Asks the server what it can do, and keeps the answer.
    pub async fn capability(&mut self) -> Result<(), Error> {
        let (responses, _) = self.run(&CommandLine::new("CAPABILITY")).await?;
        for response in responses {
            match response {
                Response::Capability(words) => {
                    self.capabilities = Capabilities::from_words(words.iter().map(String::as_str));
                }
                other => self.unsolicited.keep(other),
            }
        }
        Ok(())
    }

    /// Switches on what makes a session better: QRESYNC (or CONDSTORE), UTF8=ACCEPT. A server that
    /// refuses is used without.
    pub(in crate::imap) async fn enable(&mut self) -> Result<(), Error> {
        let offered = self.capabilities().clone();
        if !offered.enable {
            return Ok(());
        }
        let mut line = CommandLine::new("ENABLE");
        for (is_offered, name) in [
            (offered.condstore && !offered.qresync, " CONDSTORE"),
            (offered.qresync, " QRESYNC"),
            (offered.utf8_accept, " UTF8=ACCEPT"),
        ] {
            line = if is_offered { line.raw(name) } else { line };
        }
        if line.syntax() == "ENABLE" {
            return Ok(());
        }
        match self.run(&line).await {
            Ok((responses, _)) => {
                responses.into_iter().for_each(|response| self.note_enabled(response));
                Ok(())
            }
            Err(Error::No(_) | Error::Bad(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn note_enabled(&mut self, response: Response) {
        let Response::Enabled(words) = response else {
            return self.unsolicited.keep(response);
        };
        let has = |name: &str| words.iter().any(|word| word == name);
        self.enabled.qresync |= has("QRESYNC");
        self.enabled.condstore |= has("CONDSTORE") || has("QRESYNC");
        self.enabled.utf8 |= has("UTF8=ACCEPT");
    }
}

//! What the server says unasked, between the answers: kept until somebody listens.

use super::decode::{Code, Condition, Response, StatusResponse};

/// Most responses that are kept. Beyond it they are thrown away for one NOTIFICATIONOVERFLOW, upon
/// which whoever listens looks for himself; a flood is cheaper looked up than listened to.
const MAX_KEPT: usize = 512;

/// Responses in the order in which they came.
#[derive(Debug, Default)]
pub struct Unsolicited {
    kept: Vec<Response>,
}

impl Unsolicited {
    /// Keeps a response, if it tells of a change.
    pub fn keep(&mut self, response: Response) {
        if !tells_of_change(&response) {
            return;
        }
        if self.kept.len() >= MAX_KEPT {
            self.kept.clear();
            self.kept.push(overflow());
        }
        self.kept.push(response);
    }

    /// Gives all away, and the memory with it.
    pub fn take(&mut self) -> Vec<Response> {
        std::mem::take(&mut self.kept)
    }

    /// Nothing kept?
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// Another mailbox is opened: what was told of the messages of the last one is void.
    pub fn forget_messages(&mut self) {
        self.kept.retain(|response| !is_of_selected(response));
    }
}

fn is_of_selected(response: &Response) -> bool {
    matches!(
        response,
        Response::Exists(_)
            | Response::Recent(_)
            | Response::Expunge(_)
            | Response::Vanished { .. }
            | Response::Fetch(_)
            | Response::Flags(_)
    )
}

/// Does it say that something happened? Not so the "* OK Still here" that Dovecot says every two minutes.
pub(in crate::imap) fn tells_of_change(response: &Response) -> bool {
    match response {
        Response::Exists(_) | Response::Expunge(_) | Response::List(_) | Response::MailboxStatus(_) => true,
        Response::Vanished { is_earlier, .. } => !is_earlier,
        // Flags that changed, not the body that an abandoned fetch still brings.
        Response::Fetch(fetch) => fetch.flags.is_some() && fetch.sections.is_empty() && fetch.envelope.is_none(),
        Response::Status(status) => matches!(status.code, Some(Code::NotificationOverflow | Code::Alert)),
        _ => false,
    }
}

fn overflow() -> Response {
    Response::Status(StatusResponse {
        condition: Condition::Ok,
        code: Some(Code::NotificationOverflow),
        text: String::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_becomes_one_overflow() {
        let mut unsolicited = Unsolicited::default();

        (1..=1000).for_each(|n| unsolicited.keep(Response::Exists(n)));

        let kept = unsolicited.take();
        assert_eq!((&kept[0], kept.last()), (&overflow(), Some(&Response::Exists(1000))));
        assert!(kept.len() <= MAX_KEPT && unsolicited.is_empty());
    }

    #[test]
    fn another_mailbox_voids_what_was_told_of_messages() {
        let mut unsolicited = Unsolicited::default();
        unsolicited.keep(Response::Exists(3));
        unsolicited.keep(overflow());

        unsolicited.forget_messages();

        assert_eq!(unsolicited.take(), [overflow()]);
    }
}

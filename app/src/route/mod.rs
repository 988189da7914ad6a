//! What an address of the app means. Parsing and writing are pure; [`history`] talks to the browser.
//!
//! Every link in the app is a real `<a href>` made by [`Route::path`], so that it can be copied,
//! bookmarked, and opened in another tab.

pub(crate) mod history;
pub(crate) mod percent;

use surat_protocol::{MailboxName, MessageRef, Uid, UidValidity};

/// A place in the app.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Route {
    /// `/`: the inbox, whatever it is called.
    #[default]
    Home,
    /// `/mail/MAILBOX`: the list of a mailbox.
    Mailbox(MailboxName),
    /// `/mail/MAILBOX/VALIDITY/UID`: a message, with the list of its mailbox.
    Message(MessageRef),
    /// `/search/all/TEXT` and `/search/in/MAILBOX/TEXT`, with `/MAILBOX/VALIDITY/UID` after it when
    /// one of the messages found is open.
    Search {
        /// Only in this mailbox; `None` = in all.
        mailbox: Option<MailboxName>,
        /// What stands in the search box.
        text: String,
        /// The message that is open.
        message: Option<MessageRef>,
    },
}

impl Route {
    /// The route of a path; `None` when it means nothing.
    pub(crate) fn parse(path: &str) -> Option<Self> {
        let segments: Vec<String> = path
            .split('/')
            .filter(|segment| !segment.is_empty())
            .map(percent::decode)
            .collect::<Option<_>>()?;
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        match segments.as_slice() {
            [] => Some(Self::Home),
            ["mail", mailbox] => Some(Self::Mailbox(name(mailbox))),
            ["mail", message @ ..] => Some(Self::Message(message_ref(message)?)),
            ["search", "all", text, message @ ..] => Some(Self::Search {
                mailbox: None,
                text: (*text).into(),
                message: optional_message(message)?,
            }),
            ["search", "in", mailbox, text, message @ ..] => Some(Self::Search {
                mailbox: Some(name(mailbox)),
                text: (*text).into(),
                message: optional_message(message)?,
            }),
            _ => None,
        }
    }

    /// The path of a route: what stands in `href`.
    pub(crate) fn path(&self) -> String {
        let mut path = String::new();
        match self {
            Self::Home => path.push('/'),
            Self::Mailbox(mailbox) => {
                path.push_str("/mail");
                put(&mut path, mailbox.as_str());
            }
            Self::Message(message) => {
                path.push_str("/mail");
                put_message(&mut path, message);
            }
            Self::Search { mailbox, text, message } => {
                path.push_str("/search");
                match mailbox {
                    None => path.push_str("/all"),
                    Some(mailbox) => {
                        path.push_str("/in");
                        put(&mut path, mailbox.as_str());
                    }
                }
                put(&mut path, text);
                if let Some(message) = message {
                    put_message(&mut path, message);
                }
            }
        }
        path
    }

    /// The message that is open here.
    pub(crate) fn message(&self) -> Option<&MessageRef> {
        match self {
            Self::Message(message) => Some(message),
            Self::Search { message, .. } => message.as_ref(),
            _ => None,
        }
    }

    /// The same list with this message open.
    pub(crate) fn with_message(&self, message: MessageRef) -> Self {
        match self {
            Self::Search { mailbox, text, .. } => Self::Search {
                mailbox: mailbox.clone(),
                text: text.clone(),
                message: Some(message),
            },
            _ => Self::Message(message),
        }
    }

    /// The list alone, with no message open.
    pub(crate) fn list(&self) -> Self {
        match self {
            Self::Message(message) => Self::Mailbox(message.mailbox.clone()),
            Self::Search { mailbox, text, .. } => Self::Search {
                mailbox: mailbox.clone(),
                text: text.clone(),
                message: None,
            },
            other => other.clone(),
        }
    }
}

fn name(segment: &str) -> MailboxName {
    MailboxName(segment.into())
}

fn message_ref(segments: &[&str]) -> Option<MessageRef> {
    let [mailbox, validity, uid] = segments else {
        return None;
    };
    Some(MessageRef {
        mailbox: name(mailbox),
        uid_validity: UidValidity(validity.parse().ok()?),
        uid: Uid(uid.parse().ok().filter(|&uid| uid > 0)?),
    })
}

/// No segments: no message. Others must be a message.
fn optional_message(segments: &[&str]) -> Option<Option<MessageRef>> {
    if segments.is_empty() {
        Some(None)
    } else {
        message_ref(segments).map(Some)
    }
}

fn put(path: &mut String, segment: &str) {
    path.push('/');
    percent::encode_into(path, segment);
}

fn put_message(path: &mut String, message: &MessageRef) {
    put(path, message.mailbox.as_str());
    put(path, &message.uid_validity.0.to_string());
    put(path, &message.uid.0.to_string());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message() -> MessageRef {
        MessageRef {
            mailbox: name("Kerja/Proyék 2?#%"),
            uid_validity: UidValidity(9),
            uid: Uid(u32::MAX),
        }
    }

    #[test]
    fn every_route_comes_back_from_its_path() {
        let search = |mailbox: Option<&str>, message| Route::Search {
            mailbox: mailbox.map(name),
            text: "from:budi a/b".into(),
            message,
        };
        for route in [
            Route::Home,
            Route::Mailbox(name("INBOX")),
            Route::Mailbox(name("settings")),
            Route::Message(message()),
            search(None, None),
            search(Some("all"), None),
            search(None, Some(message())),
            search(Some("in/here"), Some(message())),
        ] {
            assert_eq!(Route::parse(&route.path()), Some(route.clone()), "{}", route.path());
        }
    }

    #[test]
    fn paths_that_mean_nothing_are_no_route() {
        for path in [
            "/mail",
            "/mail/a/b",
            "/mail/a/1/0",
            "/mail/a/1/x",
            "/search/all",
            "/what",
            "/mail/%ff",
        ] {
            assert_eq!(Route::parse(path), None, "{path}");
        }
    }

    #[test]
    fn closing_a_message_leads_to_its_list() {
        let open = Route::Home.with_message(message());
        assert_eq!(open, Route::Message(message()));
        assert_eq!(open.list(), Route::Mailbox(message().mailbox));

        let found = Route::Search {
            mailbox: None,
            text: "a".into(),
            message: None,
        };
        assert_eq!(found.with_message(message()).list(), found);
    }
}

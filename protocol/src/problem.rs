//! Errors that a person can act on. The internal cause stays in the proxy's log.

use crate::{draft::RefusedRecipient, ids::MailboxName};
use serde::{Deserialize, Serialize};

/// Which server a problem is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Server {
    /// The IMAP server.
    Imap,
    /// The submission server.
    Submission,
}

/// What went wrong, in terms of what to do next. The app has words for each.
///
/// Texts inside are a server's own words: shown as text, never as markup, at most 500 characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Problem {
    /// No session, or it ended: sign in (again).
    NotSignedIn,
    /// The server did not accept this name and password.
    WrongPassword,
    /// Too many tries: wait this many seconds.
    TooManyTries {
        /// Seconds until another try counts.
        retry_after_seconds: u32,
    },
    /// Name not found, refused, or no answer in time.
    Unreachable(Server),
    /// The certificate did not verify; nothing was sent.
    Certificate {
        /// Which server.
        server: Server,
        /// Why, in the verifier's words: unknown issuer, wrong name, expired.
        reason: CertificateFault,
    },
    /// The server offers no encryption where it is required; nothing was sent.
    NoEncryption(Server),
    /// The server was reached, and then lost, during this; nothing is known to have changed.
    ConnectionLost(Server),
    /// No such mailbox (any more).
    NoSuchMailbox(MailboxName),
    /// The mailbox was made anew (UIDVALIDITY changed): open it again.
    MailboxChanged(MailboxName),
    /// A mailbox with this name is there already.
    MailboxExists(MailboxName),
    /// The name cannot be a mailbox name.
    BadMailboxName,
    /// The message is no longer there.
    MessageGone,
    /// The part is not in the message.
    NoSuchPart,
    /// This account may not do that here.
    NoPermission,
    /// The mailbox is full (OVERQUOTA).
    QuotaExceeded,
    /// Larger than the server or this proxy takes.
    TooLarge {
        /// The limit in octets.
        limit_octets: u64,
    },
    /// An address that cannot be sent to, by form alone.
    BadAddress(String),
    /// There is nobody to send to.
    NoRecipients,
    /// The server refused the message as a whole, in its own words. Nothing was sent.
    SubmissionRefused(String),
    /// None of the recipients, or some of them, were taken; nothing was sent.
    RecipientsRefused(Vec<RefusedRecipient>),
    /// The link broke while the server was taking the message: it may have gone out.
    MaybeSent,
    /// An uploaded file is no longer on this node: attach it again.
    UploadGone(String),
    /// This proxy has no room left for uploaded files: try again later, or attach less.
    NoSpace,
    /// The server cannot do this; holds the missing capability.
    Unsupported(String),
    /// The server said NO, in its own words.
    Refused(String),
    /// Took too long and was given up.
    TimedOut,
    /// The request made no sense; a bug in the app, or not the app at all.
    BadRequest,
    /// Too much at once: wait until earlier requests are answered.
    Busy,
    /// The request was cancelled by the client.
    Cancelled,
    /// A mailing list did not take it that somebody leaves.
    NotUnsubscribed,
    /// The proxy failed; its log has the cause under this number.
    Internal {
        /// Reference to the log line.
        reference: u32,
    },
}

/// Why a certificate was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CertificateFault {
    /// Signed by nobody this machine trusts.
    UnknownIssuer,
    /// Made for another host name.
    WrongName,
    /// Not valid any more, or not yet.
    Expired,
    /// Anything else.
    Other,
}

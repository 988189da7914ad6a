//! Words for each [`Problem`]: what happened, what was kept, what to do.

use super::{size::size, t};
use surat_protocol::{CertificateFault, Problem, Server};

/// What to tell a person. A server's own words inside are text, never markup.
pub(crate) fn words(problem: &Problem) -> String {
    let texts = &t().problem;
    let fixed = match problem {
        Problem::TooManyTries { retry_after_seconds } => return texts.too_many_tries(u64::from(*retry_after_seconds)),
        Problem::NoSuchMailbox(name) => return texts.no_such_mailbox(name.as_str()),
        Problem::MailboxChanged(name) => return texts.mailbox_changed(name.as_str()),
        Problem::MailboxExists(name) => return texts.mailbox_exists(name.as_str()),
        Problem::TooLarge { limit_octets } => return texts.too_large(&size(*limit_octets)),
        Problem::BadAddress(address) => return texts.bad_address(address),
        Problem::SubmissionRefused(reason) => return texts.submission_refused(reason),
        Problem::RecipientsRefused(refused) => return texts.recipients_refused(refused.len() as u64),
        Problem::UploadGone(name) => return texts.upload_gone(name),
        Problem::Unsupported(capability) => return texts.unsupported(capability),
        Problem::Refused(reason) => return texts.refused(reason),
        Problem::Internal { reference } => return texts.internal(&reference.to_string()),
        Problem::Unreachable(server) => of(*server, texts.imap_unreachable, texts.submission_unreachable),
        Problem::NoEncryption(server) => of(*server, texts.imap_no_encryption, texts.submission_no_encryption),
        Problem::ConnectionLost(server) => of(*server, texts.imap_lost, texts.submission_lost),
        Problem::Certificate { server, reason } => certificate_words(*server, *reason),
        Problem::NotSignedIn => texts.not_signed_in,
        Problem::WrongPassword => texts.wrong_password,
        Problem::BadMailboxName => texts.bad_mailbox_name,
        Problem::MessageGone => texts.message_gone,
        Problem::NoSuchPart => texts.no_such_part,
        Problem::NoPermission => texts.no_permission,
        Problem::QuotaExceeded => texts.quota_exceeded,
        Problem::NoSpace => texts.no_space,
        Problem::NoRecipients => texts.no_recipients,
        Problem::MaybeSent => texts.maybe_sent,
        Problem::TimedOut => texts.timed_out,
        Problem::BadRequest => texts.bad_request,
        Problem::Busy => texts.busy,
        Problem::Cancelled => texts.cancelled,
        Problem::NotUnsubscribed => texts.not_unsubscribed,
    };
    fixed.to_owned()
}

/// The words for the server that it is about.
fn of(server: Server, imap: &'static str, submission: &'static str) -> &'static str {
    match server {
        Server::Imap => imap,
        Server::Submission => submission,
    }
}

fn certificate_words(server: Server, fault: CertificateFault) -> &'static str {
    let texts = &t().problem;
    match fault {
        CertificateFault::UnknownIssuer => of(
            server,
            texts.imap_certificate_unknown,
            texts.submission_certificate_unknown,
        ),
        CertificateFault::WrongName => of(server, texts.imap_certificate_name, texts.submission_certificate_name),
        CertificateFault::Expired => of(
            server,
            texts.imap_certificate_expired,
            texts.submission_certificate_expired,
        ),
        CertificateFault::Other => of(server, texts.imap_certificate_other, texts.submission_certificate_other),
    }
}

//! Answers by HTTP: postcard for the app, plain words for a person who opened an address.

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use surat_protocol::{Problem, Server, frame};

/// A value for the app, as postcard, with the status that fits it.
pub(super) fn to_app<T: Serialize>(answer: &Result<T, Problem>) -> Response {
    let status = answer.as_ref().map_or_else(status_of, |_| StatusCode::OK);
    (
        status,
        [(header::CONTENT_TYPE, "application/octet-stream")],
        frame::encode(answer),
    )
        .into_response()
}

/// A problem for a person: a link was opened in the browser, and no app is there to say it.
pub(super) fn to_person(problem: &Problem) -> Response {
    let words = match problem {
        Problem::NotSignedIn | Problem::WrongPassword => "You are not signed in. Sign in, and open this again.",
        Problem::NoSuchMailbox(_) | Problem::MailboxChanged(_) => "This folder is not there any more.",
        Problem::MessageGone => "This message is not there any more.",
        Problem::NoSuchPart => "This part is not in the message.",
        Problem::NoPermission => "You may not read this.",
        Problem::TooLarge { .. } => "This is too large.",
        Problem::BadRequest => "This address makes no sense.",
        Problem::Unreachable(_) | Problem::ConnectionLost(_) => {
            "The mail server cannot be reached. Try again in a while."
        }
        Problem::TimedOut | Problem::Busy => "The mail server takes too long. Try again in a while.",
        _ => "The mail server did not give this out. Try again in a while.",
    };
    (
        status_of(problem),
        [(header::CONTENT_TYPE, "text/plain; charset=utf-8")],
        format!("{words}\n"),
    )
        .into_response()
}

fn status_of(problem: &Problem) -> StatusCode {
    match problem {
        Problem::NotSignedIn | Problem::WrongPassword => StatusCode::UNAUTHORIZED,
        Problem::TooManyTries { .. } => StatusCode::TOO_MANY_REQUESTS,
        Problem::NoPermission => StatusCode::FORBIDDEN,
        Problem::NoSuchMailbox(_) | Problem::MailboxChanged(_) | Problem::MessageGone | Problem::NoSuchPart => {
            StatusCode::NOT_FOUND
        }
        Problem::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
        Problem::BadRequest => StatusCode::BAD_REQUEST,
        Problem::Unreachable(Server::Imap | Server::Submission)
        | Problem::ConnectionLost(_)
        | Problem::Certificate { .. }
        | Problem::NoEncryption(_) => StatusCode::BAD_GATEWAY,
        Problem::TimedOut => StatusCode::GATEWAY_TIMEOUT,
        Problem::Busy => StatusCode::SERVICE_UNAVAILABLE,
        Problem::NoSpace => StatusCode::INSUFFICIENT_STORAGE,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

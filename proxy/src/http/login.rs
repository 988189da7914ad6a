//! Signing in and out: a real IMAP sign-in decides, a sealed cookie remembers.

use super::{
    Site, answer,
    client::Client,
    cookie::{Session, clearing_cookie},
};
use crate::{account::Credentials, secret::Secret};
use axum::{
    Extension,
    body::Bytes,
    extract::State,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use std::{io, sync::Arc, time::Instant};
use surat_protocol::{Problem, frame, http::Login};
use zeroize::Zeroize;

/// Longest address and password that are tried. SMTP allows 254 characters for an address
/// (RFC 5321, section 4.5.3.1); longer passwords than this would not fit into a cookie.
const EMAIL_OCTETS: usize = 254;
const PASSWORD_OCTETS: usize = 1024;

/// POST /api/login.
pub(super) async fn sign_in(
    State(site): State<Arc<Site>>,
    Extension(client): Extension<Client>,
    body: Bytes,
) -> Response {
    let login: Option<Login> = frame::decode(&body);
    wipe(body);
    let result = match login {
        Some(login) => try_sign_in(&site, &client, login).await,
        None => Err(Problem::BadRequest),
    };
    match result {
        Ok(cookie) => {
            let mut response = answer::to_app(&Ok::<(), Problem>(()));
            response.headers_mut().insert(header::SET_COOKIE, cookie);
            response
        }
        Err(problem) => answer::to_app(&Err::<(), Problem>(problem)),
    }
}

async fn try_sign_in(site: &Site, client: &Client, login: Login) -> Result<HeaderValue, Problem> {
    let (email, password) = (login.email.trim().to_owned(), Secret::new(login.password));
    let is_possible = !email.is_empty()
        && email.len() <= EMAIL_OCTETS
        && !password.reveal().is_empty()
        && password.reveal().len() <= PASSWORD_OCTETS
        // SASL PLAIN separates by NUL; no server has names with control characters.
        && !email.chars().any(char::is_control)
        && !password.reveal().contains('\0');
    if let Err(wait) = site.sign_ins.begin(client.address, &email, Instant::now()) {
        let retry_after_seconds = u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).saturating_add(1);
        tracing::info!(address = %client.address, retry_after_seconds, "Too many sign-ins");
        return Err(Problem::TooManyTries { retry_after_seconds });
    }
    let after = site.ended.last_of(&email);
    let session = Session::begin(Credentials { email, password }, login.keep, after);
    let result = if is_possible {
        site.accounts.sign_in(&session.credentials, client.address).await
    } else {
        Err(Problem::WrongPassword)
    };
    match result {
        Ok(()) => site.sign_ins.succeeded(client.address, &session.credentials.email),
        Err(Problem::WrongPassword) => {
            // Without the name: people type their password into the wrong field.
            tracing::info!(address = %client.address, "A sign-in was not accepted");
            return Err(Problem::WrongPassword);
        }
        Err(problem) => {
            site.sign_ins.undecided(client.address, &session.credentials.email);
            tracing::warn!(address = %client.address, ?problem, "A sign-in could not be decided");
            return Err(problem);
        }
    }
    tracing::info!(address = %client.address, account = ?session.credentials.email, "Signed in");
    site.sealer
        .set_cookie(&session, client.is_https)
        .ok_or(Problem::WrongPassword)
}

/// POST /api/logout. Ends the session on this node, and every page that is open in it.
pub(super) async fn sign_out(
    State(site): State<Arc<Site>>,
    Extension(client): Extension<Client>,
    session: Option<Extension<Session>>,
) -> Response {
    if let Some(Extension(session)) = session {
        warn_unwritten(site.ended.end(&session).await);
        site.accounts.sign_out(&session.credentials, session.id);
    }
    signed_out(&client)
}

/// POST /api/logout/everywhere. Ends all sessions of the account on this node, and every page that is open in one.
pub(super) async fn sign_out_everywhere(
    State(site): State<Arc<Site>>,
    Extension(client): Extension<Client>,
    session: Option<Extension<Session>>,
) -> Response {
    if let Some(Extension(session)) = session {
        let email = &session.credentials.email;
        warn_unwritten(site.ended.end_all(email).await);
        site.accounts.sign_out_everywhere(email);
    }
    signed_out(&client)
}

fn warn_unwritten(written: io::Result<()>) {
    if let Err(error) = written {
        tracing::error!(%error, "The end of a session was not written to the ended-file; after a restart its cookie would be good again");
    }
}

fn signed_out(client: &Client) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    if let Some(cookie) = clearing_cookie(client.is_https) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    // Opened attachments are in the browser's cache. What the app stored, it wipes by itself.
    response.headers_mut().insert(
        HeaderName::from_static("clear-site-data"),
        HeaderValue::from_static("\"cache\""),
    );
    response
}

/// Overwrites the body, which holds the password, if nobody else has a part in its memory.
fn wipe(body: Bytes) {
    if let Ok(mut octets) = body.try_into_mut() {
        octets.as_mut().zeroize();
    }
}

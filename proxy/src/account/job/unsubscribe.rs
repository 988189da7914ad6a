//! Leaving a mailing list with one click (RFC 8058).

use super::{Job, headers};
use crate::{mime::trust::one_click, web};
use axum::{
    body::Bytes,
    http::{Request, header},
};
use std::time::Duration;
use surat_protocol::{Answer, MessageRef, Problem};
use tokio::time::timeout;
use url::Url;

/// The list answers within this, or did not take it.
const WITHIN: Duration = Duration::from_secs(20);

pub(super) async fn unsubscribe(job: &Job, message: &MessageRef) -> Result<Answer, Problem> {
    let header = headers::fetch(job, message).await?;
    let url = one_click(&header, job.account.servers.authserv_id.as_deref()).ok_or(Problem::NotUnsubscribed)?;
    let told = timeout(WITHIN, tell(&job.account.servers.web, &url)).await;
    // The address names the reader, so it is not logged.
    match told {
        Ok(Ok(status)) if status.is_success() => return Ok(Answer::Done),
        Ok(Ok(status)) => tracing::info!(%status, "A mailing list did not take it that somebody leaves"),
        Ok(Err(fault)) => tracing::info!(%fault, "A mailing list could not be told that somebody leaves"),
        Err(_) => tracing::info!("A mailing list did not answer in time to who leaves"),
    }
    Err(Problem::NotUnsubscribed)
}

/// The request of RFC 8058, section 3.1. A redirect is not followed: it would be a request that nobody signed.
async fn tell(web: &web::Web, url: &Url) -> Result<axum::http::StatusCode, web::Fault> {
    let request = Request::post("/").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let body = Bytes::from_static(b"List-Unsubscribe=One-Click");
    Ok(web.send(url, request, body).await?.status())
}

//! Files for a draft, streamed to this node's disk; the draft refers to them by their ids.

use super::{Site, answer, cookie::Session};
use crate::account::AccountKey;
use axum::{
    Extension,
    body::{Body, HttpBody},
    extract::State,
    response::Response,
};
use futures_util::TryStreamExt;
use std::{sync::Arc, time::Duration};
use surat_protocol::{Problem, http::UploadAnswer};
use tokio::time::timeout;

/// A browser that sends nothing for so long has gone, or will not come back.
const PIECE_WITHIN: Duration = Duration::from_secs(60);

/// POST /api/upload. The name stands in the draft; here it would only be one more thing to get wrong.
pub(super) async fn receive(
    State(site): State<Arc<Site>>,
    session: Option<Extension<Session>>,
    body: Body,
) -> Response {
    let result = match session {
        Some(Extension(session)) => try_receive(&site, &session, body).await,
        None => Err(Problem::NotSignedIn),
    };
    answer::to_app(&result)
}

async fn try_receive(site: &Site, session: &Session, body: Body) -> UploadAnswer {
    let account = AccountKey::of(&session.credentials);
    let mut receiving = site.accounts.uploads().begin(account, body.size_hint().exact())?;
    let mut pieces = body.into_data_stream();
    loop {
        let piece = timeout(PIECE_WITHIN, pieces.try_next())
            .await
            .map_err(|_| Problem::TimedOut)?;
        match piece.map_err(|_| Problem::BadRequest)? {
            Some(octets) => receiving.write(&octets).await?,
            None => return receiving.finish().await,
        }
    }
}

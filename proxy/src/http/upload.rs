//! Files for a draft, streamed to this node's disk; the draft refers to them by their ids.

use super::{Site, answer, cookie::Session};
use crate::account::AccountKey;
use axum::{
    Extension,
    body::{Body, BodyDataStream, HttpBody},
    extract::State,
    http::{HeaderValue, header},
    response::Response,
};
use futures_util::TryStreamExt;
use std::{sync::Arc, time::Duration};
use surat_protocol::{Problem, http::UploadAnswer};
use tokio::time::timeout;

/// A browser that sends nothing for so long has gone, or will not come back.
const PIECE_WITHIN: Duration = Duration::from_secs(60);
/// So much of a refused file is taken in and thrown away; then the connection ends.
const DRAINED_OCTETS: usize = 4 << 20;
/// And no longer than this.
const DRAINED_WITHIN: Duration = Duration::from_secs(10);

/// POST /api/upload. The name stands in the draft; here it would only be one more thing to get wrong.
pub(super) async fn receive(
    State(site): State<Arc<Site>>,
    session: Option<Extension<Session>>,
    body: Body,
) -> Response {
    let (size, mut pieces) = (body.size_hint().exact(), body.into_data_stream());
    let result = match session {
        Some(Extension(session)) => try_receive(&site, &session, size, &mut pieces).await,
        None => Err(Problem::NotSignedIn),
    };
    let may_go_on = result.is_ok() || timeout(DRAINED_WITHIN, drain(pieces)).await == Ok(true);
    let mut response = answer::to_app(&result);
    if !may_go_on {
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(header::CONNECTION, close);
    }
    response
}

async fn try_receive(site: &Site, session: &Session, size: Option<u64>, pieces: &mut BodyDataStream) -> UploadAnswer {
    let account = AccountKey::of(&session.credentials);
    let mut receiving = site.accounts.uploads().begin(account, size)?;
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

/// Throws away what is still on its way: a browser that finds the connection closed while it writes may never read why
/// the file was refused. False when there is more than anybody should send in vain.
async fn drain(mut pieces: BodyDataStream) -> bool {
    let mut octets = 0;
    while let Ok(Some(piece)) = pieces.try_next().await {
        octets += piece.len();
        if octets > DRAINED_OCTETS {
            return false;
        }
    }
    true
}

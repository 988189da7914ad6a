//! What the browser reaches: the app's files, sign-in, the socket, and streams of files.
//!
//! Handlers here never speak IMAP; they hand on to `account`.

mod assets;
pub mod client;
pub mod cookie;
pub mod headers;
pub mod limit;
mod revoked;

use crate::config::{Config, SecretKey};
use axum::{
    Extension, Router,
    extract::{Request, State},
    middleware::{self, Next},
    response::Response,
    routing::get,
};
use client::{Client, Connection};
use cookie::Sealer;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// What all handlers share.
pub struct Site {
    /// The configuration.
    pub config: Config,
    /// Seals and opens cookies.
    pub sealer: Sealer,
    /// Sessions that were ended.
    pub revoked: revoked::Revoked,
    /// Failed sign-ins.
    pub sign_ins: limit::SignIns,
    /// Cancelled when the proxy stops.
    pub stop: CancellationToken,
}

impl Site {
    /// A site with its keys derived from the installation's secret.
    pub fn new(config: Config, key: &SecretKey) -> Self {
        Self {
            sealer: Sealer::new(key, &config.imap),
            revoked: revoked::Revoked::default(),
            sign_ins: limit::SignIns::default(),
            stop: CancellationToken::new(),
            config,
        }
    }
}

/// All addresses, with what stands before each of them.
pub fn router(site: Arc<Site>) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .fallback(assets::serve)
        .layer(middleware::from_fn(headers::secure))
        .layer(middleware::from_fn_with_state(Arc::clone(&site), identify))
        .with_state(site)
}

/// Finds out who asks, once, for everybody behind it.
async fn identify(
    State(site): State<Arc<Site>>,
    Extension(connection): Extension<Connection>,
    mut request: Request,
    next: Next,
) -> Response {
    let client = Client::of(connection, request.headers(), &site.config);
    request.extensions_mut().insert(client);
    next.run(request).await
}

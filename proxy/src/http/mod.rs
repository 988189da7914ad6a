//! What the browser reaches: the app's files, sign-in, the socket, and streams of files.
//!
//! Handlers here never speak IMAP; they hand on to `account`.

mod answer;
mod assets;
pub mod client;
pub mod cookie;
mod deflate;
mod ended;
mod guard;
pub mod headers;
pub mod image;
pub mod limit;
mod live;
mod login;
mod part;
mod socket;
mod upgrade;
mod upload;

use crate::{
    account::{Accounts, Servers},
    config::{Config, SecretKey},
    image_address::ImageSigner,
    tls::{TlsSettings, TlsSettingsError},
    web::Web,
};
use axum::{
    Extension, Router,
    extract::{DefaultBodyLimit, Request, State},
    http::StatusCode,
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use client::{Client, Connection};
use cookie::Sealer;
pub use ended::Ended;
use std::{sync::Arc, time::Duration};
use surat_protocol::http::{IMAGE, LIVE, LOGIN, LOGOUT, LOGOUT_EVERYWHERE, PART, SOURCE, UPLOAD};
use tokio::time::timeout;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// What all handlers share.
pub struct Site {
    /// The configuration.
    pub config: Config,
    /// Seals and opens cookies.
    pub sealer: Sealer,
    /// Sessions that were ended.
    pub ended: Ended,
    /// Failed sign-ins.
    pub sign_ins: limit::SignIns,
    /// The accounts of this node.
    pub accounts: Arc<Accounts>,
    /// Open sockets.
    pub sockets: TaskTracker,
    /// Cancelled when the proxy stops.
    pub stop: CancellationToken,
    images: ImageSigner,
    image_fetcher: image::ImageFetcher,
    image_redrawer: image::Redrawer,
    image_shares: image::Shares,
}

impl Site {
    /// A site with its keys derived from the installation's secret, and what was ended in earlier runs. The `old` secret
    /// opens the sessions that it has sealed.
    pub fn new(
        config: Config,
        key: &SecretKey,
        old: Option<&SecretKey>,
        ended: Ended,
    ) -> Result<Self, TlsSettingsError> {
        let tls = TlsSettings::new(config.ca_file.as_deref())?;
        let images = ImageSigner::new(key);
        let web = Web::new(tls.clone(), config.allow_private_image_hosts);
        let servers = Servers::new(&config, tls, images.clone(), web.clone());
        Ok(Self {
            sealer: Sealer::new(key, old, &config.imap),
            ended,
            sign_ins: limit::SignIns::default(),
            accounts: Accounts::new(servers),
            sockets: TaskTracker::new(),
            stop: CancellationToken::new(),
            image_fetcher: image::ImageFetcher::new(web),
            image_redrawer: image::Redrawer::default(),
            image_shares: image::Shares::default(),
            images,
            config,
        })
    }
}

/// Largest body of a request that is not an upload: a sign-in.
const BODY_LIMIT: usize = 8 << 10;

/// A mail server lets a wrong password wait, and may be slow to be reached besides.
const ANSWER_WITHIN: Duration = Duration::from_secs(120);

/// All addresses, with what stands before each of them.
pub fn router(site: Arc<Site>) -> Router {
    // What changes something, and the socket through which everything else does.
    let own_page_only = Router::new()
        .route(LOGIN, post(login::sign_in))
        .route(LOGOUT, post(login::sign_out))
        .route(LOGOUT_EVERYWHERE, post(login::sign_out_everywhere))
        .route(LIVE, get(live::open))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(middleware::from_fn(bounded))
        .route(UPLOAD, post(upload::receive).layer(DefaultBodyLimit::disable()))
        .layer(middleware::from_fn_with_state(Arc::clone(&site), guard::own_page_only));
    Router::new()
        .merge(own_page_only)
        .route(PART, get(part::part))
        .route(SOURCE, get(part::source))
        .route(IMAGE, get(image::show))
        .route("/healthz", get(|| async { "ok\n" }))
        .fallback(assets::serve)
        .layer(middleware::from_fn(headers::secure))
        .layer(middleware::from_fn_with_state(Arc::clone(&site), identify))
        .with_state(site)
}

/// Whoever sends its request drop by drop is not waited for.
async fn bounded(request: Request, next: Next) -> Response {
    let answer = timeout(ANSWER_WITHIN, next.run(request)).await;
    answer.unwrap_or_else(|_| StatusCode::REQUEST_TIMEOUT.into_response())
}

/// Finds out who asks and whether somebody is signed in, once, for everybody behind it.
async fn identify(
    State(site): State<Arc<Site>>,
    Extension(connection): Extension<Connection>,
    mut request: Request,
    next: Next,
) -> Response {
    let authority = request.uri().authority().map(|authority| authority.as_str());
    let client = Client::of(connection, authority, request.headers(), &site.config);
    let session = site.sealer.session_of(request.headers(), client.is_https);
    if let Some(session) = session.filter(|session| !site.ended.contains(session)) {
        request.extensions_mut().insert(session);
    }
    request.extensions_mut().insert(client);
    next.run(request).await
}

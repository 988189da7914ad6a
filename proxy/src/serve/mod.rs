//! `surat serve`: listens, serves, and stops without losing what is in flight.

mod listener;
mod newcomers;
mod patient;
mod signal;

use crate::{
    config::{Config, SecretKey},
    http::{self, Ended, Site},
};
use anyhow::Context as _;
use listener::Listener;
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tokio::time::timeout;

/// How long a stop may take: sending a message is the longest thing that must not be cut.
const STOP_WITHIN: Duration = Duration::from_secs(10);

/// A proxy that listens.
pub struct Proxy {
    listener: Listener,
    site: Arc<Site>,
}

impl Proxy {
    /// Reads keys and certificates and begins to listen. What fails here, fails before anybody is served.
    pub async fn bind(config: Config) -> anyhow::Result<Self> {
        let key = SecretKey::load(&config.secret_file)?;
        let old = config
            .previous_secret_file
            .as_deref()
            .map(SecretKey::read)
            .transpose()?;
        let ended = Ended::load(&config.ended_file).with_context(|| {
            let path = config.ended_file.display();
            format!("{path} cannot be written, which remembers ended sessions.\n  Remedy: name a file in a folder that can be written with ended-file.")
        })?;
        let listener = Listener::bind(&config).await?;
        let site = Arc::new(Site::new(config, &key, old.as_ref(), ended).context("ca-file")?);
        Ok(Self { listener, site })
    }

    /// Where it listens; the port is a real one where the configuration said 0.
    pub fn address(&self) -> anyhow::Result<SocketAddr> {
        self.listener.address().context("Ask for the address")
    }

    /// Serves until SIGTERM or SIGINT, then finishes what is in flight.
    pub async fn run(self) -> anyhow::Result<()> {
        let scheme = if self.site.config.tls.is_some() {
            "https"
        } else {
            "http"
        };
        tracing::info!(
            "Surat {} listens on {scheme}://{}, reads from {} and sends by {}",
            env!("CARGO_PKG_VERSION"),
            self.address()?,
            self.site.config.imap,
            self.site.config.smtp
        );
        let stop = self.site.stop.clone();
        let signal = tokio::spawn(async move {
            let name = signal::wait().await;
            tracing::info!("Stopping on {name}");
            stop.cancel();
        });
        let router = http::router(Arc::clone(&self.site));
        self.listener.serve(router, &self.site.stop, STOP_WITHIN).await;
        self.site.sockets.close();
        let jobs = self.site.accounts.jobs();
        jobs.close();
        let ended = async { tokio::join!(self.site.sockets.wait(), jobs.wait()) };
        if timeout(STOP_WITHIN, ended).await.is_err() {
            tracing::warn!("Some pages or requests did not end in time and were cut");
        }
        signal.abort();
        tracing::info!("Stopped");
        Ok(())
    }
}

//! The signals that end a server.

use tokio::signal::unix::{SignalKind, signal};

/// Waits for SIGTERM or SIGINT and gives its name.
pub(super) async fn wait() -> &'static str {
    tokio::select! {
        () = wait_for(SignalKind::terminate()) => "SIGTERM",
        () = wait_for(SignalKind::interrupt()) => "SIGINT",
    }
}

async fn wait_for(kind: SignalKind) {
    match signal(kind) {
        Ok(mut stream) => {
            stream.recv().await;
        }
        // The default of the signal stays in force then: it ends the process.
        Err(error) => {
            tracing::warn!(%error, "Cannot listen for a signal; stopping will not be graceful");
            std::future::pending::<()>().await;
        }
    }
}

//! Hands an image to a browser, which does not have for ever to take it.

use super::Fault;
use axum::body::{Body, Bytes};
use futures_util::{Stream, stream};
use std::time::Duration;
use tokio::{sync::mpsc, time::timeout};

/// A browser on a slow line has so long.
const WITHIN: Duration = Duration::from_secs(30);
/// Octets of a piece, and pieces that wait for the browser.
const PIECE: usize = 64 << 10;
const PIECES: usize = 4;

/// The image as the body of an answer. What it holds is free when it was taken, or not taken in time.
pub(super) fn body(octets: Vec<u8>, holds: impl Send + 'static) -> Body {
    let (pieces, carried) = mpsc::channel(PIECES);
    tokio::spawn(async move {
        let _held = holds;
        let _ = timeout(WITHIN, carry(&octets, pieces)).await;
    });
    Body::from_stream(taken(carried))
}

/// Hands on each piece, and then `None`: what ends without it was cut.
async fn carry(octets: &[u8], pieces: mpsc::Sender<Option<Bytes>>) {
    for piece in octets.chunks(PIECE) {
        if pieces.send(Some(Bytes::copy_from_slice(piece))).await.is_err() {
            return;
        }
    }
    let _ = pieces.send(None).await;
}

fn taken(pieces: mpsc::Receiver<Option<Bytes>>) -> impl Stream<Item = Result<Bytes, Fault>> {
    stream::try_unfold(pieces, |mut pieces| async move {
        let piece = pieces.recv().await.ok_or(Fault::TimedOut)?;
        Ok(piece.map(|octets| (octets, pieces)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::image::room::Room;

    const OCTETS: usize = 9 << 20;

    #[tokio::test]
    async fn an_image_arrives_whole() {
        let room = Room::default();
        let octets: Vec<u8> = (0..=250).cycle().take(OCTETS).collect();

        let body = body(octets.clone(), room.place().expect("there is room"));

        assert_eq!(axum::body::to_bytes(body, OCTETS).await.expect("all of it"), octets);
    }

    #[tokio::test(start_paused = true)]
    async fn a_browser_that_does_not_read_keeps_no_place() {
        let room = Room::default();
        let (mut place, mut other) = (room.place().expect("room"), room.place().expect("room"));
        place.fit(200 << 20).expect("there is room");
        let unread = body(vec![0; OCTETS], place);
        assert!(other.fit(100 << 20).is_err(), "the room is taken");

        tokio::time::sleep(WITHIN * 2).await;

        other.fit(100 << 20).expect("there is room again");
        let cut = axum::body::to_bytes(unread, OCTETS).await;
        assert!(cut.is_err(), "half an image is no image");
    }
}

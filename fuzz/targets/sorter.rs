//! What a server sends, in pieces of any size: wherever it is cut, the same lines come out.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::{
    io,
    pin::Pin,
    task::{Context, Poll, Waker},
};
use surat_proxy::imap::sorter::Sorter;
use tokio::io::{AsyncRead, ReadBuf};

/// Gives so many octets for each read, and then no more.
struct Pieces<'a> {
    octets: &'a [u8],
    size: usize,
}

impl AsyncRead for Pieces<'_> {
    fn poll_read(mut self: Pin<&mut Self>, _: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let size = self.size.min(self.octets.len()).min(buffer.remaining());
        let (piece, rest) = self.octets.split_at(size);
        buffer.put_slice(piece);
        self.octets = rest;
        Poll::Ready(Ok(()))
    }
}

/// Ours, and what async-imap reads; whether it ended in an error.
fn sorted(octets: &[u8], size: usize) -> (Vec<Vec<u8>>, Vec<u8>, bool) {
    let mut sorter = Sorter::new(Pieces { octets, size });
    let (mut ours, mut read) = (Vec::new(), Vec::new());
    let mut room = [0; 512];
    let mut context = Context::from_waker(Waker::noop());
    loop {
        let mut buffer = ReadBuf::new(&mut room);
        let polled = Pin::new(&mut sorter).poll_read(&mut context, &mut buffer);
        ours.extend(std::iter::from_fn(|| sorter.pop()).map(|line| line.to_vec()));
        match polled {
            // It asks to be polled again once it has something for us.
            Poll::Pending => {}
            Poll::Ready(Ok(())) if buffer.filled().is_empty() => return (ours, read, false),
            Poll::Ready(Ok(())) => read.extend_from_slice(buffer.filled()),
            Poll::Ready(Err(_)) => return (ours, read, true),
        }
    }
}

fuzz_target!(|octets: &[u8]| {
    let whole = sorted(octets, octets.len().max(1));
    for size in [1, 7] {
        assert_eq!(sorted(octets, size), whole);
    }
});

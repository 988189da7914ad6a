//! The other side is tungstenite, or writes octets by hand.

use super::*;
use futures_util::{SinkExt, StreamExt};
use proptest::prelude::*;
use tokio::io::{DuplexStream, duplex};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Message as Theirs,
        protocol::{Role, frame::Frame},
    },
};

const LIMIT: usize = 100_000;

async fn pair() -> (Socket<DuplexStream>, WebSocketStream<DuplexStream>) {
    let (ours, theirs) = duplex(1000);
    let theirs = WebSocketStream::from_raw_socket(theirs, Role::Client, None).await;
    (Socket::new(ours, LIMIT), theirs)
}

/// What a socket makes of octets and the end of the stream, all it says until then.
async fn read(octets: &[u8]) -> Vec<Result<Message, Fault>> {
    let (ours, mut theirs) = duplex(octets.len().max(1));
    theirs.write_all(octets).await.expect("there is room");
    drop(theirs);
    let mut socket = Socket::new(ours, LIMIT);
    let mut all = Vec::new();
    while let Some(message) = socket.receive().await {
        let is_over = message.is_err();
        all.push(message);
        if is_over {
            break;
        }
    }
    all
}

fn is_fault(messages: &[Result<Message, Fault>]) -> bool {
    matches!(messages, [Err(Fault::Frame)])
}

#[tokio::test]
async fn nothing_is_held_between_two_messages() {
    let (mut socket, mut page) = pair().await;
    let large = vec![7; LIMIT];

    let sending = async {
        page.send(Theirs::Binary(large.clone().into())).await.expect("sent");
        page
    };
    let (received, mut page) = tokio::join!(socket.receive(), sending);
    assert!(matches!(received, Some(Ok(Message::Binary(octets))) if octets == large));
    let (sent, heard) = tokio::join!(socket.send(&large), page.next());

    sent.expect("sent");
    assert!(matches!(heard, Some(Ok(Theirs::Binary(octets))) if octets == large));
    assert_eq!(socket.incoming.capacity(), 0);
}

#[tokio::test]
async fn a_message_in_pieces_with_a_ping_between_is_one_message() {
    let (mut socket, mut page) = pair().await;
    let piece =
        |octets: &'static [u8], data, is_final| Theirs::Frame(Frame::message(octets, OpCode::Data(data), is_final));

    page.send(piece(b"a", Data::Binary, false)).await.expect("sent");
    page.send(Theirs::Ping(Bytes::from_static(b"?"))).await.expect("sent");
    page.send(piece(b"b", Data::Continue, false)).await.expect("sent");
    page.send(piece(b"c", Data::Continue, true)).await.expect("sent");

    assert!(matches!(socket.receive().await, Some(Ok(Message::Ping(octets))) if &*octets == b"?"));
    assert!(matches!(socket.receive().await, Some(Ok(Message::Binary(octets))) if &*octets == b"abc"));
}

#[tokio::test]
async fn pieces_together_must_not_be_larger_than_one_may_be() {
    let (mut socket, mut page) = pair().await;
    let half = || vec![0; LIMIT / 2 + 1];

    let sending = async {
        let frame = Frame::message(half(), OpCode::Data(Data::Binary), false);
        let _ = page.send(Theirs::Frame(frame)).await;
        let frame = Frame::message(half(), OpCode::Data(Data::Continue), true);
        let _ = page.send(Theirs::Frame(frame)).await;
    };
    let receiving = async {
        let fault = socket.receive().await;
        drop(socket);
        fault
    };
    let (received, ()) = tokio::join!(receiving, sending);

    assert!(matches!(received, Some(Err(Fault::Frame))));
}

#[tokio::test]
async fn what_a_browser_never_sends_is_a_fault() {
    let masked = [0, 0, 0, 0];
    let long = (LIMIT as u64 + 1).to_be_bytes();
    for frames in [
        // Not masked.
        vec![0x82, 0x00],
        // A reserved bit, a reserved opcode of data, one of control.
        [&[0xC2, 0x80][..], &masked].concat(),
        [&[0x83, 0x80][..], &masked].concat(),
        [&[0x8B, 0x80][..], &masked].concat(),
        // A ping in pieces, and one that is too long.
        [&[0x09, 0x80][..], &masked].concat(),
        [&[0x89, 0xFE, 0, 126][..], &masked, &[0; 126]].concat(),
        // Going on with nothing, and beginning in the midst of a message.
        [&[0x80, 0x80][..], &masked].concat(),
        [&[0x02, 0x80][..], &masked, &[0x82, 0x80], &masked].concat(),
        // Larger than the limit: refused before it has come.
        [&[0x82, 0xFF][..], &long, &masked].concat(),
    ] {
        assert!(is_fault(&read(&frames).await), "{frames:x?}");
    }
}

#[tokio::test]
async fn the_other_side_hears_why_it_is_over() {
    let (mut socket, mut page) = pair().await;

    socket.close(Close(1008, "signed out")).await.expect("sent");

    let Some(Ok(Theirs::Close(Some(close)))) = page.next().await else {
        panic!("no close")
    };
    assert_eq!((u16::from(close.code), close.reason.as_str()), (1008, "signed out"));
}

#[tokio::test(start_paused = true)]
async fn a_slow_page_is_waited_for_and_one_that_takes_nothing_is_not() {
    let (mut socket, mut page) = pair().await;
    let large = vec![7; LIMIT];

    // 1,000 octets every ten seconds: much longer than a step may take.
    let sending = async { socket.send(&large).await };
    let reading = async {
        let mut room = [0; 1000];
        let mut count = 0;
        while count < LIMIT {
            tokio::time::sleep(Duration::from_secs(10)).await;
            count += tokio::io::AsyncReadExt::read(page.get_mut(), &mut room)
                .await
                .expect("it is there");
        }
    };
    let (sent, ()) = tokio::join!(sending, reading);

    sent.expect("sent");
    let refused = socket.send(&large).await.expect_err("nobody reads");
    assert_eq!(refused.kind(), io::ErrorKind::TimedOut);
}

proptest! {
    #[test]
    fn tungstenite_and_we_read_one_another(payloads in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..70_000), 1..4)) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build().expect("a runtime");
        runtime.block_on(async {
            let (mut socket, mut page) = pair().await;
            let echoing = async {
                while let Some(Ok(message)) = socket.receive().await {
                    match message {
                        Message::Binary(octets) => socket.send(&octets).await.expect("sent"),
                        Message::Ping(octets) => socket.pong(&octets).await.expect("sent"),
                        _ => break,
                    }
                }
            };
            let talking = async {
                for payload in &payloads {
                    page.send(Theirs::Ping(Bytes::from_static(b"!"))).await.expect("sent");
                    page.send(Theirs::Binary(payload.clone().into())).await.expect("sent");
                    assert!(matches!(page.next().await, Some(Ok(Theirs::Pong(octets))) if &*octets == b"!"));
                    assert!(matches!(page.next().await, Some(Ok(Theirs::Binary(octets))) if octets == *payload));
                }
                page.send(Theirs::Close(None)).await.expect("sent");
            };
            tokio::join!(echoing, talking);
        });
    }

    #[test]
    fn any_octets_end_in_messages_or_a_fault(octets in proptest::collection::vec(any::<u8>(), 0..300)) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build().expect("a runtime");
        runtime.block_on(read(&octets));
    }
}

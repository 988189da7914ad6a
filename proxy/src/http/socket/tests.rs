//! The other side is tungstenite, or writes octets by hand.

mod begun;

use super::*;
use axum::http::{HeaderMap, HeaderValue, header};
use futures_util::{SinkExt, StreamExt};
use proptest::prelude::*;
use tokio::{
    io::{DuplexStream, duplex},
    time::sleep,
};
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
    (Socket::new(ours, LIMIT, None), theirs)
}

/// As agreed with a browser that offers it.
fn deflate() -> Option<Deflate> {
    let mut asked = HeaderMap::new();
    let offer = HeaderValue::from_static("permessage-deflate; client_max_window_bits");
    asked.insert(header::SEC_WEBSOCKET_EXTENSIONS, offer);
    Deflate::negotiate(&asked).map(|(deflate, _)| deflate)
}

/// What a socket makes of octets and the end of the stream, all it says until then.
async fn read(octets: &[u8]) -> Vec<Result<Message, Fault>> {
    read_by(octets, None).await
}

async fn read_by(octets: &[u8], deflate: Option<Deflate>) -> Vec<Result<Message, Fault>> {
    let (ours, mut theirs) = duplex(octets.len().max(1));
    theirs.write_all(octets).await.expect("there is room");
    drop(theirs);
    let mut socket = Socket::new(ours, LIMIT, deflate);
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

/// A frame of a page, masked with zeros. The first octet says what it is.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(payload.len()).expect("it is short");
    let mut octets = vec![first, 0x80 | 126];
    octets.extend(length.to_be_bytes());
    octets.extend([0; 4]);
    octets.extend(payload);
    octets
}

#[tokio::test]
async fn a_message_in_very_many_pieces_is_a_fault() {
    let piece = |first: u8| vec![first, 0x80, 0, 0, 0, 0];
    let pieces = |count: usize| [piece(0x02), piece(0x00).repeat(count - 2), piece(0x80)].concat();

    assert!(matches!(&read(&pieces(PIECES)).await[..], [Ok(Message::Binary(octets))] if octets.is_empty()));
    assert!(is_fault(&read(&pieces(PIECES + 1)).await));
}

#[tokio::test]
async fn a_compressed_message_is_read_whole_or_in_pieces() {
    let text = b"Selamat pagi, Ayu! ".repeat(1000);
    let deflate = deflate().expect("it is agreed upon");
    let deflated = deflate.deflate(&text).await.expect("it pays");
    let (start, end) = deflated.split_at(deflated.len() / 2);

    let whole = frame(0xC2, &deflated);
    let pieces = [frame(0x42, start), vec![0x89, 0x80, 0, 0, 0, 0], frame(0x80, end)].concat();

    let is_text = |message: &Result<Message, Fault>| matches!(message, Ok(Message::Binary(octets)) if *octets == text);
    assert!(matches!(&read_by(&whole, Some(deflate)).await[..], [message] if is_text(message)));
    let read = read_by(&pieces, Some(deflate)).await;
    assert!(matches!(&read[..], [Ok(Message::Ping(_)), message] if is_text(message)));
}

#[tokio::test]
async fn a_compressed_message_that_was_not_agreed_upon_is_a_fault_and_so_is_a_bomb() {
    let deflate = deflate().expect("it is agreed upon");
    let small = deflate.deflate(&b"Selamat pagi! ".repeat(1000)).await.expect("it pays");
    let bomb = deflate.deflate(&vec![0; LIMIT * 100]).await.expect("it pays");
    assert!(bomb.len() < LIMIT);

    assert!(is_fault(&read_by(&frame(0xC2, &small), None).await));
    for frames in [
        frame(0xC2, &bomb),
        // Not compressed, though it says so.
        frame(0xC2, &[0xFF; 100]),
        // A ping, and a later piece, that say they are compressed.
        vec![0xC9, 0x80, 0, 0, 0, 0],
        [frame(0x42, &small), frame(0xC0, &small)].concat(),
    ] {
        assert!(is_fault(&read_by(&frames, Some(deflate)).await), "{frames:x?}");
    }
}

#[tokio::test]
async fn others_have_their_turn_while_a_long_message_becomes_what_it_was() {
    const LONG: usize = 2_000_000;
    let deflate = deflate().expect("it is agreed upon");
    let small = frame(0xC2, &deflate.deflate(&vec![7; LONG]).await.expect("it pays"));
    assert!(small.len() < LIMIT);
    let (ours, mut theirs) = duplex(LIMIT);
    AsyncWriteExt::write_all(&mut theirs, &[&small[..], &frame(0x89, &[])].concat())
        .await
        .expect("there is room");
    let mut socket = Socket::new(ours, LONG, Some(deflate));

    let mut turns = 0;
    // What is dropped in between has lost nothing.
    let message = loop {
        match futures_util::poll!(std::pin::pin!(socket.receive())) {
            Poll::Ready(message) => break message,
            Poll::Pending => turns += 1,
        }
    };

    assert!(matches!(message, Some(Ok(Message::Binary(octets))) if octets == vec![7; LONG]));
    assert!(turns > 20, "{turns}");
    assert!(matches!(socket.receive().await, Some(Ok(Message::Ping(_)))));
}

#[tokio::test]
async fn long_messages_are_written_compressed_where_it_is_agreed_upon() {
    let text = b"Selamat pagi, Ayu! ".repeat(1000);
    for (deflate, message, is_compressed) in [
        (deflate(), &text[..], true),
        (deflate(), &text[..100], false),
        (None, &text[..], false),
    ] {
        let (ours, mut theirs) = duplex(LIMIT);
        Socket::new(ours, LIMIT, deflate).send(message).await.expect("sent");
        let mut octets = Vec::new();
        tokio::io::AsyncReadExt::read_to_end(&mut theirs, &mut octets)
            .await
            .expect("it is there");

        let mut cursor = Cursor::new(&octets[..]);
        let (header, length) = FrameHeader::parse(&mut cursor).expect("a header").expect("all of it");
        let start = usize::try_from(cursor.position()).expect("it is short");
        let payload = &octets[start..];
        assert_eq!((header.rsv1, length), (is_compressed, payload.len() as u64));
        let read = match deflate.filter(|_| header.rsv1) {
            Some(deflate) => {
                let whole = deflate.inflate(payload, LIMIT).step().expect("it is compressed");
                whole.expect("it is short")
            }
            None => payload.to_vec(),
        };
        assert_eq!(read, message);
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
            sleep(Duration::from_secs(10)).await;
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

//! Messages that have begun take room and have their time.

use super::*;
use crate::http::socket::begun::WHOLE_WITHIN;

#[tokio::test]
async fn sockets_together_begin_no_more_than_there_is_room_for() {
    let room = Arc::new(Semaphore::new(LIMIT));
    let large = frame(0x82, &vec![0; 60_000]);
    let (ours, mut theirs) = duplex(LIMIT);
    let mut first = Socket::new(ours, LIMIT, None);
    first.limit_together(Arc::clone(&room));
    let (start, end) = large.split_at(30_000);

    theirs.write_all(start).await.expect("there is room");
    assert!(timeout(Duration::from_millis(50), first.receive()).await.is_err());
    let (ours, mut others) = duplex(LIMIT);
    let mut second = Socket::new(ours, LIMIT, None);
    second.limit_together(Arc::clone(&room));
    others.write_all(&large).await.expect("there is room");
    assert!(matches!(second.receive().await, Some(Err(Fault::Full))));

    theirs.write_all(end).await.expect("there is room");
    assert!(matches!(first.receive().await, Some(Ok(Message::Binary(_)))));
    assert_eq!(room.available_permits(), LIMIT);
}

#[tokio::test]
async fn pieces_take_room_together_and_give_it_back() {
    let room = Arc::new(Semaphore::new(LIMIT));
    let piece = |first| frame(first, &vec![0; 30_000]);
    let (ours, mut theirs) = duplex(LIMIT * 2);
    let mut socket = Socket::new(ours, LIMIT, None);
    socket.limit_together(Arc::clone(&room));

    theirs
        .write_all(&[piece(0x02), piece(0x00)].concat())
        .await
        .expect("there is room");
    theirs
        .write_all(&[0x89, 0x80, 0, 0, 0, 0])
        .await
        .expect("there is room");
    assert!(matches!(socket.receive().await, Some(Ok(Message::Ping(_)))));
    assert_eq!(room.available_permits(), LIMIT - 60_000);
    theirs.write_all(&piece(0x80)).await.expect("there is room");
    assert!(matches!(socket.receive().await, Some(Ok(Message::Binary(_)))));
    assert_eq!(room.available_permits(), LIMIT);
}

#[tokio::test(start_paused = true)]
async fn a_message_that_does_not_end_is_a_fault_whatever_stands_between_its_pieces() {
    let (ours, mut theirs) = duplex(LIMIT);
    let mut socket = Socket::new(ours, LIMIT, None);
    let dripping = async {
        theirs.write_all(&frame(0x02, b"a")).await.expect("it is there");
        loop {
            sleep(Duration::from_secs(10)).await;
            let more = [frame(0x00, b"a"), vec![0x89, 0x80, 0, 0, 0, 0]].concat();
            if theirs.write_all(&more).await.is_err() {
                break;
            }
        }
    };
    let start = tokio::time::Instant::now();
    let reading = async {
        while let Some(Ok(_)) = socket.receive().await {}
        drop(socket);
        start.elapsed()
    };

    let (over_after, ()) = tokio::join!(reading, dripping);

    assert!(over_after >= WHOLE_WITHIN && over_after < WHOLE_WITHIN + Duration::from_secs(15));
}

#[tokio::test(start_paused = true)]
async fn a_page_that_says_nothing_for_long_may_speak_again() {
    let (mut socket, mut page) = pair().await;

    for _ in 0..3 {
        page.send(Theirs::Binary(Bytes::from_static(b"a"))).await.expect("sent");
        assert!(matches!(socket.receive().await, Some(Ok(Message::Binary(_)))));
        sleep(WHOLE_WITHIN).await;
    }
}

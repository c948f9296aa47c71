//! What goes in, what comes out, and when it is too much.

use super::backlog::{MAX_BYTES, MAX_FRAMES, MAX_FRAMES_HELD};
use super::*;
use futures::FutureExt;
use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};

#[test]
fn frames_leave_in_the_order_they_were_queued() {
    let mailbox = Mailbox::default();
    mailbox.try_send("a".into());
    mailbox.try_send("b".into());
    let (frames, closing) = mailbox.take();
    assert_eq!(frames, ["a", "b"]);
    assert_eq!(closing, None);
    assert!(mailbox.take().0.is_empty());
}

#[test]
fn a_full_mailbox_drops_its_queue_and_closes_as_too_slow() {
    let mailbox = Mailbox::default();
    for _ in 0..MAX_FRAMES {
        mailbox.try_send("x".into());
    }
    assert_eq!(mailbox.take().0.len(), MAX_FRAMES);
    for _ in 0..=MAX_FRAMES {
        mailbox.try_send("x".into());
    }
    mailbox.try_send("late".into());
    let (frames, closing) = mailbox.take();
    assert!(frames.is_empty());
    assert_eq!(closing, Some(Closing::plain(CloseCode::TooSlow)));
}

#[test]
fn bytes_count_too_but_one_large_frame_always_fits() {
    let mailbox = Mailbox::default();
    mailbox.try_send("x".repeat(2 * MAX_BYTES).into());
    let (frames, closing) = mailbox.take();
    assert_eq!((frames.len(), closing), (1, None));
    for _ in 0..3 {
        mailbox.try_send("x".repeat(MAX_BYTES / 2).into());
    }
    assert_eq!(mailbox.take().1, Some(Closing::plain(CloseCode::TooSlow)));
}

#[test]
fn what_comes_before_the_task_ends_it_is_written_first() {
    let mailbox = Mailbox::default();
    mailbox.try_send("last".into());
    mailbox.close(Closing::going_away(120));
    mailbox.close(Closing::plain(CloseCode::NoSuchRoom));
    mailbox.try_send("what was under way".into());
    let (frames, closing) = mailbox.take();
    assert_eq!(frames, ["last", "what was under way"]);
    assert_eq!(closing, Some(Closing::going_away(120)));
}

/// A mailbox over a real connection, and its other end.
async fn connected() -> (Mailbox, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let far = TcpStream::connect(listener.local_addr().unwrap());
    let (near, far) = tokio::join!(listener.accept(), far);
    let (_, writing) = near.unwrap().0.into_split();
    writing.writable().await.unwrap();
    (Mailbox::over(writing), far.unwrap())
}

/// What the other end reads, until it has this many bytes.
async fn read(far: &mut TcpStream, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    far.read_exact(&mut bytes).await.unwrap();
    bytes
}

/// A frame that says its number, long enough for some thousand of them to fill the system's buffers.
fn numbered(number: usize) -> Frame {
    Frame::from(format!("{number:08}{}", ".".repeat(4_000)))
}

/// Fills the system's buffers; how many frames it took, the one in part included.
fn fill(mailbox: &Mailbox) -> usize {
    let mut count = 0;
    while !locked(&mailbox.state).has_unwritten() {
        mailbox.try_send(numbered(count));
        count += 1;
    }
    count
}

#[tokio::test]
async fn a_socket_that_keeps_up_has_no_queue() {
    let (mailbox, mut far) = connected().await;
    let frames = ["one", "two", "three"].map(Frame::from);
    mailbox.try_send(frames[0].clone());
    Run::all(&frames[1..]).for_each(|run| mailbox.try_send_run(&run));
    assert!(locked(&mailbox.state).backlog.is_none());
    let wire = frames
        .each_ref()
        .map(|frame| frame.wire().to_vec())
        .concat();
    assert_eq!(read(&mut far, wire.len()).await, wire);
}

#[tokio::test]
async fn a_burst_longer_than_the_queue_reaches_a_socket_that_keeps_up() {
    let (mailbox, mut far) = connected().await;
    let frames: Vec<_> = (0..4 * MAX_FRAMES)
        .map(|n| Frame::from(n.to_string()))
        .collect();
    Run::all(&frames).for_each(|run| mailbox.try_send_run(&run));
    assert_eq!(mailbox.why_closing(), None);
    let wire: Vec<u8> = frames.iter().flat_map(|f| f.wire().to_vec()).collect();
    assert_eq!(read(&mut far, wire.len()).await, wire);
}

#[tokio::test]
async fn what_does_not_fit_waits_and_nothing_overtakes_it() {
    let (mailbox, mut far) = connected().await;
    let before = fill(&mailbox);
    let all = before + 100;
    for number in before..all {
        mailbox.try_send(numbered(number));
    }
    let expected: Vec<u8> = (0..all).flat_map(|n| numbered(n).wire().to_vec()).collect();
    let (drained, seen) = tokio::join!(mailbox.drain(), read(&mut far, expected.len()));
    assert_eq!(drained, Ok(()));
    assert!(seen == expected, "byte for byte");
    assert!(
        locked(&mailbox.state).backlog.is_none(),
        "gave its memory back"
    );
}

#[tokio::test]
async fn an_answer_goes_before_what_is_queued_but_not_into_the_middle_of_a_frame() {
    let (mailbox, mut far) = connected().await;
    let before = fill(&mailbox);
    mailbox.try_send(Frame::from("queued"));
    let sent: Vec<_> = (0..before)
        .map(numbered)
        .chain([Frame::from("answer"), Frame::from("queued")])
        .collect();
    let expected = sent
        .iter()
        .flat_map(|frame| frame.wire().to_vec())
        .collect::<Vec<_>>();
    let written = async {
        mailbox.answer(Frame::from("answer")).await?;
        mailbox.drain().await
    };
    let (written, seen) = tokio::join!(written, read(&mut far, expected.len()));
    assert_eq!(written, Ok(()));
    // The last frame that was sent may have been queued as a whole; then the answer is before it.
    let is_as_sent = seen == expected;
    let swapped: Vec<_> = (0..before - 1)
        .map(numbered)
        .chain([
            Frame::from("answer"),
            numbered(before - 1),
            Frame::from("queued"),
        ])
        .collect();
    assert!(
        is_as_sent
            || seen
                == swapped
                    .iter()
                    .flat_map(|frame| frame.wire().to_vec())
                    .collect::<Vec<_>>()
    );
}

#[tokio::test]
async fn frames_wait_for_the_answer_that_is_being_prepared() {
    let (mailbox, mut far) = connected().await;
    mailbox.hold();
    mailbox.try_send(Frame::from("meanwhile"));
    mailbox.answer(Frame::from("welcome")).await.unwrap();
    mailbox.release();
    let expected = ["welcome", "meanwhile"]
        .map(|text| Frame::from(text).wire().to_vec())
        .concat();
    assert_eq!(read(&mut far, expected.len()).await, expected);
}

#[test]
fn what_an_answer_must_not_overtake_goes_before_it() {
    let mailbox = Mailbox::default();
    let message = |id: i64| Frame::from(format!(r#"{{"type":"message","id":{id},"room_id":1}}"#));
    mailbox.hold();
    for id in [7, 77, 8] {
        mailbox.try_send(message(id));
    }
    assert!(mailbox.take().0.is_empty(), "all of it is held back");
    mailbox.pass(MessageId(77));
    // Sent into nothing, so it is not waited for.
    let answered = mailbox.answer("refused".into()).now_or_never();
    assert_eq!(answered, Some(Ok(())));
    assert_eq!(
        mailbox.take().0,
        [message(7), message(77), "refused".into()]
    );
    mailbox.pass(MessageId(9));
    assert!(mailbox.take().0.is_empty(), "there is no such message");
    mailbox.release();
    assert_eq!(mailbox.take().0, [message(8)]);
}

#[test]
fn while_an_answer_is_prepared_a_group_of_messages_has_room() {
    let mailbox = Mailbox::default();
    mailbox.hold();
    for _ in 0..MAX_FRAMES_HELD {
        mailbox.try_send("x".into());
    }
    assert_eq!(mailbox.why_closing(), None);
    mailbox.try_send("x".into());
    assert_eq!(
        mailbox.why_closing(),
        Some(Closing::plain(CloseCode::TooSlow))
    );
}

#[tokio::test]
async fn a_message_that_is_passed_is_written_while_the_rest_is_held_back() {
    let (mailbox, mut far) = connected().await;
    let message = |id: i64| Frame::from(format!(r#"{{"type":"message","id":{id},"room_id":1}}"#));
    mailbox.hold();
    mailbox.try_send(message(1));
    mailbox.try_send(message(2));
    mailbox.pass(MessageId(1));
    mailbox.answer(Frame::from("answer")).await.unwrap();
    mailbox.release();
    let expected = [message(1), "answer".into(), message(2)];
    let expected = expected
        .each_ref()
        .map(|frame| frame.wire().to_vec())
        .concat();
    assert_eq!(read(&mut far, expected.len()).await, expected);
}

#[tokio::test]
async fn a_slow_socket_is_closed_and_gets_whole_frames_only() {
    let (mailbox, mut far) = connected().await;
    let mut sent = fill(&mailbox);
    while mailbox.why_closing().is_none() {
        mailbox.try_send(numbered(sent));
        sent += 1;
    }
    assert_eq!(
        mailbox.why_closing(),
        Some(Closing::plain(CloseCode::TooSlow))
    );
    let close = Frame::close(CloseCode::TooSlow.code(), "");
    let mut seen = Vec::new();
    let reading = async {
        while !seen.ends_with(close.wire()) {
            assert_ne!(far.read_buf(&mut seen).await.unwrap(), 0);
        }
    };
    let (answered, ()) = tokio::join!(mailbox.answer(close.clone()), reading);
    assert_eq!(answered, Ok(()));
    let whole = (seen.len() - close.wire().len()) / numbered(0).wire().len();
    let expected: Vec<u8> = (0..whole)
        .flat_map(|n| numbered(n).wire().to_vec())
        .collect();
    assert!(
        seen == [expected.as_slice(), close.wire()].concat(),
        "{whole} frames"
    );
}

#[tokio::test]
async fn nothing_comes_after_the_last_frame() {
    let (mailbox, mut far) = connected().await;
    mailbox.close(Closing::going_away(0));
    mailbox.try_send(Frame::from("in time"));
    let close = Frame::close(CloseCode::GoingAway.code(), "");
    mailbox.end(close.clone()).await.unwrap();
    mailbox.try_send(Frame::from("too late"));
    drop(mailbox);
    let mut seen = Vec::new();
    far.read_to_end(&mut seen).await.unwrap();
    assert_eq!(
        seen,
        [Frame::from("in time").wire().as_ref(), close.wire()].concat()
    );
}

#[tokio::test]
async fn a_lost_connection_is_noticed_by_writing() {
    let (mailbox, far) = connected().await;
    far.set_zero_linger().unwrap();
    drop(far);
    let noticed = async {
        while !locked(&mailbox.state).is_gone {
            mailbox.try_send(Frame::from("anybody?"));
            tokio::task::yield_now().await;
        }
        mailbox.ready().await;
    };
    tokio::time::timeout(std::time::Duration::from_secs(10), noticed)
        .await
        .unwrap();
    assert_eq!(mailbox.drain().await, Err(Gone));
}

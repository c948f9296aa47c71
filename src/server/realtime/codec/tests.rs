//! What each frame says, whole and in pieces, and what is refused.

use super::decode::{Decoded, Decoder};
use super::{Violation, close, closed, ping, pong, text};
use std::borrow::Cow;

const LIMIT: usize = 64 * 1024;
const KEY: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];
const TEXT: u8 = 1;
const BINARY: u8 = 2;
const CONTINUATION: u8 = 0;
const CLOSE: u8 = 8;
const PING: u8 = 9;
const PONG: u8 = 10;
const FINAL: u8 = 0x80;

/// A client's frame.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = announced(first, payload.len() as u64);
    frame.extend(payload.iter().zip(KEY.iter().cycle()).map(|(b, k)| b ^ k));
    frame
}

/// The head of one.
fn announced(first: u8, length: u64) -> Vec<u8> {
    let mut head = vec![first];
    match length {
        0..=125 => head.push(0x80 | length as u8),
        126..=0xffff => {
            head.push(0x80 | 126);
            head.extend((length as u16).to_be_bytes());
        }
        _ => {
            head.push(0x80 | 127);
            head.extend(length.to_be_bytes());
        }
    }
    head.extend(KEY);
    head
}

/// All that a decoder says to bytes that come in pieces of this size.
fn decode_in_pieces(decoder: &mut Decoder, bytes: &[u8], size: usize) -> Vec<Decoded<'static>> {
    let mut bytes = bytes.to_vec();
    let mut decoded_all = Vec::new();
    for piece in bytes.chunks_mut(size) {
        let mut at = 0;
        while at < piece.len() {
            let (decoded, used) = decoder.decode(&mut piece[at..], LIMIT);
            at += used;
            match decoded {
                Decoded::More => assert_eq!(at, piece.len(), "nothing is left over"),
                Decoded::Fragment => {}
                decoded => decoded_all.push(owned(decoded)),
            }
        }
    }
    decoded_all
}

fn owned(decoded: Decoded<'_>) -> Decoded<'static> {
    match decoded {
        Decoded::More => Decoded::More,
        Decoded::Fragment => Decoded::Fragment,
        Decoded::Text(text) => Decoded::Text(Cow::Owned(text.into_owned())),
        Decoded::Binary => Decoded::Binary,
        Decoded::Ping(payload) => Decoded::Ping(Cow::Owned(payload.into_owned())),
        Decoded::Pong => Decoded::Pong,
        Decoded::Close(code) => Decoded::Close(code),
        Decoded::Violation(violation) => Decoded::Violation(violation),
    }
}

/// What these bytes say, which is the same whole, octet by octet and in between.
#[track_caller]
fn decode(bytes: &[u8]) -> Vec<Decoded<'static>> {
    let whole = decode_in_pieces(&mut Decoder::default(), bytes, bytes.len().max(1));
    for size in [1, 2, 3, 7, 1_000] {
        let pieces = decode_in_pieces(&mut Decoder::default(), bytes, size);
        assert_eq!(pieces, whole, "in pieces of {size}");
    }
    whole
}

fn texts<const N: usize>(texts: [&str; N]) -> Vec<Decoded<'static>> {
    texts
        .map(|text| Decoded::Text(Cow::Owned(text.to_owned())))
        .into()
}

#[track_caller]
fn refused(bytes: &[u8], violation: Violation) {
    assert_eq!(decode(bytes), [Decoded::Violation(violation)], "{bytes:x?}");
}

#[test]
fn text_of_every_form_of_length() {
    for length in [0, 1, 7, 8, 9, 125, 126, 127, 128, 65_535, 65_536] {
        let text = "x".repeat(length);
        assert_eq!(
            decode(&frame(FINAL | TEXT, text.as_bytes())),
            texts([&text]),
            "{length}"
        );
    }
}

#[test]
fn a_whole_message_is_lent_from_the_input_and_one_in_pieces_is_given() {
    let mut bytes = frame(FINAL | TEXT, "Grüße".as_bytes());
    let mut decoder = Decoder::default();
    let length = bytes.len();
    let (decoded, used) = decoder.decode(&mut bytes, LIMIT);
    assert!(matches!(&decoded, Decoded::Text(Cow::Borrowed("Grüße"))));
    assert_eq!(used, length);
    // Also when the head came before.
    let mut bytes = frame(FINAL | TEXT, b"later");
    let (head, payload) = bytes.split_at_mut(6);
    assert_eq!(decoder.decode(head, LIMIT), (Decoded::More, 6));
    let (decoded, _) = decoder.decode(payload, LIMIT);
    assert!(matches!(&decoded, Decoded::Text(Cow::Borrowed("later"))));
    let mut bytes = frame(FINAL | TEXT, b"pieces");
    let (first, second) = bytes.split_at_mut(8);
    assert_eq!(decoder.decode(first, LIMIT), (Decoded::More, 8));
    let (decoded, _) = decoder.decode(second, LIMIT);
    assert!(matches!(&decoded, Decoded::Text(Cow::Owned(text)) if text == "pieces"));
}

#[test]
fn an_idle_decoder_owns_next_to_nothing() {
    assert!(size_of::<Decoder>() <= 16);
    let mut decoder = Decoder::default();
    let mut bytes = frame(TEXT, b"one, ");
    bytes.extend(frame(FINAL | PING, b"?"));
    bytes.extend(frame(FINAL | CONTINUATION, b"two"));
    assert_eq!(decode_in_pieces(&mut decoder, &bytes, 1).len(), 2);
    assert!(decoder.is_idle());
}

#[test]
fn what_was_only_announced_takes_no_memory() {
    let mut decoder = Decoder::default();
    let mut bytes = announced(FINAL | TEXT, LIMIT as u64);
    bytes.extend([0; 10]);
    assert_eq!(decode_in_pieces(&mut decoder, &bytes, 4), []);
    assert!(decoder.kept() < 64, "{}", decoder.kept());
    // Nor does it ever take more than was announced.
    assert_eq!(
        decode_in_pieces(&mut decoder, &vec![0; LIMIT - 11], 1_000),
        []
    );
    assert!(decoder.kept() <= LIMIT, "{}", decoder.kept());
    let mut decoder = Decoder::default();
    let mut binary = announced(FINAL | BINARY, LIMIT as u64);
    binary.extend([0; 30_000]);
    assert_eq!(decode_in_pieces(&mut decoder, &binary, 1_000), []);
    assert_eq!(decoder.kept(), 0, "nobody wants its bytes");
}

#[test]
fn many_frames_in_one_piece() {
    let mut bytes = Vec::new();
    for text in ["a", "", "c"] {
        bytes.extend(frame(FINAL | TEXT, text.as_bytes()));
    }
    bytes.extend(frame(FINAL | BINARY, b"\xff"));
    bytes.extend(frame(FINAL | PONG, b"unasked"));
    bytes.extend(frame(FINAL | PING, &[7; 125]));
    let mut expected = texts(["a", "", "c"]);
    expected.push(Decoded::Binary);
    expected.push(Decoded::Pong);
    expected.push(Decoded::Ping(Cow::Owned(vec![7; 125])));
    assert_eq!(decode(&bytes), expected);
}

#[test]
fn fragments_make_one_message_and_let_control_frames_through() {
    let mut bytes = frame(TEXT, b"");
    // Cut in the middle of a character.
    bytes.extend(frame(CONTINUATION, b"\xf0\x9d"));
    bytes.extend(frame(FINAL | PING, b"1"));
    bytes.extend(frame(CONTINUATION, b"\x84"));
    bytes.extend(frame(FINAL | PONG, b""));
    bytes.extend(frame(FINAL | CONTINUATION, b"\x9e!"));
    bytes.extend(frame(BINARY, b"\xff"));
    bytes.extend(frame(FINAL | CONTINUATION, b""));
    let mut expected = vec![Decoded::Ping(Cow::Owned(b"1".to_vec())), Decoded::Pong];
    expected.extend(texts(["𝄞!"]));
    expected.push(Decoded::Binary);
    assert_eq!(decode(&bytes), expected);
}

#[test]
fn what_is_no_frame_is_refused() {
    let mut unmasked = frame(FINAL | TEXT, b"{}");
    unmasked[1] &= 0x7f;
    refused(&unmasked, Violation::Protocol);
    for reserved in [0x40, 0x20, 0x10, 0x70] {
        refused(&frame(FINAL | reserved | TEXT, b""), Violation::Protocol);
        refused(&frame(FINAL | reserved | PING, b""), Violation::Protocol);
    }
    for opcode in [3, 4, 5, 6, 7, 11, 12, 13, 14, 15] {
        refused(&frame(FINAL | opcode, b""), Violation::Protocol);
        // At the first byte already.
        refused(&[FINAL | opcode], Violation::Protocol);
    }
    for control in [CLOSE, PING, PONG] {
        refused(&frame(control, b""), Violation::Protocol);
        refused(&frame(FINAL | control, &[b'x'; 126]), Violation::Protocol);
    }
}

#[test]
fn lengths_are_written_in_the_fewest_bytes() {
    for head in [
        &[0x81, 0xfe, 0, 125][..],
        &[0x81, 0xfe, 0, 0],
        &[0x81, 0xff, 0, 0, 0, 0, 0, 0, 0xff, 0xff],
        &[0x81, 0xff, 0, 0, 0, 0, 0, 0, 0, 1],
        &[0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0],
        &[0x81, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
    ] {
        refused(head, Violation::Protocol);
    }
}

#[test]
fn fragments_out_of_order_are_refused() {
    refused(&frame(FINAL | CONTINUATION, b"x"), Violation::Protocol);
    refused(&frame(CONTINUATION, b"x"), Violation::Protocol);
    for second in [TEXT, BINARY, FINAL | TEXT, FINAL | BINARY] {
        let mut bytes = frame(TEXT, b"one");
        bytes.extend(frame(second, b"two"));
        refused(&bytes, Violation::Protocol);
    }
}

#[test]
fn text_that_is_not_utf8_is_refused() {
    for bad in [
        &b"\xff"[..],
        b"ok \xc0\xaf",
        b"\xed\xa0\x80",
        b"\xf4\x90\x80\x80",
        b"cut \xe2\x82",
    ] {
        refused(&frame(FINAL | TEXT, bad), Violation::NotUtf8);
    }
    // At the end of the first bad frame, though the message goes on.
    refused(&frame(TEXT, b"\xed\xa0"), Violation::NotUtf8);
    let mut bytes = frame(TEXT, b"\xf0\x9d");
    bytes.extend(frame(CONTINUATION, b"x"));
    refused(&bytes, Violation::NotUtf8);
    let mut bytes = frame(TEXT, b"\xf0\x9d");
    bytes.extend(frame(FINAL | CONTINUATION, b""));
    refused(&bytes, Violation::NotUtf8);
}

#[test]
fn too_much_is_refused_as_soon_as_it_is_announced() {
    for opcode in [TEXT, BINARY, FINAL | TEXT, FINAL | BINARY] {
        refused(&announced(opcode, LIMIT as u64 + 1), Violation::TooBig);
        refused(&announced(opcode, u64::MAX >> 1), Violation::TooBig);
    }
    let mut bytes = frame(TEXT, &vec![b'x'; LIMIT]);
    bytes.extend(announced(CONTINUATION, 1));
    refused(&bytes, Violation::TooBig);
    let mut bytes = frame(TEXT, &vec![b'x'; LIMIT]);
    bytes.extend(frame(FINAL | CONTINUATION, b""));
    assert_eq!(decode(&bytes), texts([&"x".repeat(LIMIT)]));
}

#[test]
fn a_close_says_why_and_ends_it() {
    let after = frame(FINAL | TEXT, b"not heard");
    for (payload, code) in [
        (&b""[..], None),
        (b"\x03\xe8", Some(1000)),
        (b"\x0f\xa0why", Some(4000)),
    ] {
        let mut bytes = frame(FINAL | CLOSE, payload);
        bytes.extend(&after);
        assert_eq!(decode(&bytes), [Decoded::Close(code)]);
    }
    for code in [
        1001_u16, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4999,
    ] {
        let bytes = frame(FINAL | CLOSE, &code.to_be_bytes());
        assert_eq!(decode(&bytes), [Decoded::Close(Some(code))]);
    }
    for code in [
        0_u16, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2999, 5000, 65_535,
    ] {
        let bytes = frame(FINAL | CLOSE, &code.to_be_bytes());
        refused(&bytes, Violation::Protocol);
    }
    refused(&frame(FINAL | CLOSE, b"\x03"), Violation::Protocol);
    refused(
        &frame(FINAL | CLOSE, b"\x03\xe8\xce\xba\xe1"),
        Violation::NotUtf8,
    );
    let mut broken = vec![FINAL | TEXT, 0];
    broken.extend(&after);
    refused(&broken, Violation::Protocol);
}

#[test]
fn the_server_s_frames_are_whole_and_not_masked() {
    for (length, head) in [
        (0_usize, &[0x81, 0][..]),
        (125, &[0x81, 125]),
        (126, &[0x81, 126, 0, 126]),
        (65_535, &[0x81, 126, 0xff, 0xff]),
        (65_536, &[0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
    ] {
        let payload = "y".repeat(length);
        let frame = text(&payload);
        assert_eq!(&frame[..head.len()], head);
        assert_eq!(&frame[head.len()..], payload.as_bytes());
    }
    assert_eq!(ping()[..], [0x89, 0]);
    assert_eq!(pong(b"hi")[..], [0x8a, 2, b'h', b'i']);
    assert_eq!(pong(&[1; 200])[..2], [0x8a, 125]);
    assert_eq!(close(4000, "why")[..], *b"\x88\x05\x0f\xa0why");
    assert_eq!(closed(None)[..], [0x88, 0]);
    assert_eq!(closed(Some(1000))[..], [0x88, 2, 0x03, 0xe8]);
    let long = close(4000, &"é".repeat(100));
    assert_eq!(long[1], 124, "61 whole characters");
    assert_eq!(long.len(), 126);
}

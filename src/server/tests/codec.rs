//! The codec against itself and against another one, over random streams and those that the fuzzer
//! kept.

mod oracles;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use parlour_server::realtime::codec;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};

/// A frame of a client, well-formed or not quite.
fn frame() -> impl Strategy<Value = Vec<u8>> {
    let opcode = prop_oneof![
        8 => select(vec![0_u8, 0, 1, 1, 2, 8, 9, 10]),
        1 => 0..16_u8,
    ];
    // Mostly neither reserved bits nor a mask that is missing.
    let bits = prop_oneof![12 => Just(0_u8), 1 => select(vec![0x10, 0x20, 0x40])];
    let is_masked = prop_oneof![30 => Just(true), 1 => Just(false)];
    // How many bytes the length takes beyond those it needs.
    let form = prop_oneof![30 => Just(0_usize), 1 => 1..3_usize];
    let payload = prop_oneof![
        4 => "[a𝄞é]{0,6}".prop_map(String::into_bytes),
        2 => vec(any::<u8>(), 0..6),
        1 => (0..400_usize).prop_map(|length| vec![b'x'; length]),
        1 => (prop_oneof![Just(1000_u16), Just(1014), 0..6_000_u16], "[a-z]{0,3}")
            .prop_map(|(code, why)| [&code.to_be_bytes(), why.as_bytes()].concat()),
        1 => "𝄞{1,2}".prop_map(|text| text.as_bytes()[..text.len() - 2].to_vec()),
    ];
    let first = (opcode, bits, prop::bool::weighted(0.6));
    (first, is_masked, form, any::<[u8; 4]>(), payload).prop_map(
        |((opcode, bits, is_final), is_masked, form, key, payload)| {
            let mut frame = vec![opcode | bits | if is_final { 0x80 } else { 0 }];
            let mask = if is_masked { 0x80 } else { 0 };
            let least = usize::from(payload.len() > 125);
            match least.max(form) {
                0 => frame.push(mask | payload.len() as u8),
                1 => {
                    frame.push(mask | 126);
                    frame.extend((payload.len() as u16).to_be_bytes());
                }
                _ => {
                    frame.push(mask | 127);
                    frame.extend((payload.len() as u64).to_be_bytes());
                }
            }
            frame.extend(is_masked.then_some(key).into_iter().flatten());
            let keys = if is_masked { key } else { [0; 4] };
            frame.extend(payload.iter().zip(keys.iter().cycle()).map(|(b, k)| b ^ k));
            frame
        },
    )
}

#[test]
fn decoding_is_independent_of_reads_and_agrees_with_tungstenite() {
    let cuts = vec(any::<u8>().prop_map(|cut| cut % 32), oracles::CUTS);
    let lost = prop_oneof![2 => Just(0), 1 => 0..20_usize];
    let streams = (cuts, vec(frame(), 0..12), lost).prop_map(|(cuts, frames, lost)| {
        let mut stream = frames.concat();
        stream.truncate(stream.len().saturating_sub(lost));
        [cuts, stream].concat()
    });
    let config = Config {
        cases: 4_000,
        failure_persistence: None,
        ..Config::default()
    };
    TestRunner::new(config)
        .run(&streams, |input| {
            oracles::stream(&input);
            Ok(())
        })
        .unwrap();
}

#[test]
fn the_fuzz_corpus_upholds_every_oracle() {
    let kept = |corpus: &str| -> Vec<Vec<u8>> {
        let inputs = corpus.lines().map(|line| STANDARD.decode(line).unwrap());
        let inputs: Vec<_> = inputs.collect();
        assert!(inputs.len() > 10, "there is a corpus");
        inputs
    };
    kept(include_str!("../fuzz/corpus/stream.base64"))
        .iter()
        .for_each(|input| oracles::stream(input));
    kept(include_str!("../fuzz/corpus/frame.base64"))
        .iter()
        .for_each(|input| oracles::frame(input));
}

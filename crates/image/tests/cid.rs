//! Identifiers against vectors of other implementations (their provenance is in the files).

use std::io::{self, Read};

use serde::Deserialize;
use zklens_image::cid::{CHUNK_BYTES, of, of_reader};
use zklens_image::{Cid, CidVersion};

#[derive(Deserialize)]
struct Vectors {
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
struct Vector {
    name: String,
    size: usize,
    cid: String,
}

const V0: &str = include_str!("cid_vectors.json");
const V1: &str = include_str!("cid_v1_vectors.json");

fn vectors(json: &str) -> Vec<Vector> {
    let Vectors { vectors } = serde_json::from_str(json).expect("a vector file");
    assert_eq!(vectors.len(), 12);
    vectors
}

/// The file of `size` bytes from the generator that the vector files describe.
fn file(size: usize) -> Vec<u8> {
    let mut x = 0x9e37_79b9_u32;
    let next = |_| {
        x ^= x << 13;
        x ^= x >> 17;
        x ^= x << 5;
        (x >> 24) as u8
    };
    (0..size).map(next).collect()
}

/// A reader that gives a few bytes at a time, of odd lengths, with an interruption now and then.
struct Trickle<'a> {
    rest: &'a [u8],
    turn: usize,
}

impl Read for Trickle<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.turn += 1;
        if self.turn.is_multiple_of(5) {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let most = (self.turn * 7919) % 100_003 + 1;
        let len = most.min(buffer.len());
        self.rest.read(&mut buffer[..len])
    }
}

#[test]
fn version_0_equals_kubo_from_nothing_to_60_mb() {
    let longest = file(60_000_000);
    for Vector { name, size, cid } in vectors(V0) {
        assert_eq!(
            of(&longest[..size], CidVersion::V0).to_string(),
            cid,
            "{name}"
        );
    }
}

#[test]
fn version_1_equals_the_reference_importer_from_nothing_to_60_mb() {
    let longest = file(60_000_000);
    for Vector { name, size, cid } in vectors(V1) {
        assert_eq!(
            of(&longest[..size], CidVersion::V1RawLeaves).to_string(),
            cid,
            "{name}"
        );
    }
}

#[test]
fn a_reader_that_gives_little_at_a_time_makes_no_difference() {
    let longest = file(1_000_007);
    for version in [CidVersion::V0, CidVersion::V1RawLeaves] {
        for size in [
            0,
            1,
            CHUNK_BYTES - 1,
            CHUNK_BYTES,
            CHUNK_BYTES + 1,
            1_000_007,
        ] {
            let rest = &longest[..size];
            let streamed = of_reader(Trickle { rest, turn: 0 }, version).expect("no error");
            assert_eq!(streamed, of(rest, version), "{size} bytes");
        }
    }
}

#[test]
fn an_error_of_the_reader_is_reported() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
    }
    let error = of_reader(Broken, CidVersion::V0).expect_err("it cannot be read");
    assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
}

#[test]
fn every_form_of_an_identifier_has_the_digest() {
    let raw = of(b"hello world", CidVersion::V1RawLeaves);
    let sha256 = [
        0xb9, 0x4d, 0x27, 0xb9, 0x93, 0x4d, 0x3e, 0x08, 0xa5, 0x2e, 0x52, 0xd7, 0xda, 0x7d, 0xab,
        0xfa, 0xc4, 0x84, 0xef, 0xe3, 0x7a, 0x53, 0x80, 0xee, 0x90, 0x88, 0xf7, 0xac, 0xe2, 0xef,
        0xcd, 0xe9,
    ];
    assert_eq!(raw.digest(), &sha256);
    assert_eq!(
        raw.to_bytes(),
        [&[1, 0x55, 0x12, 0x20], &sha256[..]].concat()
    );

    let v0 = of(b"hello world", CidVersion::V0);
    assert_eq!(v0.to_bytes(), [&[0x12, 0x20], &v0.digest()[..]].concat());
    assert_eq!(
        v0.ipfs_uri(),
        "ipfs://Qmf412jQZiuVUtdgnB36FXFX7xg5V6KEbSJ4dpQuhkLyfD"
    );
}

#[test]
fn one_byte_more_or_less_is_another_file() {
    let longest = file(CHUNK_BYTES + 1);
    let cids: Vec<Cid> = (CHUNK_BYTES - 1..=CHUNK_BYTES + 1)
        .map(|size| of(&longest[..size], CidVersion::default()))
        .collect();
    assert!(cids[0] != cids[1] && cids[1] != cids[2] && cids[0] != cids[2]);
}

//! A small ceremony is read as it was written, and malformed files are refused by name.

use super::{Beginning, MODULUS, read};
use std::io::Cursor;
use zklens_commitment::Setup;
use zklens_field::encode_point;
use zklens_testkit::ceremony::{Ceremony, tau_g1};

fn read_bytes(file: &[u8], powers: u64) -> Result<Beginning, String> {
    read(&mut Cursor::new(file), powers, |_| ()).map_err(|error| error.to_string())
}

fn refusal(ceremony: &Ceremony) -> String {
    read_bytes(&ceremony.encode(), 9).unwrap_err()
}

#[test]
fn reads_the_powers_of_a_small_ceremony() {
    let beginning = read_bytes(&Ceremony::new(3).encode(), 9).unwrap();
    let expected: Vec<u8> = (0..9).flat_map(|i| encode_point(&tau_g1(i))).collect();
    assert_eq!(beginning.powers, expected);
    assert_eq!(beginning.ceremony_power, 3);
    let setup = Setup::decode(&beginning.powers, &beginning.tau_g2).unwrap();
    assert_eq!(setup.check(), Ok(()));
}

#[test]
fn reads_all_powers_there_are_and_not_one_more() {
    let file = Ceremony::new(3).encode();
    assert!(read_bytes(&file, 15).is_ok());
    let error = read_bytes(&file, 16).unwrap_err();
    assert_eq!(error, "expected at least 16 powers of τ, got 15");
}

#[test]
fn takes_sections_in_any_order() {
    let mut ceremony = Ceremony::new(3);
    let expected = read_bytes(&ceremony.encode(), 9);
    ceremony.sections.reverse();
    assert_eq!(read_bytes(&ceremony.encode(), 9), expected);
}

#[test]
fn refuses_every_truncation() {
    let file = Ceremony::new(2).encode();
    for len in 0..file.len() {
        let error = read_bytes(&file[..len], 5).unwrap_err();
        let expected = if len < 4 {
            "not a ceremony's file"
        } else {
            "truncated"
        };
        assert!(error.contains(expected), "{len}: {error}");
    }
}

#[test]
fn refuses_other_files_and_versions() {
    let mut file = Ceremony::new(3).encode();
    assert!(read_bytes(b"zkey", 9).unwrap_err().contains("`ptau`"));
    file[4] = 2;
    assert!(read_bytes(&file, 9).unwrap_err().contains("version 2"));
    file[4] = 1;
    file[8..12].fill(0xff);
    let error = read_bytes(&file, 9).unwrap_err();
    assert!(error.contains("4294967295 sections"), "{error}");
}

#[test]
fn refuses_a_section_longer_than_the_file() {
    let mut file = Ceremony::new(3).encode();
    file[16..24].fill(0xff);
    assert_eq!(read_bytes(&file, 9).unwrap_err(), "the file is truncated");
}

#[test]
fn refuses_missing_and_repeated_sections() {
    for kind in [1, 2, 3] {
        let mut ceremony = Ceremony::new(3);
        let section = ceremony.section(kind).clone();
        ceremony.sections.push((kind, section));
        let error = refusal(&ceremony);
        assert!(
            error.contains(&format!("section {kind} ")) && error.contains("twice"),
            "{error}"
        );
        ceremony.sections.retain(|section| section.0 != kind);
        let error = refusal(&ceremony);
        assert!(
            error.contains(&format!("section {kind} ")) && error.contains("missing"),
            "{error}"
        );
    }
}

#[test]
fn refuses_other_curves_and_headers() {
    let mut ceremony = Ceremony::new(3);
    ceremony.section(1)[5] ^= 1;
    assert!(refusal(&ceremony).contains("another curve"));
    // BLS12-381 has coordinates of 48 bytes.
    ceremony.section(1)[0] = 48;
    assert!(refusal(&ceremony).contains("another curve"));
    ceremony.section(1).clear();
    assert!(refusal(&ceremony).contains("another curve"));
    let mut ceremony = Ceremony::new(3);
    ceremony.section(1).push(0);
    assert_eq!(refusal(&ceremony), "the header has 45 bytes, expected 44");
}

#[test]
fn refuses_coordinates_above_the_modulus() {
    for kind in [2, 3] {
        let mut ceremony = Ceremony::new(3);
        // The second point's x.
        let start = if kind == 2 { 64 } else { 128 };
        ceremony.section(kind)[start..start + 32].copy_from_slice(&MODULUS);
        assert!(refusal(&ceremony).contains("not below"), "section {kind}");
    }
}

#[test]
fn refuses_a_ceremony_of_one_power() {
    let ceremony = Ceremony::new(0);
    let error = read_bytes(&ceremony.encode(), 1).unwrap_err();
    assert!(error.contains("no [τ]₂"), "{error}");
}

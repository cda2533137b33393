//! The string that ships is the ceremony's, and altered ones are refused.

use sha2::{Digest, Sha256};
use zklens_commitment::{Setup, SetupError, VerifierSetup};
use zklens_field::{Field, Scalar, encode_point, generator, linear_combination};
use zklens_setup::{POWERS, STRING, TAU_G2};
use zklens_transcript::{Writer, labels};

/// A beginning of the string, long enough to test with.
fn beginning() -> Vec<u8> {
    STRING[..64 * 16].to_vec()
}

fn check(string: &[u8], tau_g2: &[[u8; 32]; 4]) -> Result<(), SetupError> {
    Setup::decode(string, tau_g2)?.check()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn the_shipped_string_holds_the_powers_of_tau() {
    let digest = "424e8de36519d1be0d9c894a203c5fad13038bd05710ffe8a270e2469db438a2";
    assert_eq!(hex(&Sha256::digest(STRING)), digest);
    let setup = Setup::decode(STRING, &TAU_G2).unwrap();
    assert_eq!(setup.powers().len(), POWERS);
    assert_eq!(setup.check(), Ok(()));
}

#[test]
fn accepts_every_beginning_of_two_powers_or_more() {
    for powers in [2, 3, 16] {
        assert_eq!(
            check(&STRING[..64 * powers], &TAU_G2),
            Ok(()),
            "{powers} powers"
        );
    }
}

/// A frozen value: verifying keys and proofs are bound to it.
#[test]
fn the_digest_is_that_of_the_ceremony() {
    let setup = VerifierSetup::decode(&TAU_G2).unwrap();
    assert_eq!(
        hex(setup.digest()),
        "fb7b969978a4f2a6bbcad4515899d9f09e92a17f0efb17f70dc6ebbf9b343baa"
    );
}

#[test]
fn another_tau_has_another_digest() {
    let ours = VerifierSetup::decode(&TAU_G2).unwrap();
    let other = VerifierSetup::decode(&g2_generator()).unwrap();
    assert_ne!(ours.digest(), other.digest());
}

#[test]
fn refuses_strings_that_are_no_list_of_points() {
    let string = beginning();
    for bytes in [0, 1, 63, 64, 65, 127, 64 * 16 - 1] {
        let refused = Err(SetupError::Length { bytes });
        assert_eq!(check(&string[..bytes], &TAU_G2), refused);
    }
}

#[test]
fn refuses_every_flipped_bit_of_a_power() {
    let string = beginning();
    for bit in 0..512 {
        let mut forged = string.clone();
        forged[3 * 64 + bit / 8] ^= 1 << (bit % 8);
        assert_eq!(
            check(&forged, &TAU_G2),
            Err(SetupError::Power { index: 3 }),
            "bit {bit}"
        );
    }
}

#[test]
fn refuses_infinity() {
    let mut forged = beginning();
    forged[5 * 64..6 * 64].fill(0);
    assert_eq!(check(&forged, &TAU_G2), Err(SetupError::Power { index: 5 }));
}

#[test]
fn refuses_points_that_are_no_powers() {
    for power in 1..16 {
        let mut forged = beginning();
        let other = linear_combination(&[generator()], &[Scalar::from(power as u64 + 7)]);
        forged[power * 64..][..64].copy_from_slice(&encode_point(&other));
        assert_eq!(
            check(&forged, &TAU_G2),
            Err(SetupError::Mismatch),
            "power {power}"
        );
    }
}

/// A string whose points from `first` on are true powers plus multiples of the lowest powers.
fn shifted(first: usize, shifts: &[&[Scalar]]) -> Vec<u8> {
    let setup = Setup::decode(&beginning(), &TAU_G2).unwrap();
    let powers = setup.powers();
    let mut forged = beginning();
    for (power, factors) in (first..).zip(shifts) {
        let terms: Vec<Scalar> = factors.iter().copied().chain([Scalar::from(1)]).collect();
        let points = [&powers[..factors.len()], &powers[power..=power]].concat();
        let point = linear_combination(&points, &terms);
        forged[power * 64..][..64].copy_from_slice(&encode_point(&point));
    }
    forged
}

/// Who knows `ρ` first makes two wrong powers that cancel out: `P₂ + [1]` and `P₃ − [1/ρ]`.
#[test]
fn refuses_powers_made_for_a_draw_that_forgets_them() {
    let setup = Setup::decode(&beginning(), &TAU_G2).unwrap();
    let draws = [&[][..], setup.powers()].map(|absorbed| {
        let mut transcript = Writer::new(setup.verifier().digest());
        if !absorbed.is_empty() {
            transcript.write_points(labels::SETUP_POWERS, absorbed);
        }
        transcript.draw(labels::SETUP_CHECK)
    });
    for rho in draws {
        let one = Scalar::from(1);
        let forged = shifted(2, &[&[one], &[-rho.inverse().unwrap()]]);
        assert_eq!(check(&forged, &TAU_G2), Err(SetupError::Mismatch));
    }
}

/// From power to power they are wrong by 1 and −1, or by 1, −2 and 1. Neither shows in a plain sum, nor with weights
/// that grow evenly.
#[test]
fn refuses_powers_whose_faults_add_up_to_zero() {
    let scalars = |factors: &[i64]| factors.iter().copied().map(Scalar::from).collect();
    let is_refused = |own: &dyn Fn(usize) -> Vec<i64>| {
        let shifts: Vec<Vec<Scalar>> = (2..16).map(|power| scalars(&own(power))).collect();
        let shifts: Vec<&[Scalar]> = shifts.iter().map(Vec::as_slice).collect();
        let forged = shifted(2, &shifts);
        assert_eq!(check(&forged, &TAU_G2), Err(SetupError::Mismatch));
    };
    // After the faults, each is τ times the one before.
    let moved = |by: usize, factors: &[i64]| [&vec![0; by], factors].concat();
    is_refused(&|power| match power {
        2 => vec![1],
        _ => moved(power - 3, &[-1, 1]),
    });
    is_refused(&|power| match power {
        2 => vec![1],
        3 => vec![-2, 1],
        _ => moved(power - 4, &[1, -2, 1]),
    });
}

#[test]
fn refuses_powers_in_another_order() {
    let mut forged = beginning();
    let (low, high) = forged.split_at_mut(8 * 64);
    low[7 * 64..].swap_with_slice(&mut high[..64]);
    assert_eq!(check(&forged, &TAU_G2), Err(SetupError::Mismatch));
    assert_eq!(
        check(&beginning()[64..], &TAU_G2),
        Err(SetupError::Generator)
    );
}

#[test]
fn refuses_another_tau() {
    assert_eq!(
        check(&beginning(), &g2_generator()),
        Err(SetupError::Mismatch)
    );
}

#[test]
fn refuses_a_tau_off_the_group() {
    for coordinate in 0..4 {
        let mut forged = TAU_G2;
        forged[coordinate][31] ^= 1;
        assert_eq!(
            check(&beginning(), &forged),
            Err(SetupError::TauG2),
            "{coordinate}"
        );
        assert_eq!(VerifierSetup::decode(&forged), Err(SetupError::TauG2));
    }
    assert_eq!(
        check(&beginning(), &[[0; 32]; 4]),
        Err(SetupError::TauG2),
        "infinity"
    );
}

/// On the twist, as every point of the second group is, but not one of these: no `τ` makes it. With it, an opening
/// would be checked in a group that the soundness argument does not cover.
#[test]
fn refuses_a_tau_on_the_twist_outside_the_group() {
    // x = 1 and its y.
    let outside = coordinates([
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000001",
        "0d1271953ed9ea0836846e70a1934187998c7f790cb4d7511b7f8da82de048a4",
        "2869111d5381f072f8e2728fdb825a51aadd70e52c9830e9ab4b871c0531f1bb",
    ]);
    assert_eq!(VerifierSetup::decode(&outside), Err(SetupError::TauG2));
    assert_eq!(check(&beginning(), &outside), Err(SetupError::TauG2));
}

/// EIP-197's generator, as if `τ` were one.
fn g2_generator() -> [[u8; 32]; 4] {
    coordinates([
        "198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2",
        "1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed",
        "090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975b",
        "12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daa",
    ])
}

fn coordinates(hex: [&str; 4]) -> [[u8; 32]; 4] {
    hex.map(|hex| {
        let byte = |at| u8::from_str_radix(&hex[2 * at..][..2], 16).unwrap();
        std::array::from_fn(byte)
    })
}

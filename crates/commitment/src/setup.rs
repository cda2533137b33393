//! The setup: points `[1]₁, [τ]₁, [τ²]₁, …` for a number `τ` that nobody knows, and the check that they are such
//! powers.
//!
//! # Claim
//!
//! `P_0 = [1]₁`, and `P_{i+1} = τ·P_i` for every `i < N − 1`.
//!
//! * `P_0 … P_{N−1}` are the points of the setup string, and `N` is their number;
//! * `[1]₁` and `[1]₂` are the generators of the curve's two groups;
//! * `τ` is the number that the point `[τ]₂ = τ·[1]₂` fixes;
//! * `e` is the pairing: `e(a·[1]₁, b·[1]₂)` depends on `a·b` only.
//!
//! # Protocol
//!
//! 1. Decode every point; `P_0` is the generator.
//! 2. Draw `ρ` from a hash of `[τ]₂` and the whole string.
//! 3. Check `e(Σ_{i<N−1} ρ^i·P_{i+1}, [1]₂) = e(Σ_{i<N−1} ρ^i·P_i, [τ]₂)`.
//!
//! Step 1 is [`Setup::decode`]. Steps 2 and 3 are [`Setup::check`]. A verifier needs neither: it uses `[τ]₂` alone,
//! and a wrong string proves nothing to it.
//!
//! **Warning:** a prover's secrecy depends on the string: an opening that was made with points that are not the powers
//! of one `τ` can reveal more. Run [`Setup::check`] once on any string that zklens does not ship, before proving with
//! it.
//!
//! # Soundness
//!
//! `Σ ρ^i·(P_{i+1} − τ·P_i)` is a polynomial of degree `N − 2` in `ρ`; if not all its coefficients
//! are zero, a hash drawn over `2^253` values hits a root with probability at most `(N − 2) / 2^253`
//! per string tried.
//!
//! # Reference
//!
//! Kate, Zaverucha, Goldberg, *Constant-Size Commitments to Polynomials and Their
//! Applications* (ASIACRYPT 2010), §3.

use alloc::vec::Vec;
use tiny_keccak::{Hasher, Keccak};
use zklens_field::{
    Field, G2Point, POINT_BYTES, Point, Scalar, decode_g2_point, decode_point, encode_g2_point,
    g2_generator, generator, linear_combination, pairing_product_is_one,
};
use zklens_transcript::{Writer, labels};

const DIGEST_BYTES: usize = 32;

/// The verifier's part of a setup: the point `[τ]₂`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifierSetup {
    tau_g2: G2Point,
    digest: [u8; DIGEST_BYTES],
}

impl VerifierSetup {
    /// Decodes `[τ]₂` from `x₁, x₀, y₁, y₀`, where `x = x₁·u + x₀` and `y = y₁·u + y₀`.
    ///
    /// # Errors
    ///
    /// The coordinates are not those of a point of the second group, or not in canonical form.
    pub fn decode(tau_g2: &[[u8; 32]; 4]) -> Result<Self, SetupError> {
        let point = decode_g2_point(tau_g2.each_ref()).ok_or(SetupError::TauG2)?;
        let mut keccak = Keccak::v256();
        keccak.update(b"zklens/setup");
        for coordinate in tau_g2 {
            keccak.update(coordinate);
        }
        let mut digest = [0; DIGEST_BYTES];
        keccak.finalize(&mut digest);
        Ok(Self {
            tau_g2: point,
            digest,
        })
    }

    /// Keccak-256 of `"zklens/setup"` and `[τ]₂`. Verification depends on nothing else of a setup, and `[τ]₂` fixes
    /// every power.
    #[must_use]
    pub const fn digest(&self) -> &[u8; DIGEST_BYTES] {
        &self.digest
    }

    /// The coordinates of `[τ]₂`, in the order that [`Self::decode`] takes.
    #[must_use]
    pub fn encode(&self) -> [[u8; 32]; 4] {
        encode_g2_point(&self.tau_g2)
    }

    /// Whether `second = τ·first`.
    pub(crate) fn is_tau_times(&self, first: Point, second: Point) -> bool {
        let negated = linear_combination(&[second], &[-Scalar::ONE]);
        pairing_product_is_one(&[(negated, g2_generator()), (first, self.tau_g2)])
    }
}

/// The prover's setup: the powers of `τ`, and the verifier's part.
#[derive(Clone, Debug)]
pub struct Setup {
    powers: Vec<Point>,
    verifier: VerifierSetup,
}

impl Setup {
    /// Decodes a string of points of 64 bytes each, or the first points of one.
    ///
    /// **Warning:** does not check that the points are powers of `τ`; [`Self::check`] does.
    ///
    /// # Errors
    ///
    /// The string has fewer than two points or a length that is not a multiple of 64; a point is off the curve; the
    /// first point is not the generator; or `tau_g2` is not a point of the second group.
    pub fn decode(string: &[u8], tau_g2: &[[u8; 32]; 4]) -> Result<Self, SetupError> {
        let verifier = VerifierSetup::decode(tau_g2)?;
        let (points, rest) = string.as_chunks::<POINT_BYTES>();
        if points.len() < 2 || !rest.is_empty() {
            return Err(SetupError::Length {
                bytes: string.len(),
            });
        }
        let decode = |(index, bytes)| decode_point(bytes).ok_or(SetupError::Power { index });
        let powers: Vec<Point> = points
            .iter()
            .enumerate()
            .map(decode)
            .collect::<Result<_, _>>()?;
        if powers.first() != Some(&generator()) {
            return Err(SetupError::Generator);
        }
        Ok(Self { powers, verifier })
    }

    /// `[1]₁, [τ]₁, [τ²]₁, …`: at least two points.
    pub fn powers(&self) -> &[Point] {
        &self.powers
    }

    /// The verifier's part of this setup.
    #[must_use]
    pub const fn verifier(&self) -> &VerifierSetup {
        &self.verifier
    }

    /// Checks that the points are the powers of the `τ` in `[τ]₂`.
    ///
    /// # Errors
    ///
    /// The points are not the powers of this `τ`.
    pub fn check(&self) -> Result<(), SetupError> {
        // 2. Draw ρ.
        let mut transcript = Writer::new(self.verifier.digest());
        transcript.write_points(labels::SETUP_POWERS, &self.powers);
        let rho = transcript.draw(labels::SETUP_CHECK);

        // 3. Compare neighbours. A combination stops at the end of its shorter list, so `first` leaves out the last
        //    point.
        let (_, later) = self.powers.split_first().ok_or(SetupError::Mismatch)?;
        let next = |power: &Scalar| Some(*power * rho);
        let rho_powers: Vec<Scalar> = core::iter::successors(Some(Scalar::ONE), next)
            .take(later.len())
            .collect();
        let first = linear_combination(&self.powers, &rho_powers);
        let second = linear_combination(later, &rho_powers);
        let is_power = self.verifier.is_tau_times(first, second);
        is_power.then_some(()).ok_or(SetupError::Mismatch)
    }
}

/// Why a setup cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SetupError {
    /// The string's length is not a multiple of 64 bytes, or it has fewer than two points.
    #[error("a setup string of {bytes} bytes: expected two points of 64 bytes, or more")]
    Length {
        /// The string's length in bytes.
        bytes: usize,
    },
    /// 64 bytes of the string do not encode a point of the curve.
    #[error("power {index} of the setup string is not on the curve")]
    Power {
        /// The exponent of `τ`: the position of the point, from 0.
        index: usize,
    },
    /// The string's first point is not the generator `[1]₁`.
    #[error("the setup string does not begin with the generator")]
    Generator,
    /// The coordinates of `[τ]₂` are not those of a point of the second group.
    #[error("the setup's point of the second group is not in that group")]
    TauG2,
    /// The string's points are not the powers of the `τ` in `[τ]₂`.
    #[error("the setup string does not hold the powers of τ")]
    Mismatch,
}

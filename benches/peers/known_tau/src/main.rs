//! Writes a "prepared" powers-of-tau file for snarkjs whose secrets are printed below.
//!
//! INSECURE by construction: whoever knows the secrets can prove anything. For timing only, where it
//! does not matter who knows them. It takes seconds, and a ceremony takes hours.
//!
//!     known-tau POWER FILE

use std::{
    env,
    fs::File,
    io::{BufWriter, Result, Write},
};

use ark_bn254::{Fq, Fr, G1Affine, G1Projective, G2Affine, G2Projective};
use ark_ec::{PrimeGroup, scalar_mul::BatchMulPreprocessing};
use ark_ff::{Field, PrimeField};
use ark_poly::{EvaluationDomain, Radix2EvaluationDomain};

const TAU: u64 = 0x0123_4567_89ab_cdef;
const ALPHA: u64 = 0x1357_9bdf_0246_8ace;
const BETA: u64 = 0x0fed_cba9_8765_4321;

fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().collect();
    let [_, power, path] = arguments.as_slice() else {
        panic!("usage: known-tau POWER FILE");
    };
    let power: u32 = power.parse().expect("POWER is a number");
    let size = 1_usize << power;
    let (tau, alpha, beta) = (Fr::from(TAU), Fr::from(ALPHA), Fr::from(BETA));

    let powers: Vec<Fr> = std::iter::successors(Some(Fr::ONE), |last| Some(*last * tau))
        .take(2 * size - 1)
        .collect();
    let lagrange = lagrange_up_to(power, tau);
    let longer = lagrange_up_to(power + 1, tau);

    let g1 = BatchMulPreprocessing::new(G1Projective::generator(), longer.len());
    let g2 = BatchMulPreprocessing::new(G2Projective::generator(), lagrange.len());
    let in_g1 = |scalars: &[Fr]| g1_bytes(&g1.batch_mul(scalars));
    let in_g2 = |scalars: &[Fr]| g2_bytes(&g2.batch_mul(scalars));

    // The section numbers of snarkjs' format.
    let mut file = BufWriter::new(File::create(path)?);
    file.write_all(b"ptau")?;
    file.write_all(&1_u32.to_le_bytes())?; // version
    file.write_all(&11_u32.to_le_bytes())?; // sections
    section(&mut file, 1, &header(power))?;
    section(&mut file, 2, &in_g1(&powers))?;
    section(&mut file, 3, &in_g2(&powers[..size]))?;
    section(&mut file, 4, &in_g1(&times(alpha, &powers[..size])))?;
    section(&mut file, 5, &in_g1(&times(beta, &powers[..size])))?;
    section(&mut file, 6, &in_g2(&[beta]))?;
    section(&mut file, 7, &0_u32.to_le_bytes())?; // contributions
    section(&mut file, 12, &in_g1(&longer))?;
    section(&mut file, 13, &in_g2(&lagrange))?;
    section(&mut file, 14, &in_g1(&times(alpha, &lagrange)))?;
    section(&mut file, 15, &in_g1(&times(beta, &lagrange)))?;
    file.flush()
}

/// The Lagrange polynomials of the domains of 1, 2, 4, … 2^power points at tau, one after the other.
fn lagrange_up_to(power: u32, tau: Fr) -> Vec<Fr> {
    (0..=power)
        .flat_map(|level| {
            Radix2EvaluationDomain::<Fr>::new(1 << level)
                .expect("the field has roots of unity of order 2^28")
                .evaluate_all_lagrange_coefficients(tau)
        })
        .collect()
}

fn times(factor: Fr, scalars: &[Fr]) -> Vec<Fr> {
    scalars.iter().map(|scalar| factor * scalar).collect()
}

fn header(power: u32) -> Vec<u8> {
    let mut bytes = 32_u32.to_le_bytes().to_vec();
    for limb in Fq::MODULUS.0 {
        bytes.extend(limb.to_le_bytes());
    }
    bytes.extend(power.to_le_bytes());
    bytes.extend(power.to_le_bytes());
    bytes
}

/// Coordinates are in Montgomery form, as in memory.
fn coordinate(bytes: &mut Vec<u8>, value: Fq) {
    for limb in value.0.0 {
        bytes.extend(limb.to_le_bytes());
    }
}

fn g1_bytes(points: &[G1Affine]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(64 * points.len());
    for point in points {
        coordinate(&mut bytes, point.x);
        coordinate(&mut bytes, point.y);
    }
    bytes
}

fn g2_bytes(points: &[G2Affine]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(128 * points.len());
    for point in points {
        for value in [point.x.c0, point.x.c1, point.y.c0, point.y.c1] {
            coordinate(&mut bytes, value);
        }
    }
    bytes
}

fn section(file: &mut impl Write, number: u32, content: &[u8]) -> Result<()> {
    file.write_all(&number.to_le_bytes())?;
    file.write_all(&(content.len() as u64).to_le_bytes())?;
    file.write_all(content)
}

//! The files of *powers of tau* ceremonies, as snarkjs writes them (`powersoftau_utils.js`).
//!
//! ```text
//! "ptau"      4 bytes
//! version     u32: 1
//! sections    u32, how many; each: kind u32, size u64, then so many bytes
//!   kind 1    bytes of a coordinate u32, the base field's modulus, power u32, ceremony's power u32
//!   kind 2    [1]₁, [τ]₁, …, [τ^(2^(power + 1) − 2)]₁: x, y
//!   kind 3    [1]₂, [τ]₂, …, [τ^(2^power − 1)]₂: x₀, x₁, y₀, y₁
//! ```
//!
//! All numbers are little-endian. A coordinate is 32 bytes in Montgomery form: `a·2^256 mod q` stands
//! for `a`. Other sections are skipped.

use num_bigint::BigUint;
use std::io::{self, Read, Seek, SeekFrom};

const MAGIC: [u8; 4] = *b"ptau";
const VERSION: u32 = 1;

/// What snarkjs ever writes, prepared for its second phase or not, is fewer.
const MAX_SECTIONS: u32 = 64;

/// The modulus `q` of BN254's base field, little-endian.
const MODULUS: [u8; COORDINATE_BYTES] = [
    0x47, 0xfd, 0x7c, 0xd8, 0x16, 0x8c, 0x20, 0x3c, 0x8d, 0xca, 0x71, 0x68, 0x91, 0x6a, 0x81, 0x97,
    0x5d, 0x58, 0x81, 0x81, 0xb6, 0x45, 0x50, 0xb8, 0x29, 0xa0, 0x31, 0xe1, 0x72, 0x4e, 0x64, 0x30,
];

const COORDINATE_BYTES: usize = 32;
const HEADER_BYTES: u64 = 4 + COORDINATE_BYTES as u64 + 4 + 4;
const G1_BYTES: u64 = 2 * COORDINATE_BYTES as u64;
const G2_BYTES: u64 = 4 * COORDINATE_BYTES as u64;

/// The beginning of a ceremony's string, in the encoding of setup files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beginning {
    /// `[1]₁, [τ]₁, …`: `x`, then `y`, each 32 bytes, big-endian.
    pub powers: Vec<u8>,
    /// `[τ]₂`: `x₁, x₀, y₁, y₀`, big-endian.
    pub tau_g2: [[u8; 32]; 4],
    /// The power of the ceremony that the file was cut from.
    pub ceremony_power: u32,
}

/// Reads the first `powers` points of a file and `[τ]₂`, and calls `progress` with the number of each. Whether they
/// are on the curve, and powers, is not checked.
///
/// # Errors
///
/// See [`PtauError`].
pub fn read(
    file: &mut (impl Read + Seek),
    powers: u64,
    progress: impl Fn(u64),
) -> Result<Beginning, PtauError> {
    let sections = sections(file)?;
    let ceremony_power = read_header(file, &sections)?;
    let tau_g1 = sections.find(2, "powers of τ")?;
    if tau_g1.size / G1_BYTES < powers {
        return Err(PtauError::Powers {
            expected: powers,
            got: tau_g1.size / G1_BYTES,
        });
    }
    let tau_g2 = sections.find(3, "powers of τ in the second group")?;
    if tau_g2.size < 2 * G2_BYTES {
        return Err(PtauError::TauG2);
    }
    let form = Montgomery::new();
    file.seek(SeekFrom::Start(tau_g2.start + G2_BYTES))?;
    let mut coordinates = || form.read_coordinate(file);
    let [x0, x1, y0, y1] = [
        coordinates()?,
        coordinates()?,
        coordinates()?,
        coordinates()?,
    ];
    file.seek(SeekFrom::Start(tau_g1.start))?;
    let mut reader = io::BufReader::new(file);
    let mut points = Vec::new();
    for index in 0..powers {
        points.extend(form.read_coordinate(&mut reader)?);
        points.extend(form.read_coordinate(&mut reader)?);
        progress(index);
    }
    Ok(Beginning {
        powers: points,
        tau_g2: [x1, x0, y1, y0],
        ceremony_power,
    })
}

/// Where a section's bytes are.
#[derive(Clone, Copy, Debug)]
struct Section {
    kind: u32,
    start: u64,
    size: u64,
}

struct Sections(Vec<Section>);

impl Sections {
    fn find(&self, kind: u32, what: &'static str) -> Result<Section, PtauError> {
        let mut found = self.0.iter().filter(|section| section.kind == kind);
        match (found.next(), found.next()) {
            (Some(section), None) => Ok(*section),
            (None, _) => Err(PtauError::Missing { kind, what }),
            (Some(_), Some(_)) => Err(PtauError::Twice { kind, what }),
        }
    }
}

/// The sections, all of them inside the file.
fn sections(file: &mut (impl Read + Seek)) -> Result<Sections, PtauError> {
    let end = file.seek(SeekFrom::End(0))?;
    file.rewind()?;
    let magic: [u8; 4] = array(file).map_err(|_| PtauError::NotPtau)?;
    if magic != MAGIC {
        return Err(PtauError::NotPtau);
    }
    let version = u32::from_le_bytes(array(file)?);
    if version != VERSION {
        return Err(PtauError::Version { got: version });
    }
    let count = u32::from_le_bytes(array(file)?);
    if count > MAX_SECTIONS {
        return Err(PtauError::Sections { got: count });
    }
    let mut sections = Vec::new();
    for _ in 0..count {
        let kind = u32::from_le_bytes(array(file)?);
        let size = u64::from_le_bytes(array(file)?);
        let start = file.stream_position()?;
        let after = start.checked_add(size).filter(|after| *after <= end);
        let after = after.ok_or(PtauError::Truncated)?;
        sections.push(Section { kind, start, size });
        file.seek(SeekFrom::Start(after))?;
    }
    Ok(Sections(sections))
}

/// Checks the curve, and gives the ceremony's power.
fn read_header(file: &mut (impl Read + Seek), sections: &Sections) -> Result<u32, PtauError> {
    let header = sections.find(1, "header")?;
    file.seek(SeekFrom::Start(header.start))?;
    if header.size < 4 || u32::from_le_bytes(array(file)?) != COORDINATE_BYTES as u32 {
        return Err(PtauError::Curve);
    }
    if header.size != HEADER_BYTES {
        return Err(PtauError::Header { got: header.size });
    }
    if array(file)? != MODULUS {
        return Err(PtauError::Curve);
    }
    let _power: [u8; 4] = array(file)?;
    Ok(u32::from_le_bytes(array(file)?))
}

/// The base field's Montgomery form.
struct Montgomery {
    modulus: BigUint,
    /// `2^-256`.
    inverse: BigUint,
}

impl Montgomery {
    fn new() -> Self {
        let modulus = BigUint::from_bytes_le(&MODULUS);
        let radix = BigUint::from(1_u8) << 256_u32;
        // Fermat: x^(q − 2) is the inverse of x.
        let inverse = radix.modpow(&(&modulus - 2_u8), &modulus);
        Self { modulus, inverse }
    }

    /// The next coordinate, big-endian and no longer in Montgomery form.
    fn read_coordinate(&self, file: &mut impl Read) -> Result<[u8; COORDINATE_BYTES], PtauError> {
        let bytes: [u8; COORDINATE_BYTES] = array(file)?;
        let value = BigUint::from_bytes_le(&bytes);
        if value >= self.modulus {
            return Err(PtauError::Coordinate);
        }
        let digits = (value * &self.inverse % &self.modulus).to_bytes_le();
        let mut coordinate = [0; COORDINATE_BYTES];
        for (to, from) in coordinate.iter_mut().rev().zip(digits) {
            *to = from;
        }
        Ok(coordinate)
    }
}

fn array<const N: usize>(file: &mut impl Read) -> Result<[u8; N], PtauError> {
    let mut bytes = [0; N];
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// Why a ceremony's file cannot be imported.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PtauError {
    /// It is a file of another kind.
    #[error("not a ceremony's file: it does not begin with `ptau`")]
    NotPtau,
    /// It is of another version of the format.
    #[error("the file has format version {got}; this program reads version {VERSION}")]
    Version {
        /// The file's version.
        got: u32,
    },
    /// It claims to have more sections than any ceremony's file.
    #[error("the file claims to have {got} sections; the most is {MAX_SECTIONS}")]
    Sections {
        /// How many.
        got: u32,
    },
    /// A section goes on where the file ends.
    #[error("the file is truncated")]
    Truncated,
    /// A section is missing.
    #[error("section {kind} ({what}) is missing")]
    Missing {
        /// Its number in the format.
        kind: u32,
        /// Its content.
        what: &'static str,
    },
    /// Two sections say the same thing.
    #[error("section {kind} ({what}) occurs twice")]
    Twice {
        /// Their number in the format.
        kind: u32,
        /// Their content.
        what: &'static str,
    },
    /// The header is longer or shorter than headers are.
    #[error("the header has {got} bytes, expected {HEADER_BYTES}")]
    Header {
        /// Its bytes.
        got: u64,
    },
    /// The points are of another curve.
    #[error("the file is for another curve; expected BN254 (also called bn128, alt_bn128)")]
    Curve,
    /// The ceremony was too small.
    #[error("expected at least {expected} powers of τ, got {got}")]
    Powers {
        /// How many were asked for.
        expected: u64,
        /// How many it has.
        got: u64,
    },
    /// `[τ]₂` is missing.
    #[error("the file has no [τ]₂: its section 3 has fewer than two points")]
    TauG2,
    /// A number is not below the base field's modulus.
    #[error("a coordinate is not below the field's modulus")]
    Coordinate,
    /// The system cannot read it.
    #[error("{0}")]
    Read(io::Error),
}

impl From<io::Error> for PtauError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::Truncated,
            _ => Self::Read(error),
        }
    }
}

#[cfg(test)]
mod tests;

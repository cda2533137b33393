//! The files of *powers of tau* ceremonies, as snarkjs writes them (`powersoftau_utils.js`).
//!
//! ```text
//! "ptau"      4 bytes
//! version     u32: 1
//! sections    their number u32; each: kind u32, size u64, then that number of bytes
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

/// The most sections that are read. snarkjs writes fewer, whether a file is prepared for the second phase or not.
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

/// The first points of a ceremony's file, in the encoding of `.zks` files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beginning {
    /// `[1]₁, [τ]₁, …`: `x`, then `y`, each 32 bytes, big-endian.
    pub powers: Vec<u8>,
    /// `[τ]₂`: `x₁, x₀, y₁, y₀`, big-endian.
    pub tau_g2: [[u8; 32]; 4],
    /// `p` of the ceremony that made the file, which had `2^p` powers. The file itself may hold fewer.
    pub ceremony_power: u32,
}

/// Reads the first `powers` points of a file and `[τ]₂`, and calls `progress` with the index of each point.
///
/// Does not check that the points are on the curve, or powers of one `τ`.
///
/// # Errors
///
/// The file has another format or curve, is damaged, or has fewer points; see [`PtauError`].
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

/// The position of a section in the file.
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

/// The sections; an error if one goes beyond the end of the file.
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
        let end_of_section = start.checked_add(size).filter(|after| *after <= end);
        let after = end_of_section.ok_or(PtauError::Truncated)?;
        sections.push(Section { kind, start, size });
        file.seek(SeekFrom::Start(after))?;
    }
    Ok(Sections(sections))
}

/// Checks the curve, and returns the ceremony's power.
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

/// Converts coordinates from Montgomery form.
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

    /// Reads the next coordinate; returns it big-endian and not in Montgomery form.
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
    /// The file is of another kind.
    #[error("not a ceremony's file: it does not begin with `ptau`")]
    NotPtau,
    /// The file is of another version of the format.
    #[error("the file has format version {got}; this program reads version {VERSION}")]
    Version {
        /// The file's version.
        got: u32,
    },
    /// The file claims to have more sections than any ceremony's file.
    #[error("the file claims to have {got} sections; the most is {MAX_SECTIONS}")]
    Sections {
        /// How many it claims.
        got: u32,
    },
    /// A section goes beyond the end of the file.
    #[error("the file is truncated")]
    Truncated,
    /// A section is missing.
    #[error("section {kind} ({what}) is missing")]
    Missing {
        /// The number of the section in the format.
        kind: u32,
        /// The content of the section.
        what: &'static str,
    },
    /// A section occurs twice.
    #[error("section {kind} ({what}) occurs twice")]
    Twice {
        /// The number of the section in the format.
        kind: u32,
        /// The content of the section.
        what: &'static str,
    },
    /// The header has the wrong length.
    #[error("the header has {got} bytes, expected {HEADER_BYTES}")]
    Header {
        /// How many bytes it has.
        got: u64,
    },
    /// The points are not of the curve BN254.
    #[error("the file is for another curve; expected BN254 (also called bn128, alt_bn128)")]
    Curve,
    /// The file has too few powers.
    #[error("expected at least {expected} powers of τ, got {got}")]
    Powers {
        /// How many were asked for.
        expected: u64,
        /// How many the file has.
        got: u64,
    },
    /// `[τ]₂` is missing.
    #[error("the file has no [τ]₂: its section 3 has fewer than two points")]
    TauG2,
    /// A number is not below the base field's modulus.
    #[error("a coordinate is not below the field's modulus")]
    Coordinate,
    /// The system cannot read the file.
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

//! The shipped setup, and the `.zks` file.
//!
//! ```text
//! "ZKLS"      4 bytes
//! version     u16, little-endian
//! [τ]₂        x₁, x₀, y₁, y₀, each 32 bytes, big-endian
//! powers      [1]₁, [τ]₁, …: x, then y, each 32 bytes, big-endian, to the end of the file
//! ```

use std::borrow::Cow;
use std::io::{self, Read};
use zklens_commitment::{Setup, SetupError, VectorLength, VerifierSetup};
use zklens_frame::{Frame, FrameError};

/// The first four bytes of a `.zks` file.
pub const MAGIC: [u8; 4] = *b"ZKLS";

const VERSION: u16 = 1;

/// The frame of the header. The powers after it go on to the end of the file, and are read only as far as needed.
const FRAME: Frame = Frame {
    magic: MAGIC,
    version: VERSION,
    max_bytes: usize::MAX,
};

/// Bytes before the powers.
const HEADER_BYTES: usize = 4 + 2 + 4 * 32;

const POINT_BYTES: usize = 64;

/// The most powers that any proof uses.
pub const PROOF_POWERS: usize = VectorLength::MAX.count() + 1;

/// The most powers that are read at all.
pub const MAX_POWERS: usize = (1 << 24) + 1;

/// A setup whose points are not decoded yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetupFile {
    tau_g2: [[u8; 32]; 4],
    string: Cow<'static, [u8]>,
}

impl SetupFile {
    /// The first `powers` powers of the setup that zklens ships, or all that it has.
    #[must_use]
    pub fn shipped(powers: usize) -> Self {
        let whole: &[u8] = zklens_setup::STRING;
        let string = whole.get(..powers.saturating_mul(POINT_BYTES));
        Self {
            tau_g2: zklens_setup::TAU_G2,
            string: Cow::Borrowed(string.unwrap_or(whole)),
        }
    }

    /// A setup of points that are encoded as in a file.
    #[must_use]
    pub const fn of_points(tau_g2: [[u8; 32]; 4], string: Vec<u8>) -> Self {
        Self {
            tau_g2,
            string: Cow::Owned(string),
        }
    }

    /// Reads the first `powers` powers of a `.zks` file, or [`MAX_POWERS`] if that is less, or all that it has.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or does not begin with a header of this version.
    pub fn read(file: &mut impl Read, powers: usize) -> Result<Self, SetupFileError> {
        let tau_g2 = read_header(file)?;
        let most = powers.min(MAX_POWERS) * POINT_BYTES;
        let mut string = Vec::new();
        file.take(most as u64).read_to_end(&mut string)?;
        Ok(Self::of_points(tau_g2, string))
    }

    /// The file's bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        FRAME.encode(&[self.tau_g2.as_flattened(), &self.string[..]].concat())
    }

    /// Whether its `τ` is that of the setup that zklens ships.
    #[must_use]
    pub fn is_of_shipped_ceremony(&self) -> bool {
        self.tau_g2 == zklens_setup::TAU_G2
    }

    /// The verifier's part: `[τ]₂` and the digest.
    ///
    /// # Errors
    ///
    /// `[τ]₂` does not lie in the second group.
    pub fn verifier(&self) -> Result<VerifierSetup, SetupError> {
        VerifierSetup::decode(&self.tau_g2)
    }

    /// Decodes the points, without a check that they are powers of one `τ`.
    ///
    /// # Errors
    ///
    /// A point is not on the curve, or the first is not the generator.
    pub fn decode(&self) -> Result<Setup, SetupError> {
        Setup::decode(&self.string, &self.tau_g2)
    }

    /// Decodes the points, and checks by a pairing that they are powers of one `τ`.
    ///
    /// # Errors
    ///
    /// As for [`Self::decode`]; or the points are not the powers of the `τ` in `[τ]₂`.
    pub fn check(&self) -> Result<Setup, SetupError> {
        let setup = self.decode()?;
        setup.check()?;
        Ok(setup)
    }
}

fn read_header(file: &mut impl Read) -> Result<[[u8; 32]; 4], SetupFileError> {
    let mut header = [0; HEADER_BYTES];
    file.read_exact(&mut header)
        .map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => SetupFileError::TooShort,
            _ => SetupFileError::Read(error),
        })?;
    let coordinates = FRAME.open(&header)?;
    let mut tau_g2 = [[0; 32]; 4];
    tau_g2.as_flattened_mut().copy_from_slice(coordinates);
    Ok(tau_g2)
}

/// Why a file cannot be read as a setup.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SetupFileError {
    /// The file ends within its header.
    #[error("not a setup: the file is too short")]
    TooShort,
    /// The file is of another kind.
    #[error("not a setup: the file does not begin with `ZKLS`")]
    NotASetup,
    /// The file is of another version of the format.
    #[error("the setup has format version {got}; this program reads version {VERSION}")]
    Version {
        /// The file's version.
        got: u16,
    },
    /// The system cannot read the file.
    #[error("{0}")]
    Read(#[from] io::Error),
}

impl From<FrameError> for SetupFileError {
    fn from(error: FrameError) -> Self {
        match error {
            FrameError::Magic { .. } => Self::NotASetup,
            FrameError::Version { got, .. } => Self::Version { got },
            FrameError::TooLong { .. }
            | FrameError::Truncated { .. }
            | FrameError::NotCanonical => Self::TooShort,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes() {
        let shipped = SetupFile::shipped(9);
        let file = shipped.encode();
        assert_eq!(file.len(), HEADER_BYTES + 9 * POINT_BYTES);
        assert_eq!(
            SetupFile::read(&mut &file[..], MAX_POWERS).unwrap(),
            shipped
        );
        assert_eq!(shipped.check().unwrap().powers().len(), 9);
    }

    #[test]
    fn reads_no_more_powers_than_asked() {
        let file = SetupFile::shipped(9).encode();
        let read = SetupFile::read(&mut &file[..], 3).unwrap();
        assert_eq!(read, SetupFile::shipped(3));
    }

    #[test]
    fn refuses_what_is_no_setup() {
        let file = SetupFile::shipped(2).encode();
        let refusal = |file: &[u8]| {
            let error = SetupFile::read(&mut &file[..], 2).unwrap_err();
            error.to_string()
        };
        for len in 0..HEADER_BYTES {
            assert_eq!(refusal(&file[..len]), "not a setup: the file is too short");
        }
        let mut other = file.clone();
        other[0] ^= 1;
        assert!(refusal(&other).contains("`ZKLS`"));
        let mut newer = file;
        newer[4] = 2;
        assert!(refusal(&newer).contains("version 2"));
    }
}

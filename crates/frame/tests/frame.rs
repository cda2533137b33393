//! Every way in which a file can fail to be one.

use zklens_frame::{Frame, FrameError};

const FRAME: Frame = Frame {
    magic: *b"ZKLT",
    version: 3,
    max_bytes: 64,
};

#[derive(Debug, PartialEq)]
enum Fault {
    Frame(FrameError),
    Body,
}

impl From<FrameError> for Fault {
    fn from(error: FrameError) -> Self {
        Self::Frame(error)
    }
}

fn write(words: &Vec<u16>) -> Vec<u8> {
    postcard::to_allocvec(words).unwrap()
}

/// Reads a list of numbers, and whatever follows it.
fn read(body: &[u8]) -> Result<Vec<u16>, Fault> {
    let (words, _) = postcard::take_from_bytes(body).map_err(|_| Fault::Body)?;
    Ok(words)
}

fn decode(file: &[u8]) -> Result<Vec<u16>, Fault> {
    FRAME.decode(file, read, write)
}

fn file() -> Vec<u8> {
    FRAME.encode(&write(&vec![5, 300]))
}

#[test]
fn a_file_is_read_as_it_was_written() {
    assert_eq!(file(), b"ZKLT\x03\x00\x02\x05\xac\x02");
    assert_eq!(decode(&file()), Ok(vec![5, 300]));
}

#[test]
fn every_flipped_bit_of_the_magic_makes_it_another_kind() {
    let expected = *b"ZKLT";
    for bit in 0..32 {
        let mut other = file();
        other[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(decode(&other), Err(FrameError::Magic { expected }.into()));
    }
}

#[test]
fn every_flipped_bit_of_the_version_makes_it_another_version() {
    for bit in 0..16 {
        let mut other = file();
        other[4 + bit / 8] ^= 1 << (bit % 8);
        let version = FrameError::Version {
            expected: 3,
            got: 3 ^ (1 << bit),
        };
        assert_eq!(decode(&other), Err(version.into()));
    }
}

#[test]
fn a_truncated_file_is_refused_wherever_it_ends() {
    let file = file();
    for len in 0..file.len() {
        let expected = match len {
            0..4 => FrameError::Magic { expected: *b"ZKLT" }.into(),
            4..6 => FrameError::Truncated { got: len }.into(),
            _ => Fault::Body,
        };
        assert_eq!(decode(&file[..len]), Err(expected), "{len} bytes");
    }
}

#[test]
fn a_trailing_byte_is_refused_even_where_the_reader_ignores_it() {
    let longer = [&file()[..], &[0]].concat();
    assert_eq!(read(&longer[6..]), Ok(vec![5, 300]));
    assert_eq!(decode(&longer), Err(FrameError::NotCanonical.into()));
}

#[test]
fn a_number_in_more_bytes_than_it_needs_is_refused() {
    // 5 as 0x85 0x00.
    let padded = FRAME.encode(&[2, 0x85, 0, 0xac, 2]);
    assert_eq!(read(&padded[6..]), Ok(vec![5, 300]));
    assert_eq!(decode(&padded), Err(FrameError::NotCanonical.into()));
}

#[test]
fn a_file_beyond_the_limit_is_not_read() {
    let of = |len: usize| FRAME.encode(&vec![0; len - 6]);
    assert_eq!(FRAME.open(&of(64)).map(<[u8]>::len), Ok(58));
    let too_long = FrameError::TooLong { limit: 64, got: 65 };
    assert_eq!(FRAME.open(&of(65)), Err(too_long));
    let unread = FRAME.decode(
        &of(65),
        |_| -> Result<(), Fault> { panic!("read") },
        |()| Vec::new(),
    );
    assert_eq!(unread, Err(too_long.into()));
}

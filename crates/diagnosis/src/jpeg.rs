//! Whether a JPEG file ends (ITU-T T.81, annex B).

use crate::Diagnosis;

const START_OF_IMAGE: u8 = 0xd8;
const END_OF_IMAGE: u8 = 0xd9;

pub(crate) fn diagnose(file: &[u8]) -> Option<Diagnosis> {
    let rest = file.strip_prefix(&[0xff, START_OF_IMAGE])?;
    if ends(rest) {
        return None;
    }
    Some(Diagnosis::new(
        format!(
            "this JPEG file is cut off after {} bytes: the marker that ends the picture (FF D9) is missing",
            file.len()
        ),
        "download or copy the file again, all of it. Some viewers show it none the less; to save it there makes another \
         file, with another IPFS address",
    ))
}

/// Whether the end of the picture follows. Markers within segments, as thumbnails have them, do not count.
fn ends(mut rest: &[u8]) -> bool {
    while let Some(at) = rest.iter().position(|byte| *byte == 0xff) {
        let Some([marker, after @ ..]) = rest.get(at.saturating_add(1)..) else {
            return false;
        };
        rest = match *marker {
            END_OF_IMAGE => return true,
            // Stuffed bytes, restarts and markers without a segment.
            0x00 | 0x01 | 0xd0..=START_OF_IMAGE => after,
            // A filler: the marker may begin with it.
            0xff => rest.get(at.saturating_add(1)..).unwrap_or_default(),
            _ => match after.first_chunk() {
                Some(len) => after
                    .get(usize::from(u16::from_be_bytes(*len))..)
                    .unwrap_or_default(),
                None => return false,
            },
        };
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_end_of_the_picture_ends_it() {
        let segment = [0xff, 0xe1, 0x00, 0x06, 0xff, 0xd8, 0xff, 0xd9];
        assert!(!ends(&segment));
        assert!(!ends(
            &[&segment[..], &[0xff, 0xda, 0, 2, 1, 0xff, 0x00, 2]].concat()
        ));
        assert!(ends(
            &[
                &segment[..],
                &[0xff, 0xda, 0, 2, 1, 0xff, 0xd0, 0xff, 0xff, 0xd9]
            ]
            .concat()
        ));
        for cut in [
            &[0xff][..],
            &[0xff, 0xe1],
            &[0xff, 0xe1, 0xff, 0xff, 0xff, 0xd9],
            b"",
        ] {
            assert!(!ends(cut), "{cut:02x?}");
        }
    }
}

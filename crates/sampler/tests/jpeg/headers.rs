//! Segments, frame headers, scan headers and restart markers that no encoder writes.

use crate::build::Parts;
use crate::support::{Random, TARGET, agrees, assert_covered, assert_left, seed};

/// A colour picture whose coefficients have ordinary sizes.
fn parts(random: &mut Random) -> Parts {
    let sampling = random.of(&[0x11, 0x21, 0x12, 0x22]);
    Parts::random(sampling, (8, 6), random)
}

#[test]
fn decodes_segments_that_change_nothing() {
    let mut random = seed(23);
    let segments: [(u8, &[u8]); 14] = [
        (0xe0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"),
        (0xe0, b""),
        (0xe0, b"AVI"),
        (0xe0, b"JFXX\0"),
        (0xe1, b"Exif\0\0II*\0\x08\0\0\0\0\0\0\0\0\0"),
        (0xe1, b"http://ns.adobe.com/xap/1.0/\0<x/>"),
        (0xe2, b"ICC_PROFILE\0\x01\x01profile"),
        (0xe2, b"MPF\0II*\0\xff\xd9\xff\xd8"),
        (0xe2, b"urn:iso:std:iso:ts:21496:-1\0\0\0\0\0"),
        (0xed, b"Photoshop 3.0\08BIM\x04\x04"),
        (0xee, b"Adobf\0\x64\0\0\0\0\0"),
        (0xef, b"anything"),
        (0xfe, b"a comment \xff\xd9 with an end \xff\xda"),
        (0xe5, b""),
    ];
    for (marker, content) in segments {
        for before in [false, true] {
            let mut parts = parts(&mut random);
            let segment = (marker, content.to_vec());
            if before {
                parts.before.push(segment);
            } else {
                parts.after.push(segment);
            }
            assert_covered(&parts, &format!("{marker:x} {before}"));
        }
    }
}

#[test]
fn leaves_segments_that_change_something() {
    let mut random = seed(24);
    let adobe = |transform| [&b"Adobe\0\x64\0\0\0\0"[..], &[transform]].concat();
    let frame = vec![8, 0, 8, 0, 8, 1, 1, 0x11, 0];
    let segments = [
        (0xe0, b"AVI1\0".to_vec()),
        (0xe0, b"JFIF".to_vec()),
        (0xee, adobe(0)),
        (0xee, adobe(2)),
        (0xee, adobe(3)),
        (0xee, b"Adobe".to_vec()),
        (0xee, b"Ado".to_vec()),
        (0xe1, b"http://ns.adobe.com/xmp/extension/\0".to_vec()),
        (0xc0, frame.clone()),
        (0xc2, frame),
        (0xc8, Vec::new()),
        (0xcc, vec![0, 0]),
        (0xdc, vec![0, 8]),
        (0xdd, vec![0]),
        (0xdd, vec![0, 0, 0]),
        (0xdb, vec![0; 64]),
        (0xdb, vec![0x24; 65]),
        (0xdb, vec![0x20; 65]),
        (0xc4, vec![0x10; 16]),
        (0xc4, vec![0x10]),
        (0xc4, [&[0x04][..], &[0; 16]].concat()),
        (0xc4, [&[0x20][..], &[0; 16]].concat()),
        // Two codes of one bit, where the second is all ones.
        (0xc4, [&[0x13, 2][..], &[0; 15], &[1, 2]].concat()),
        // A difference of 16 bits between first coefficients.
        (0xc4, [&[0x03, 1][..], &[0; 15], &[16]].concat()),
        (0xd8, Vec::new()),
        (0xd0, Vec::new()),
        (0x01, Vec::new()),
        (0xf0, Vec::new()),
    ];
    for (marker, content) in segments {
        let mut parts = parts(&mut random);
        parts.before.push((marker, content.clone()));
        assert_left(&parts, &format!("{marker:x} {content:?}"));
        let mut parts = parts.clone();
        parts.after.append(&mut parts.before);
        assert_left(&parts, &format!("{marker:x} {content:?}, after the frame"));
    }
}

#[test]
fn covers_an_adobe_segment_of_ycc_before_the_frame_and_no_other() {
    let mut random = seed(25);
    for sampling in [0, 0x11, 0x22] {
        for transform in 0..4 {
            for before in [false, true] {
                let mut parts = Parts::random(sampling, (8, 6), &mut random);
                let segment = (0xee, [&b"Adobe\0\x64\0\0\0\0"[..], &[transform]].concat());
                let covered = before && transform == 1;
                if before {
                    parts.before.push(segment);
                } else {
                    parts.after.push(segment);
                }
                let case = format!("{sampling:x} {transform} {before}");
                let is_covered = agrees(&parts.file(), TARGET, || case.clone());
                assert_eq!(is_covered, covered, "{case}");
            }
        }
    }
    let mut parts = Parts::random(0x11, (8, 6), &mut random);
    for (component, id) in parts.components.iter_mut().zip(*b"RGB") {
        component.0 = id;
    }
    assert_left(&parts, "RGB");
    parts.components[2].0 = b'b';
    assert_covered(&parts, "RGb");
    parts.components[2].0 = b'R';
    assert_left(&parts, "two components with a name");
}

#[test]
fn covers_baseline_frames_with_halved_or_whole_colours_alone() {
    let mut random = seed(26);
    for (marker, covered) in [(0xc0, true), (0xc1, true), (0xc2, false), (0xc9, false)] {
        let mut parts = parts(&mut random);
        parts.frame_marker = marker;
        let is_covered = agrees(&parts.file(), TARGET, || format!("{marker:x}"));
        assert_eq!(is_covered, covered, "{marker:x}");
    }
    // The sampling factors of a single component do not matter.
    for sampling in [0x11, 0x12, 0x21, 0x22] {
        let mut parts = Parts::random(0, (8, 6), &mut random);
        parts.components[0].1 = sampling;
        assert_covered(&parts, &format!("grey {sampling:x}"));
    }
    for sampling in [0x00, 0x10, 0x01, 0x13, 0x31, 0x41, 0x14, 0x51, 0xff] {
        for count in [1, 3] {
            let mut parts = Parts::random(0x11, (8, 6), &mut random);
            parts.components.truncate(count);
            parts.components[0].1 = sampling;
            assert_left(&parts, &format!("{count} {sampling:x}"));
        }
    }
    for (luma, blue, red) in [(0x22, 0x12, 0x12), (0x22, 0x21, 0x11), (0x22, 0x22, 0x22)] {
        let mut parts = Parts::random(0x22, (8, 6), &mut random);
        parts.components = vec![(1, luma), (2, blue), (3, red)];
        assert_left(&parts, &format!("{luma:x} {blue:x} {red:x}"));
    }
    for (width, height) in [(0, 8), (8, 0), (16_385, 1), (1, 16_385), (65_535, 65_535)] {
        let mut parts = parts(&mut random);
        (parts.width, parts.height) = (width, height);
        assert_left(&parts, &format!("{width} {height}"));
    }
    for count in [0, 2, 4] {
        let mut parts = Parts::random(0x11, (8, 6), &mut random);
        parts.components.resize(count, (9, 0x11));
        assert_left(&parts, &format!("{count} components"));
    }
}

#[test]
fn covers_one_scan_of_all_coefficients_that_has_an_end() {
    let mut random = seed(27);
    for spectrum in [
        [1, 63, 0],
        [0, 62, 0],
        [0, 63, 1],
        [0, 63, 0x10],
        [0, 0, 0],
        [9, 99, 9],
    ] {
        let mut parts = parts(&mut random);
        parts.spectrum = spectrum;
        assert_left(&parts, &format!("{spectrum:?}"));
    }
    for (tail, covered) in [
        (&b"\xff\xd9"[..], true),
        (b"\xff\xd9\xff\xd8\xff\xd9", true),
        (b"\xff\xd9more", true),
        (b"\xff\xd9\xff", true),
        (b"\xff", false),
        (b"", false),
        (b"\0\xff\xd9", false),
        (b"\xff\0\xff\xd9", false),
        (b"\xff\xff\xd9", false),
        (b"\xff\xd0\xff\xd9", false),
        (b"\xff\xda\xff\xd9", false),
        (b"\xff\xdc\0\x04\0\x08\xff\xd9", false),
        (b"\xff\xfe\0\x04ab\xff\xd9", false),
        (b"\xff\xc4\0\x02\xff\xd9", false),
    ] {
        let mut parts = parts(&mut random);
        parts.interval = 0;
        parts.scan = parts.random_scan(&mut random);
        parts.tail = tail.to_vec();
        let is_covered = agrees(&parts.file(), TARGET, || format!("{tail:?}"));
        assert_eq!(is_covered, covered, "{tail:?}");
    }
    let mut parts = parts(&mut random);
    parts.tail = Vec::new();
    parts.before.push((0xfe, b"\xff\xd9".to_vec()));
    assert_left(&parts, "the end only in a comment");
}

#[test]
fn leaves_files_with_a_restart_marker_wrong_missing_or_too_many() {
    let mut random = seed(28);
    for _ in 0..200 {
        let mut parts = parts(&mut random);
        (parts.width, parts.height) = (48, 48);
        parts.interval = random.of(&[1, 2, 3]);
        parts.scan = parts.random_scan(&mut random);
        assert_covered(&parts, "restarts");
        let markers: Vec<usize> = (1..parts.scan.len())
            .filter(|at| parts.scan[at - 1] == 0xff && parts.scan[*at] >= 0xd0)
            .collect();
        let at = random.of(&markers);
        let mut wrong = parts.clone();
        wrong.scan[at] ^= 1 << random.below(3);
        assert_left(&wrong, "another number");
        let mut wrong = parts.clone();
        wrong.scan.drain(at - 1..=at);
        assert_left(&wrong, "a missing marker");
        let mut wrong = parts.clone();
        let marker = random.of(&markers);
        wrong.scan.splice(marker - 1..marker - 1, [0xff, 0xd0]);
        assert_left(&wrong, "one marker more");
        let mut wrong = parts.clone();
        wrong.scan.insert(at - 1, 0x55);
        assert_left(&wrong, "a byte before the marker");
        let mut wrong = parts.clone();
        wrong.interval = 0;
        assert_left(&wrong, "no interval");
        let mut wrong = parts.clone();
        wrong.interval += 1;
        assert_left(&wrong, "another interval");
        wrong
            .after
            .push((0xdd, parts.interval.to_be_bytes().to_vec()));
        assert_covered(&wrong, "the last interval counts");
    }
}

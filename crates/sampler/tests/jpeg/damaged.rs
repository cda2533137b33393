//! Damaged files: if the sampler decodes one, the reference must decode it to the same pixels.

use crate::build::Parts;
use crate::support::{Kind, Random, agrees, cases, seed, target};

/// The offset at which the entropy-coded data begins.
fn scan_start(file: &[u8]) -> Option<usize> {
    let mut at = 2;
    while let [_, marker, high, low, ..] = file.get(at..)? {
        at += 2 + usize::from(u16::from_be_bytes([*high, *low]));
        if *marker == 0xda {
            return Some(at);
        }
    }
    None
}

/// Damages a file in one of many ways.
fn mutate(file: &mut Vec<u8>, random: &mut Random) {
    let scan = scan_start(file).unwrap_or(4).min(file.len() - 1);
    // Half the time anywhere, otherwise in the headers or in the data.
    let at = match random.below(4) {
        0 => random.below(scan),
        1 | 2 => scan + random.below(file.len() - scan),
        _ => random.below(file.len()),
    };
    match random.below(9) {
        0 | 1 => file[at] ^= 1 << random.below(8),
        2 => file[at] = random.next() as u8,
        3 => file[at] = random.of(&[0x00, 0xff, 0xd0, 0xd9, 0x11, 0x22, 0x21, 0x01, 0x80, 0x7f]),
        4 => file.truncate(at.max(4)),
        5 => {
            let end = (at + 1 + random.below(8)).min(file.len());
            file.drain(at..end);
        }
        6 => {
            let byte = random.of(&[0x00, 0xff, 0xd0, 0xd9, 0x55, 0xaa]);
            file.insert(at, byte);
        }
        7 => {
            let end = (at + 1 + random.below(200)).min(file.len());
            let part = file[at..end].to_vec();
            let to = random.below(file.len());
            file.splice(to..to, part);
        }
        _ => {
            let marker = random.of(&[
                0x00, 0x01, 0xc0, 0xc4, 0xd0, 0xd1, 0xd7, 0xd8, 0xd9, 0xda, 0xdb, 0xdc, 0xdd, 0xe0,
                0xee, 0xfe, 0xff,
            ]);
            file.splice(at..at, [0xff, marker]);
        }
    }
}

#[test]
fn never_differs_on_damaged_files() {
    let mut random = seed(10);
    let mut decoded = 0;
    let files = cases(150);
    for _ in 0..files {
        let kind = Kind::any(&mut random, 48);
        let file = kind.file(&mut random);
        for _ in 0..100 {
            let mut damaged = file.clone();
            for _ in 0..=random.below(2) {
                mutate(&mut damaged, &mut random);
            }
            let target = target(&mut random);
            decoded += usize::from(agrees(&damaged, target, || format!("{kind:?}")));
        }
    }
    println!("{decoded} of {} damaged files are decoded", files * 100);
    assert!(decoded > files * 5, "{decoded}");
}

#[test]
fn never_differs_on_damaged_files_with_random_tables() {
    let mut random = seed(11);
    let mut decoded = 0;
    let files = cases(150);
    for _ in 0..files {
        let sampling = random.of(&[0, 0x11, 0x21, 0x12, 0x22]);
        let sizes = (random.below(12) as u8, random.below(15) as u8 + 1);
        let file = Parts::random(sampling, sizes, &mut random).file();
        for _ in 0..100 {
            let mut damaged = file.clone();
            mutate(&mut damaged, &mut random);
            let target = target(&mut random);
            decoded += usize::from(agrees(&damaged, target, || format!("{sampling:x}")));
        }
    }
    println!("{decoded} of {} damaged files are decoded", files * 100);
    assert!(decoded > files * 3, "{decoded}");
}

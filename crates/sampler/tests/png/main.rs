//! Compares `png::sample` with the reference. It must decode sound files of all kinds. If it
//! decodes a damaged file, the pixels must be those of the reference.
//!
//! `SAMPLER_CASES=100` runs a hundred times the number of cases.

mod deflate;
mod maker;
mod random;

use std::path::Path;

use maker::{Chunk, KINDS, Picture, assemble, sound};
use random::Random;
use zklens_image::{decode, nearest};
use zklens_sampler::Target;
use zklens_sampler::png::sample;

const TARGETS: [(u16, u16); 7] = [
    (28, 28),
    (32, 32),
    (1, 1),
    (7, 13),
    (100, 90),
    (3, 200),
    (64, 1),
];

const fn target(random: &mut Random) -> Target {
    let (width, height) = TARGETS[random.below(TARGETS.len())];
    Target { width, height }
}

fn cases(count: usize) -> usize {
    let times = std::env::var("SAMPLER_CASES").map_or(1, |times| times.parse().unwrap());
    count * times
}

/// Whether the sampler decodes the file. If it does, the pixels must be the reference's.
fn agrees(file: &[u8], target: Target) -> bool {
    let Some(samples) = sample(file, target) else {
        return false;
    };
    let picture = decode(file).expect("the reference reads what is sampled");
    let columns = nearest(picture.width(), target.width);
    let rows = nearest(picture.height(), target.height);
    let pixels = rows
        .iter()
        .flat_map(|y| columns.iter().map(|x| picture.rgb(*x, *y)));
    let expected: Option<Vec<_>> = pixels.collect();
    assert_eq!(Some(samples), expected);
    true
}

const fn side(random: &mut Random) -> usize {
    match random.below(12) {
        0 => 70 + random.below(200),
        1 => 1,
        _ => 1 + random.below(70),
    }
}

fn some_picture(random: &mut Random) -> Picture {
    let kind = KINDS[random.below(KINDS.len())];
    let (width, height) = (side(random), side(random));
    Picture::new(random, kind, width, height)
}

#[test]
fn sound_files_are_sampled_as_the_reference_reads_them() {
    for seed in 0..cases(1500) {
        let random = &mut Random::new(seed as u64);
        let picture = some_picture(random);
        let file = assemble(&sound(random, &picture));
        let short_palette = picture.colour == 3;
        assert!(
            agrees(&file, target(random)) || short_palette,
            "seed {seed}"
        );
    }
}

#[test]
fn files_of_another_encoder_are_sampled() {
    use png::{BitDepth, ColorType, Compression, Filter};
    let filters = [
        Filter::NoFilter,
        Filter::Sub,
        Filter::Up,
        Filter::Avg,
        Filter::Paeth,
        Filter::Adaptive,
    ];
    let levels = [
        Compression::NoCompression,
        Compression::Fastest,
        Compression::Fast,
        Compression::Balanced,
        Compression::High,
    ];
    let colours = [
        (ColorType::Grayscale, 1),
        (ColorType::GrayscaleAlpha, 2),
        (ColorType::Rgb, 3),
        (ColorType::Rgba, 4),
    ];
    for seed in 0..cases(400) {
        let random = &mut Random::new(seed as u64 ^ 1 << 40);
        let (colour, samples) = colours[random.below(4)];
        let (width, height) = (side(random), side(random));
        let step = 1 + random.below(5);
        let noise = [1, 2, 9, 256][random.below(4)];
        let value =
            |i: usize| (i / (samples * width) * 2 + i % (samples * width) / samples * step) as u8;
        let data: Vec<u8> = (0..samples * width * height)
            .map(|i| value(i).wrapping_add(random.below(noise) as u8))
            .collect();
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, width as u32, height as u32);
        encoder.set_color(colour);
        encoder.set_depth(BitDepth::Eight);
        encoder.set_compression(levels[random.below(levels.len())]);
        encoder.set_filter(filters[random.below(filters.len())]);
        encoder
            .write_header()
            .unwrap()
            .write_image_data(&data)
            .unwrap();
        assert!(agrees(&file, target(random)), "seed {seed}");
    }
}

#[test]
fn larger_pictures_are_sampled() {
    for seed in 0..cases(6) {
        let random = &mut Random::new(seed as u64 ^ 1 << 41);
        let kind = KINDS[random.below(6)];
        let (width, height) = (300 + random.below(400), 300 + random.below(400));
        let picture = Picture::new(random, kind, width, height);
        let file = assemble(&sound(random, &picture));
        assert!(agrees(&file, target(random)) || kind.0 == 3, "seed {seed}");
    }
}

#[test]
fn files_with_wide_samples_interlacing_or_unknown_chunks_are_left() {
    let random = &mut Random::new(1);
    let picture = Picture::new(random, (2, 8), 9, 7);
    let chunks = sound(random, &picture);
    let target = target(random);
    assert!(agrees(&assemble(&chunks), target));

    // 16 bits a sample; interlaced; too wide.
    for (index, byte) in [(8, 16), (12, 1), (2, 0x41)] {
        let mut chunks = chunks.clone();
        chunks[0].1[index] = byte;
        assert!(!agrees(&assemble(&chunks), target));
    }
    // Animated; with an unknown critical chunk; without an end; with a byte after the end; empty.
    for (at, kind) in [(1, b"acTL"), (1, b"ABCD")] {
        let mut chunks = chunks.clone();
        chunks.insert(at, (*kind, vec![0; 8]));
        assert!(!agrees(&assemble(&chunks), target));
    }
    // A background colour before its palette, which the reference refuses.
    let mut indexed = loop {
        let picture = Picture::new(random, (3, 8), 9, 7);
        let chunks = sound(random, &picture);
        if agrees(&assemble(&chunks), target) {
            break chunks;
        }
    };
    indexed.insert(1, (*b"bKGD", vec![0]));
    assert!(!agrees(&assemble(&indexed), target));
    assert!(!agrees(&assemble(&chunks[..chunks.len() - 1]), target));
    assert!(!agrees(&[assemble(&chunks), vec![0]].concat(), target));
    assert!(!agrees(&[], target));
    // A target without pixels.
    let nothing = Target {
        width: 0,
        height: 5,
    };
    assert!(!agrees(&assemble(&chunks), nothing));
}

#[test]
fn damaged_files_are_left_or_read_as_the_reference_reads_them() {
    let mut sampled = 0;
    for seed in 0..cases(3000) {
        let random = &mut Random::new(seed as u64 ^ 1 << 42);
        let picture = some_picture(random);
        let mut file = assemble(&sound(random, &picture));
        for _ in 0..=random.below(3) {
            damage(random, &mut file);
        }
        sampled += usize::from(agrees(&file, target(random)));
    }
    println!("damaged bytes: {sampled} of {} sampled", cases(3000));
}

#[test]
fn damaged_streams_with_right_sums_are_left_or_read_as_the_reference_reads_them() {
    let mut sampled = 0;
    for seed in 0..cases(4000) {
        let random = &mut Random::new(seed as u64 ^ 1 << 43);
        let picture = some_picture(random);
        let mut filtered = picture.filtered(random);
        if random.one_in(3) {
            damage(random, &mut filtered);
        }
        if filtered.is_empty() {
            continue;
        }
        let faults = random.one_in(4);
        let mut stream = if faults {
            deflate::compress(random, &filtered, true)
        } else {
            maker::compress(random, &filtered)
        };
        if !faults && !random.one_in(4) {
            for _ in 0..=random.below(2) {
                damage(random, &mut stream);
            }
        }
        let mut chunks = vec![picture.header()];
        chunks.extend(picture.colours(random));
        chunks.extend(maker::image_data(random, &stream));
        chunks.push((*b"IEND", Vec::new()));
        sampled += usize::from(agrees(&assemble(&chunks), target(random)));
    }
    println!("damaged streams: {sampled} of {} sampled", cases(4000));
}

#[test]
fn damaged_chunks_with_right_sums_are_left_or_read_as_the_reference_reads_them() {
    let mut sampled = 0;
    for seed in 0..cases(3000) {
        let random = &mut Random::new(seed as u64 ^ 1 << 44);
        let picture = some_picture(random);
        let mut chunks = sound(random, &picture);
        for _ in 0..=random.below(2) {
            damage_chunks(random, &mut chunks);
        }
        sampled += usize::from(agrees(&assemble(&chunks), target(random)));
    }
    println!("damaged chunks: {sampled} of {} sampled", cases(3000));
}

fn damage(random: &mut Random, bytes: &mut Vec<u8>) {
    let Some(last) = bytes.len().checked_sub(1) else {
        return;
    };
    // A third of the damage goes to the headers, where most rules are.
    let at = if random.one_in(3) {
        random.below(last.min(60) + 1)
    } else {
        random.below(last + 1)
    };
    match random.below(8) {
        0..3 => bytes[at] ^= 1 << random.below(8),
        3 => bytes[at] = random.byte(),
        4 => bytes.truncate(at),
        5 => bytes.insert(at, random.byte()),
        6 => {
            bytes.drain(at..(at + 1 + random.below(9)).min(last + 1));
        }
        _ => {
            let copy = bytes[at..(at + 1 + random.below(9)).min(last + 1)].to_vec();
            bytes.splice(at..at, copy);
        }
    }
}

const TYPES: [&[u8; 4]; 28] = [
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"tEXt",
    b"zTXt", b"iTXt", b"bKGD", b"pHYs", b"sBIT", b"hIST", b"tIME", b"eXIf", b"acTL", b"fcTL",
    b"fdAT", b"cICP", b"mDCV", b"cLLI", b"UNKN", b"unKn", b"un\x01n", b"sPLT",
];

fn damage_chunks(random: &mut Random, chunks: &mut Vec<Chunk>) {
    if chunks.is_empty() {
        return;
    }
    let at = random.below(chunks.len());
    match random.below(7) {
        0 => damage(random, &mut chunks[at].1),
        1 => chunks[at].0 = *TYPES[random.below(TYPES.len())],
        2 => {
            chunks.remove(at);
        }
        3 => {
            let copy = chunks[at].clone();
            chunks.insert(random.below(chunks.len()), copy);
        }
        4 => {
            let other = random.below(chunks.len());
            chunks.swap(at, other);
        }
        _ => {
            let length = [0, 1, 2, 3, 4, 6, 8, 9, 24, 26, 32, 40][random.below(12)];
            let low = random.one_in(2);
            let kind = *TYPES[random.below(TYPES.len())];
            let data = (0..length).map(|_| {
                if low {
                    random.byte() & 1
                } else {
                    random.byte()
                }
            });
            let chunk = (kind, data.collect());
            chunks.insert(at, chunk);
        }
    }
}

#[test]
fn the_files_of_this_repository_are_sampled() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut count = 0;
    for folder in [
        "examples/fashion",
        "examples/mnist",
        "crates/image/tests/files",
    ] {
        for entry in root.join(folder).read_dir().unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|extension| extension != "png") {
                continue;
            }
            let file = std::fs::read(&path).unwrap();
            for (width, height) in TARGETS {
                let sampled = agrees(&file, Target { width, height });
                println!("{sampled} {}", path.display());
                assert!(
                    sampled || folder.starts_with("crates"),
                    "{}",
                    path.display()
                );
            }
            count += 1;
        }
    }
    assert!(count > 10);
}

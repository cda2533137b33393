//! A photograph-sized file: its pixels and its identifier.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use jpeg_encoder::{ColorType, Encoder};
use zklens_image::{CidVersion, cid, decode, pixels, preprocess};
use zklens_model::{Colour, Preprocessing, Resize};

/// A 512 × 512 JPEG of about 40 KB: slopes, edges and some noise.
fn jpeg() -> Vec<u8> {
    const SIDE: u16 = 512;
    let mut noise = 0x9e37_79b9_u32;
    let mut rgb = Vec::new();
    for y in 0..u32::from(SIDE) {
        for x in 0..u32::from(SIDE) {
            noise ^= noise << 13;
            noise ^= noise >> 17;
            noise ^= noise << 5;
            let disc = u32::from((x.abs_diff(256).pow(2) + y.abs_diff(200).pow(2)) < 20_000);
            let grain = noise >> 28;
            let value = [
                x / 3 + grain,
                y / 3 + grain,
                100 * disc + (x ^ y) / 16 + grain,
            ];
            rgb.extend(value.map(|v| v.min(255) as u8));
        }
    }
    let mut file = Vec::new();
    Encoder::new(&mut file, 85)
        .encode(&rgb, SIDE, SIDE, ColorType::Rgb)
        .expect("a valid picture");
    file
}

fn photograph(c: &mut Criterion) {
    let file = jpeg();
    eprintln!("JPEG of 512 × 512 pixels, {} bytes", file.len());
    let mnist = Preprocessing {
        height: 28,
        width: 28,
        colour: Colour::Luma,
        resize: Resize::Nearest,
        invert: true,
    };
    let small = Preprocessing {
        height: 64,
        width: 64,
        colour: Colour::Rgb,
        resize: Resize::Box,
        invert: false,
    };
    let picture = decode(&file).expect("a valid file");
    c.bench_function("decode", |b| b.iter(|| decode(black_box(&file))));
    c.bench_function("preprocess/nearest_28_luma", |b| {
        b.iter(|| preprocess(black_box(&picture), &mnist));
    });
    c.bench_function("preprocess/box_64_rgb", |b| {
        b.iter(|| preprocess(black_box(&picture), &small));
    });
    c.bench_function("pixels/nearest_28_luma", |b| {
        b.iter(|| pixels(black_box(&file), &mnist));
    });
    for (name, version) in [
        ("cid/v0", CidVersion::V0),
        ("cid/v1", CidVersion::V1RawLeaves),
    ] {
        c.bench_function(name, |b| b.iter(|| cid::of(black_box(&file), version)));
    }
}

criterion_group!(benches, photograph);
criterion_main!(benches);

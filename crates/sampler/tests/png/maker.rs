//! Makes PNG files of all kinds that the sampler reads.

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;

use crate::deflate;
use crate::random::Random;

/// A picture: its kind, and its rows before they are filtered.
pub(crate) struct Picture {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) depth: u8,
    pub(crate) colour: u8,
    rows: Vec<Vec<u8>>,
}

/// Colour types and bit depths that `sample` reads.
pub(crate) const KINDS: [(u8, u8); 11] = [
    (0, 8),
    (2, 8),
    (4, 8),
    (6, 8),
    (2, 8),
    (3, 8),
    (3, 4),
    (3, 2),
    (3, 1),
    (0, 1),
    (0, 4),
];

/// A chunk's type and data.
pub(crate) type Chunk = ([u8; 4], Vec<u8>);

impl Picture {
    pub(crate) fn new(
        random: &mut Random,
        (colour, depth): (u8, u8),
        width: usize,
        height: usize,
    ) -> Self {
        let samples = [1, 0, 3, 1, 2, 0, 4][usize::from(colour)];
        let bytes = (width * samples * usize::from(depth)).div_ceil(8);
        let style = random.below(7);
        let step = 1 + random.below(9);
        // Values for blocks of 24 bytes, the size of the groups in which a row is made.
        let blocks: [u8; 31] = std::array::from_fn(|_| random.byte() % 3 * 60);
        let tint = 17 * (random.byte() & 1);
        let mut rows = vec![vec![0u8; bytes]; height];
        for y in 0..height {
            for x in 0..bytes {
                rows[y][x] = match style {
                    0 => random.byte(),
                    1 => 77,
                    2 => (x / samples * step + y * 3) as u8,
                    3 if y > 0 && !random.one_in(9) => rows[y - 1][x],
                    3 => random.byte() & 3,
                    // Style 4 is grey with coloured spots, style 5 flat with edges.
                    4 if random.one_in(300) => random.byte(),
                    4 => ((x / samples * step + y * 3) / 8) as u8,
                    5 => blocks[(x / 24 + y / 3 * 7) % 31] + (x % samples) as u8 * tint,
                    _ if x >= samples && y > 0 => {
                        let mean = u16::from(rows[y - 1][x]) + u16::from(rows[y][x - samples]);
                        ((mean / 2) as u8).wrapping_add(random.below(5) as u8)
                    }
                    _ => random.byte(),
                };
            }
        }
        Self {
            width,
            height,
            depth,
            colour,
            rows,
        }
    }

    fn samples(&self) -> usize {
        [1, 0, 3, 1, 2, 0, 4][usize::from(self.colour)]
    }

    /// The bytes to compress: the rows, each filtered in its own way.
    pub(crate) fn filtered(&self, random: &mut Random) -> Vec<u8> {
        let of_all = random.below(5) as u8;
        let mixed = random.below(3);
        let mut bytes = Vec::new();
        let mut above = vec![0; self.rows[0].len()];
        for row in &self.rows {
            let filter = match mixed {
                0 => of_all,
                1 if !random.one_in(6) => of_all,
                _ => random.below(5) as u8,
            };
            bytes.push(filter);
            filter_row(filter, self.samples(), row, &above, &mut bytes);
            above.clone_from(row);
        }
        bytes
    }

    pub(crate) fn header(&self) -> Chunk {
        let mut data = Vec::new();
        data.extend((self.width as u32).to_be_bytes());
        data.extend((self.height as u32).to_be_bytes());
        data.extend([self.depth, self.colour, 0, 0, 0]);
        (*b"IHDR", data)
    }

    /// The palette and transparency that this picture must or may have before its `IDAT`s.
    pub(crate) fn colours(&self, random: &mut Random) -> Vec<Chunk> {
        let mut chunks = Vec::new();
        let mut entries = 1 << self.depth.min(8);
        if self.colour == 3 && random.one_in(3) {
            entries = 1 + random.below(entries);
        }
        if self.colour == 3 || (self.colour == 2 && random.one_in(9)) {
            chunks.push((*b"PLTE", (0..3 * entries).map(|_| random.byte()).collect()));
        }
        if random.one_in(3) {
            let data = match self.colour {
                0 => vec![0, random.byte() & (255 >> (8 - self.depth))],
                2 => self.rows[0][..3]
                    .iter()
                    .flat_map(|byte| [0, *byte])
                    .collect(),
                3 => (0..=random.below(entries)).map(|_| random.byte()).collect(),
                _ => return chunks,
            };
            chunks.push((*b"tRNS", data));
        }
        chunks
    }
}

fn filter_row(filter: u8, pixel: usize, row: &[u8], above: &[u8], bytes: &mut Vec<u8>) {
    for (x, value) in row.iter().enumerate() {
        let left = if x < pixel { 0 } else { row[x - pixel] };
        let corner = if x < pixel { 0 } else { above[x - pixel] };
        let predicted = match filter {
            0 => 0,
            1 => left,
            2 => above[x],
            3 => ((u16::from(left) + u16::from(above[x])) / 2) as u8,
            _ => paeth(left, above[x], corner),
        };
        bytes.push(value.wrapping_sub(predicted));
    }
}

fn paeth(left: u8, up: u8, corner: u8) -> u8 {
    let p = i32::from(left) + i32::from(up) - i32::from(corner);
    let distance = |of: u8| (p - i32::from(of)).abs();
    let least = [left, up, corner].map(distance).into_iter().min();
    let nearest = [left, up, corner]
        .into_iter()
        .find(|of| Some(distance(*of)) == least);
    nearest.unwrap()
}

pub(crate) fn compress(random: &mut Random, data: &[u8]) -> Vec<u8> {
    if random.one_in(2) {
        return deflate::compress(random, data, false);
    }
    let level = Compression::new(random.below(10) as u32);
    let mut encoder = ZlibEncoder::new(Vec::new(), level);
    for part in data.chunks(1 + random.below(data.len())) {
        encoder.write_all(part).unwrap();
        if random.one_in(8) {
            encoder.flush().unwrap();
        }
    }
    encoder.finish().unwrap()
}

/// The stream in one `IDAT` or many, and some of them may be empty.
pub(crate) fn image_data(random: &mut Random, stream: &[u8]) -> Vec<Chunk> {
    let mut chunks = Vec::new();
    let most = [usize::MAX >> 1, 1000, 64, 9][random.below(4)];
    let mut rest = stream;
    while !rest.is_empty() {
        let (data, after) = rest.split_at(random.below(most).min(rest.len()));
        chunks.push((*b"IDAT", data.to_vec()));
        rest = after;
    }
    chunks
}

/// Chunks that do not matter to the pixels.
pub(crate) fn ancillary(random: &mut Random) -> Vec<Chunk> {
    let profile = {
        let mut encoder = ZlibEncoder::new(b"sRGB\0\0".to_vec(), Compression::default());
        encoder.write_all(&[7; 500]).unwrap();
        encoder.finish().unwrap()
    };
    let known: [(&[u8; 4], Vec<u8>); 13] = [
        (b"gAMA", vec![0, 0, 177, 143]),
        (b"cHRM", vec![1; 32]),
        (b"sRGB", vec![0]),
        (b"pHYs", vec![0, 0, 1, 0, 0, 0, 1, 0, 1]),
        (b"tEXt", b"Title\0A picture".to_vec()),
        (b"zTXt", b"Title\0\0anything".to_vec()),
        (b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0<x/>".to_vec()),
        (b"tIME", vec![7, 230, 1, 2, 3, 4, 5]),
        (b"eXIf", b"MM\0*\0\0\0\x08\0\0".to_vec()),
        (b"iCCP", profile),
        (b"cICP", vec![1, 13, 0, 1]),
        (b"prVt", vec![1, 2, 3]),
        (b"cLLI", vec![0; 8]),
    ];
    let one_in = 2 + random.below(20);
    known
        .into_iter()
        .filter(|_| random.one_in(one_in))
        .map(|(kind, data)| (*kind, data))
        .collect()
}

pub(crate) fn assemble(chunks: &[Chunk]) -> Vec<u8> {
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, data) in chunks {
        file.extend((data.len() as u32).to_be_bytes());
        file.extend(kind);
        file.extend(data);
        let mut crc = flate2::Crc::new();
        crc.update(kind);
        crc.update(data);
        file.extend(crc.sum().to_be_bytes());
    }
    file
}

/// The chunks of a file that `sample` must read.
pub(crate) fn sound(random: &mut Random, picture: &Picture) -> Vec<Chunk> {
    let filtered = picture.filtered(random);
    let stream = compress(random, &filtered);
    let mut chunks = vec![picture.header()];
    chunks.extend(picture.colours(random));
    let at = 1 + random.below(chunks.len());
    chunks.splice(at..at, ancillary(random));
    chunks.extend(image_data(random, &stream));
    chunks.push((*b"IEND", Vec::new()));
    chunks
}

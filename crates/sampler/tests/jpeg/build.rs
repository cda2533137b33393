//! Builds JPEG files from parts, with any tables and any symbols.

use crate::support::Random;

/// A Huffman table: the symbols of each code length.
#[derive(Clone)]
pub(crate) struct Codes {
    pub(crate) lengths: [Vec<u8>; 16],
}

impl Codes {
    /// A code with random lengths. Every symbol gets a code, and the code of all ones stays free.
    pub(crate) fn random(symbols: &[u8], random: &mut Random) -> Self {
        let least = (symbols.len() + 1).next_power_of_two().ilog2() as usize;
        let longest = least.max(1) + random.below(17 - least.max(1));
        let mut lengths: [Vec<u8>; 16] = Default::default();
        for symbol in symbols {
            let length = least.max(1) + random.below(longest - least.max(1) + 1);
            lengths[length - 1].push(*symbol);
        }
        Self { lengths }
    }

    /// The content of the segment, without its first byte.
    pub(crate) fn content(&self) -> Vec<u8> {
        let counts = self.lengths.iter().map(|symbols| symbols.len() as u8);
        counts
            .chain(self.lengths.iter().flatten().copied())
            .collect()
    }

    /// A symbol's code and its length.
    fn code(&self, symbol: u8) -> (u32, u32) {
        let mut code = 0;
        for (length, symbols) in (1..).zip(&self.lengths) {
            for each in symbols {
                if *each == symbol {
                    return (code, length);
                }
                code += 1;
            }
            code <<= 1;
        }
        panic!("no code for {symbol}");
    }
}

/// Writes bits into bytes, with a zero byte stuffed after each `0xff`.
#[derive(Default)]
pub(crate) struct Writer {
    pub(crate) bytes: Vec<u8>,
    bits: u32,
    count: u32,
}

impl Writer {
    pub(crate) fn put(&mut self, value: u32, count: u32) {
        for place in (0..count).rev() {
            self.bits = self.bits << 1 | value >> place & 1;
            self.count += 1;
            if self.count == 8 {
                self.bytes.push(self.bits as u8);
                if self.bits as u8 == 0xff {
                    self.bytes.push(0);
                }
                self.count = 0;
                self.bits = 0;
            }
        }
    }

    /// A symbol and the bits that follow it.
    pub(crate) fn symbol(&mut self, codes: &Codes, symbol: u8, value: u32) {
        let (code, length) = codes.code(symbol);
        self.put(code, length);
        self.put(value, u32::from(symbol & 15));
    }

    /// Fills the rest of the last byte with this bit.
    pub(crate) fn fill(&mut self, bit: u32) {
        while self.count != 0 {
            self.put(bit, 1);
        }
    }
}

/// The parts of a file, which a test may change before they are put together.
#[derive(Clone)]
pub(crate) struct Parts {
    pub(crate) width: u16,
    pub(crate) height: u16,
    /// The identifier and the sampling factors of each component.
    pub(crate) components: Vec<(u8, u8)>,
    pub(crate) quantizer: Vec<u16>,
    pub(crate) dc: Codes,
    pub(crate) ac: Codes,
    pub(crate) interval: u16,
    /// Marker and content of segments before the frame header.
    pub(crate) before: Vec<(u8, Vec<u8>)>,
    /// Marker and content of segments after it.
    pub(crate) after: Vec<(u8, Vec<u8>)>,
    pub(crate) frame_marker: u8,
    /// The last three bytes of the scan header.
    pub(crate) spectrum: [u8; 3],
    pub(crate) scan: Vec<u8>,
    pub(crate) tail: Vec<u8>,
}

impl Parts {
    /// Random tables with random symbols. `sizes` are the most bits of a first coefficient's
    /// difference, and of another coefficient.
    pub(crate) fn random(sampling: u8, sizes: (u8, u8), random: &mut Random) -> Self {
        let components = match sampling {
            0 => vec![(1, 0x11)],
            both => vec![(1, both), (2, 0x11), (3, 0x11)],
        };
        let mut parts = Self {
            width: random.below(60) as u16 + 1,
            height: random.below(60) as u16 + 1,
            components,
            quantizer: (0..64).map(|_| random.below(255) as u16 + 1).collect(),
            dc: Codes::random(&(0..=sizes.0).collect::<Vec<_>>(), random),
            ac: Codes::random(&symbols(sizes.1, random), random),
            interval: random.of(&[0, 0, 1, 2, 5, 1000]),
            before: Vec::new(),
            after: Vec::new(),
            frame_marker: 0xc0,
            spectrum: [0, 63, 0],
            scan: Vec::new(),
            tail: vec![0xff, 0xd9],
        };
        parts.scan = parts.random_scan(random);
        parts
    }

    /// The number of blocks in an MCU, and the number of MCUs.
    pub(crate) fn layout(&self) -> (usize, usize) {
        let both = if self.components.len() == 1 {
            0x11
        } else {
            self.components[0].1
        };
        let (across, down) = (usize::from(both >> 4), usize::from(both & 15));
        let blocks = across * down + self.components.len() - 1;
        let wide = usize::from(self.width).div_ceil(8 * across);
        (blocks, wide * usize::from(self.height).div_ceil(8 * down))
    }

    /// A scan of random blocks.
    pub(crate) fn random_scan(&self, random: &mut Random) -> Vec<u8> {
        let differences: Vec<u8> = self.dc.lengths.iter().flatten().copied().collect();
        let others: Vec<u8> = self.ac.lengths.iter().flatten().copied().collect();
        self.scan_of(|writer| {
            let size = random.of(&differences);
            writer.symbol(&self.dc, size, random.next() as u32);
            let mut place = 1;
            let few = random.below(3) != 0;
            while place < 64 {
                let symbol = random.of(&others);
                let end = few && random.below(4) == 0 && others.contains(&0);
                let next = place + usize::from(symbol >> 4) + 1;
                if symbol == 0 || end {
                    writer.symbol(&self.ac, 0, 0);
                    return;
                }
                // A value must follow after zeros, and nothing may reach beyond the end.
                if next <= 64 - usize::from(symbol == 0xf0) {
                    writer.symbol(&self.ac, symbol, random.next() as u32);
                    place = next;
                    if symbol == 0xf0 {
                        writer.symbol(&self.ac, 1, random.next() as u32);
                        place += 1;
                    }
                }
            }
        })
    }

    /// A scan whose blocks a function writes, with restart markers.
    pub(crate) fn scan_of(&self, mut block: impl FnMut(&mut Writer)) -> Vec<u8> {
        let (blocks, mcus) = self.layout();
        let mut writer = Writer::default();
        for mcu in 0..mcus {
            let interval = usize::from(self.interval);
            if interval != 0 && mcu != 0 && mcu % interval == 0 {
                writer.fill(1);
                let number = (mcu / interval - 1) % 8;
                writer.bytes.extend([0xff, 0xd0 + number as u8]);
            }
            for _ in 0..blocks {
                block(&mut writer);
            }
        }
        writer.fill(1);
        writer.bytes
    }

    pub(crate) fn file(&self) -> Vec<u8> {
        let mut file = vec![0xff, 0xd8];
        let mut segment = |marker: u8, content: &[u8]| {
            file.extend([0xff, marker]);
            file.extend((content.len() as u16 + 2).to_be_bytes());
            file.extend(content);
        };
        for (marker, content) in &self.before {
            segment(*marker, content);
        }
        let wide = self.quantizer.iter().any(|value| *value > 255);
        let mut content = vec![if wide { 0x10 } else { 0 }];
        for value in &self.quantizer {
            let bytes = value.to_be_bytes();
            content.extend(if wide { &bytes[..] } else { &bytes[1..] });
        }
        segment(0xdb, &content);
        let mut content = vec![8];
        content.extend(self.height.to_be_bytes());
        content.extend(self.width.to_be_bytes());
        content.push(self.components.len() as u8);
        for (id, sampling) in &self.components {
            content.extend([*id, *sampling, 0]);
        }
        segment(self.frame_marker, &content);
        segment(0xc4, &[&[0x00], &self.dc.content()[..]].concat());
        segment(0xc4, &[&[0x10], &self.ac.content()[..]].concat());
        if self.interval != 0 {
            segment(0xdd, &self.interval.to_be_bytes());
        }
        for (marker, content) in &self.after {
            segment(*marker, content);
        }
        let mut content = vec![self.components.len() as u8];
        for (id, _) in &self.components {
            content.extend([*id, 0]);
        }
        content.extend(self.spectrum);
        segment(0xda, &content);
        file.extend(&self.scan);
        file.extend(&self.tail);
        file
    }
}

/// Random symbols of coefficients, and the three that [`Parts::random_scan`] needs.
fn symbols(greatest: u8, random: &mut Random) -> Vec<u8> {
    let mut symbols = vec![0x00, 0x01, 0xf0];
    let wanted = random.below(160) + 1;
    for _ in 0..wanted {
        let run = random.of(&[0, 0, 1, 1, 2, 3, 5, 9, 14, 15]);
        let size = random.below(usize::from(greatest)) as u8 + 1;
        let symbol = run << 4 | size;
        if !symbols.contains(&symbol) {
            symbols.push(symbol);
        }
    }
    symbols
}

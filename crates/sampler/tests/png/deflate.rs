//! A compressor that writes unusual streams: any mix of blocks, any lengths of codes, any
//! distances.

use crate::random::Random;

/// Writes bits, least significant first.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    count: usize,
}

impl Bits {
    fn put(&mut self, value: u32, bits: u32) {
        for bit in 0..bits {
            if self.count.is_multiple_of(8) {
                self.bytes.push(0);
            }
            *self.bytes.last_mut().unwrap() |= ((value >> bit & 1) as u8) << (self.count % 8);
            self.count += 1;
        }
    }

    /// Writes a code, whose most significant bit comes first.
    fn put_code(&mut self, (code, bits): (u32, u32)) {
        assert!(bits > 0);
        for bit in (0..bits).rev() {
            self.put(code >> bit & 1, 1);
        }
    }
}

#[derive(Clone, Copy)]
enum Token {
    Literal(u8),
    Copy { length: usize, distance: usize },
}

/// A zlib stream of some bytes. With `faults` it has codes that must be refused.
pub(crate) fn compress(random: &mut Random, data: &[u8], faults: bool) -> Vec<u8> {
    let mut bits = Bits::default();
    bits.put(0x78, 8);
    bits.put([0x01, 0x5e, 0x9c, 0xda][random.below(4)], 8);
    let mut done = 0;
    loop {
        let length = (1 + random.below(4000)).min(data.len() - done);
        let length = if faults && random.one_in(4) {
            0
        } else if random.one_in(4) {
            (data.len() - done).min(65535)
        } else {
            length
        };
        let last = done + length == data.len();
        bits.put(u32::from(last), 1);
        match random.below(4) {
            0 => stored(&mut bits, &data[done..done + length]),
            1 => {
                bits.put(1, 2);
                let tokens = tokens(random, data, done, length);
                symbols(&mut bits, &tokens, &fixed(), &codes(&[5; 30]));
            }
            _ => {
                let tokens = tokens(random, data, done, length);
                dynamic(random, &mut bits, &tokens, faults);
            }
        }
        done += length;
        if last {
            break;
        }
    }
    bits.count = bits.count.next_multiple_of(8);
    // The check sum at the end is not compared.
    bits.put(random.draw() as u32, 32);
    bits.bytes
}

fn stored(bits: &mut Bits, data: &[u8]) {
    bits.put(0, 2);
    bits.count = bits.count.next_multiple_of(8);
    bits.put(data.len() as u32, 16);
    bits.put(!data.len() as u32, 16);
    for byte in data {
        bits.put(u32::from(*byte), 8);
    }
}

fn tokens(random: &mut Random, data: &[u8], start: usize, length: usize) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut at = start;
    let end = start + length;
    while at < end {
        let near = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 15, 16][random.below(12)];
        let mut distance = near;
        if random.one_in(2) {
            distance = 1 + random.below(at.clamp(1, 32768));
        }
        let most = (end - at).min(258);
        let mut same = 0;
        while distance <= at && same < most && data[at + same] == data[at + same - distance] {
            same += 1;
        }
        if same >= 3 && !random.one_in(8) {
            let length = if random.one_in(4) {
                3 + random.below(same - 2)
            } else {
                same
            };
            tokens.push(Token::Copy { length, distance });
            at += length;
        } else {
            tokens.push(Token::Literal(data[at]));
            at += 1;
        }
    }
    tokens
}

fn fixed() -> Vec<(u32, u32)> {
    let mut lengths = [8; 288];
    lengths[144..256].fill(9);
    lengths[256..280].fill(7);
    codes(&lengths)
}

fn symbols(bits: &mut Bits, tokens: &[Token], literals: &[(u32, u32)], distances: &[(u32, u32)]) {
    for token in tokens {
        match *token {
            Token::Literal(byte) => bits.put_code(literals[usize::from(byte)]),
            Token::Copy { length, distance } => {
                let (symbol, extra, count) = length_symbol(length);
                bits.put_code(literals[symbol]);
                bits.put(extra, count);
                let (symbol, extra, count) = distance_symbol(distance);
                bits.put_code(distances[symbol]);
                bits.put(extra, count);
            }
        }
    }
    bits.put_code(literals[256]);
}

fn length_symbol(length: usize) -> (usize, u32, u32) {
    if length == 258 {
        return (285, 0, 0);
    }
    let mut least = 3;
    for symbol in 257..285 {
        let count = if symbol < 265 { 0 } else { (symbol - 261) / 4 };
        if length < least + (1 << count) {
            return (symbol, (length - least) as u32, count as u32);
        }
        least += 1 << count;
    }
    unreachable!()
}

fn distance_symbol(distance: usize) -> (usize, u32, u32) {
    let mut least = 1;
    for symbol in 0..30 {
        let count = if symbol < 4 { 0 } else { (symbol - 2) / 2 };
        if distance < least + (1 << count) {
            return (symbol, (distance - least) as u32, count as u32);
        }
        least += 1 << count;
    }
    unreachable!()
}

fn dynamic(random: &mut Random, bits: &mut Bits, tokens: &[Token], faults: bool) {
    let mut literals = [false; 286];
    let mut distances = [false; 30];
    literals[256] = true;
    for token in tokens {
        match *token {
            Token::Literal(byte) => literals[usize::from(byte)] = true,
            Token::Copy { length, distance } => {
                literals[length_symbol(length).0] = true;
                distances[distance_symbol(distance).0] = true;
            }
        }
    }
    // A code that has only the end of the block is refused.
    let lone = faults && tokens.is_empty();
    if !lone {
        literals[random.below(286)] = true;
    }
    if random.one_in(2) {
        distances[random.below(30)] = true;
    }
    let mut literals = lengths(random, &literals, 15, lone);
    let mut distances = lengths(random, &distances, 15, true);
    if lone {
        literals.resize(257, 0);
    }
    // More code lengths than there are symbols.
    if faults && random.one_in(8) {
        literals.resize(287 + random.below(2), 0);
    } else if faults && random.one_in(8) {
        distances.resize(31 + random.below(2), 0);
    }
    bits.put(2, 2);
    bits.put(literals.len() as u32 - 257, 5);
    bits.put(distances.len() as u32 - 1, 5);
    let runs = runs(random, &[literals.clone(), distances.clone()].concat());
    let mut used = [false; 19];
    for (symbol, _, _) in &runs {
        used[*symbol] = true;
    }
    let mut own = lengths(random, &used, 7, false);
    own.resize(19, 0);
    let own_codes = codes(&own);
    bits.put(19 - 4, 4);
    for index in [
        16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15,
    ] {
        bits.put(u32::from(own[index]), 3);
    }
    for (symbol, extra, count) in runs {
        bits.put_code(own_codes[symbol]);
        bits.put(extra, count);
    }
    symbols(bits, tokens, &codes(&literals), &codes(&distances));
}

/// Lengths of a complete code for the used symbols, balanced or not: leaves of a tree that is split
/// at random. Where there is one symbol only, another gets a code too, unless `alone`.
fn lengths(random: &mut Random, used: &[bool], most: usize, alone: bool) -> Vec<u8> {
    let mut symbols: Vec<_> = (0..used.len()).filter(|symbol| used[*symbol]).collect();
    let mut lengths = vec![0; used.len()];
    if symbols.len() < 2 {
        let one = symbols.first().copied().unwrap_or(0);
        if alone {
            lengths[one] = u8::from(!symbols.is_empty());
            return trimmed(lengths, 1);
        }
        symbols = vec![one, (one + 1) % used.len()];
    }
    random.shuffle(&mut symbols);
    let skewed = random.one_in(2);
    let mut leaves = vec![0];
    while leaves.len() < symbols.len() {
        let at = if skewed {
            leaves.len() - 1
        } else {
            random.below(leaves.len())
        };
        let at = if leaves[at] == most || random.one_in(3) {
            random.below(leaves.len())
        } else {
            at
        };
        if leaves[at] < most {
            leaves[at] += 1;
            leaves.push(leaves[at]);
        }
    }
    for (symbol, length) in symbols.into_iter().zip(leaves) {
        lengths[symbol] = length as u8;
    }
    let least = if used.len() == 286 { 257 } else { 1 };
    trimmed(lengths, least)
}

fn trimmed(mut lengths: Vec<u8>, least: usize) -> Vec<u8> {
    while lengths.len() > least && lengths.last() == Some(&0) {
        lengths.pop();
    }
    lengths
}

fn codes(lengths: &[u8]) -> Vec<(u32, u32)> {
    let mut codes = vec![(0, 0); lengths.len()];
    let mut code = 0;
    for length in 1..16 {
        code <<= 1;
        for (symbol, of) in lengths.iter().enumerate() {
            if usize::from(*of) == length {
                codes[symbol] = (code, length as u32);
                code += 1;
            }
        }
    }
    codes
}

fn runs(random: &mut Random, lengths: &[u8]) -> Vec<(usize, u32, u32)> {
    let mut runs = Vec::new();
    let mut at = 0;
    while at < lengths.len() {
        let same = lengths[at..]
            .iter()
            .take_while(|l| **l == lengths[at])
            .count();
        let before = at > 0 && lengths[at - 1] == lengths[at];
        let (symbol, least, most, count) = match lengths[at] {
            0 if same > 10 => (18, 11, 138, 7),
            0 => (17, 3, 10, 3),
            _ => (16, 3, 6, 2),
        };
        if same >= least && (symbol != 16 || before) && !random.one_in(5) {
            let taken = same.min(most);
            runs.push((symbol, (taken - least) as u32, count));
            at += taken;
        } else {
            runs.push((usize::from(lengths[at]), 0, 0));
            at += 1;
        }
    }
    runs
}

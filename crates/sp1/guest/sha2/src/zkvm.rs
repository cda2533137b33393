//! The hasher in the zkVM. The precompile takes a block as 16 numbers of 32 bits, each in a word of
//! 64 bits. Every instruction is proved, so input is read in words of eight bytes. The machine can
//! load a word only from an address that is a multiple of eight.

/// Bytes of a block.
const BLOCK: u64 = 64;

/// The place of the message's length in the last block, counted in numbers of 32 bits.
const LENGTH_AT: usize = 14;

/// The initial state (FIPS 180-4, section 5.3.3).
const START: [u64; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

unsafe extern "C" {
    fn syscall_sha256_extend(w: *mut [u64; 64]);
    fn syscall_sha256_compress(w: *mut [u64; 64], state: *mut [u64; 8]);
}

#[derive(Clone)]
pub(crate) struct Hasher {
    state: [u64; 8],
    /// The current block in the first 16 numbers; the others are room for the precompile.
    schedule: [u64; 64],
    /// How many numbers of the block are there.
    filled: usize,
    /// The last bytes, fewer than eight: the first one lowest, and zeros above.
    partial: u64,
    /// The number of bytes so far.
    len: u64,
}

impl Default for Hasher {
    fn default() -> Self {
        Self {
            state: START,
            schedule: [0; 64],
            filled: 0,
            partial: 0,
            len: 0,
        }
    }
}

impl Hasher {
    pub(crate) fn update(&mut self, data: &[u8]) {
        // SAFETY: any eight bytes are a u64.
        let (before, words, after) = unsafe { data.align_to::<u64>() };
        for byte in before {
            self.push_byte(*byte);
        }
        self.push_words(words);
        for byte in after {
            self.push_byte(*byte);
        }
    }

    pub(crate) fn finalize(mut self) -> [u8; 32] {
        let bits = self.len * 8;
        self.push_byte(0x80);
        while self.len % 8 != 0 {
            self.push_byte(0);
        }
        while self.filled != LENGTH_AT {
            self.push_word(0);
        }
        self.push_word(bits.swap_bytes());
        let mut digest = [0; 32];
        for (bytes, word) in digest.chunks_exact_mut(4).zip(self.state) {
            bytes.copy_from_slice(&(word as u32).to_be_bytes());
        }
        digest
    }

    fn push_byte(&mut self, byte: u8) {
        let at = self.len % 8;
        self.len += 1;
        self.partial |= u64::from(byte) << (8 * at);
        if at == 7 {
            let word = core::mem::take(&mut self.partial);
            self.push_word(word);
        }
    }

    /// Appends words, at any place in the message. (Only their address in memory is a multiple of
    /// eight.)
    fn push_words(&mut self, words: &[u64]) {
        let held = 8 * (self.len % 8) as u32;
        self.len += 8 * words.len() as u64;
        let mut words = words;
        while let [word, rest @ ..] = words {
            if self.filled == 0
                && let Some((block, rest)) = words.split_first_chunk::<{ BLOCK as usize / 8 }>()
            {
                self.push_block(block, held);
                words = rest;
                continue;
            }
            let whole = self.shift_in(*word, held);
            self.push_word(whole);
            words = rest;
        }
    }

    /// The eight bytes that come next: the `held` bits of `partial`, then the first bytes of
    /// `word`. The other bytes of `word` become `partial`.
    #[inline(always)]
    fn shift_in(&mut self, word: u64, held: u32) -> u64 {
        if held == 0 {
            return word;
        }
        let whole = self.partial | word << held;
        self.partial = word >> (64 - held);
        whole
    }

    fn push_block(&mut self, block: &[u64; BLOCK as usize / 8], held: u32) {
        let numbers = self.schedule.chunks_exact_mut(2);
        if held == 0 {
            for (numbers, word) in numbers.zip(block) {
                put_numbers(numbers, *word);
            }
        } else {
            let (up, down) = (held, 64 - held);
            let mut partial = self.partial;
            for (numbers, word) in numbers.zip(block) {
                put_numbers(numbers, partial | word << up);
                partial = word >> down;
            }
            self.partial = partial;
        }
        self.compress();
    }

    /// Appends eight bytes, the first one lowest, at a multiple of eight bytes from the message's
    /// start.
    fn push_word(&mut self, word: u64) {
        put_numbers(&mut self.schedule[self.filled..self.filled + 2], word);
        self.filled += 2;
        if self.filled as u64 == BLOCK / 4 {
            self.filled = 0;
            self.compress();
        }
    }

    fn compress(&mut self) {
        // SAFETY: both arrays are aligned to eight bytes, and have the sizes that the precompile
        // takes.
        unsafe {
            syscall_sha256_extend(&raw mut self.schedule);
            syscall_sha256_compress(&raw mut self.schedule, &raw mut self.state);
        }
    }
}

/// Stores eight bytes as two big-endian numbers. The bytes of both are reversed at once.
#[inline(always)]
fn put_numbers(numbers: &mut [u64], word: u64) {
    const BYTES: u64 = 0x00ff_00ff_00ff_00ff;
    const HALVES: u64 = 0x0000_ffff_0000_ffff;
    let swapped = (word & BYTES) << 8 | (word >> 8) & BYTES;
    let reversed = (swapped & HALVES) << 16 | (swapped >> 16) & HALVES;
    if let [first, second] = numbers {
        *first = reversed & 0xffff_ffff;
        *second = reversed >> 32;
    }
}

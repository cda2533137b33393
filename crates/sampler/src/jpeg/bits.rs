//! The entropy-coded data: bytes to words, words to bits (T.81, B.1.1.5 and F.1.2.3).

/// The scan's bits as big-endian words, without stuffed zero bytes and without markers.
pub(super) struct Words {
    words: Vec<[u32; 2]>,
    segments: Vec<Segment>,
}

/// The data between two markers.
#[derive(Clone, Copy)]
struct Segment {
    /// Index of its first word.
    start: usize,
    bytes: usize,
}

/// Tells whether a word contains a byte `0xff`.
#[derive(Clone, Copy)]
struct Finder {
    ones: u64,
    low: u64,
    high: u64,
}

impl Finder {
    /// The constants are hidden from the compiler, which would otherwise build them again for each
    /// word.
    const fn new() -> Self {
        const ONES: u64 = 0x0101_0101_0101_0101;
        let [ones, low, high] = core::hint::black_box([ONES, ONES * 0x7f, ONES * 0x80]);
        Self { ones, low, high }
    }

    /// Whether the word contains a byte `0xff`. Adding 1 to the seven low bits of a byte carries
    /// into its top bit only if all seven are set, and never into the next byte. So the test finds
    /// the bytes that have this carry and their top bit set.
    #[inline(always)]
    const fn finds(self, word: u64) -> bool {
        (word & self.low).wrapping_add(self.ones) & word & self.high != 0
    }
}

impl Words {
    /// Reads up to the end-of-image marker. `None` if there are not exactly `segments` segments, if
    /// the markers between them are not the restart markers in turn, or if there is any other
    /// marker.
    pub(super) fn new(mut rest: &[u8], segments: usize) -> Option<Self> {
        // A marker of two bytes follows each segment, so this bounds the memory that is allocated.
        if segments > rest.len() {
            return None;
        }
        let mut words = vec![[0; 2]; rest.len() / 8 + segments + 1];
        let mut found = Vec::new();
        let mut start = 0;
        loop {
            let slots = words.get_mut(start..)?;
            let (bytes, marker, after) = fill(slots, rest)?;
            found.push(Segment {
                start: 2 * start,
                bytes,
            });
            rest = after;
            start += bytes.div_ceil(8);
            let last = found.len() == segments;
            match marker {
                0xd9 if last => break,
                0xd0..=0xd7 if !last && usize::from(marker - 0xd0) == (found.len() - 1) % 8 => {}
                _ => return None,
            }
        }
        Some(Self {
            words,
            segments: found,
        })
    }
}

/// Two big-endian words. `from_be_bytes` would build little-endian words and then reverse them, and
/// the zkVM's processor can neither load unaligned words nor reverse bytes in one instruction.
#[inline(always)]
fn halves([a, b, c, d, e, f, g, h]: &[u8; 8]) -> [u32; 2] {
    [
        u32::from(*a) << 24 | u32::from(*b) << 16 | u32::from(*c) << 8 | u32::from(*d),
        u32::from(*e) << 24 | u32::from(*f) << 16 | u32::from(*g) << 8 | u32::from(*h),
    ]
}

/// Moves bytes into the slots up to a marker. Returns the number of bytes, the marker, and the
/// bytes after it.
#[inline(never)]
fn fill<'a>(mut slots: &mut [[u32; 2]], mut rest: &'a [u8]) -> Option<(usize, u8, &'a [u8])> {
    let mut bytes = 0;
    let finder = Finder::new();
    loop {
        let mut count = 0;
        let (chunks, _) = rest.as_chunks();
        for (slot, chunk) in slots.iter_mut().zip(chunks) {
            let halves = halves(chunk);
            if finder.finds(u64::from(halves[0]) << 32 | u64::from(halves[1])) {
                break;
            }
            *slot = halves;
            count += 1;
        }
        bytes += 8 * count;
        slots = slots.get_mut(count..)?;
        rest = rest.get(8 * count..)?;

        let mut word = 0;
        let mut count = 0;
        let mut marker = None;
        while count < 8 && marker.is_none() {
            let byte;
            (byte, rest) = rest.split_first()?;
            if *byte == 0xff {
                let follower;
                (follower, rest) = rest.split_first()?;
                if *follower != 0 {
                    marker = Some(*follower);
                    continue;
                }
            }
            word = word << 8 | u64::from(*byte);
            count += 1;
        }
        if count != 0 {
            let slot;
            (slot, slots) = slots.split_first_mut()?;
            let word = word << (64 - 8 * count);
            *slot = [(word >> 32) as u32, word as u32];
            bytes += count;
        }
        if let Some(marker) = marker {
            return Some((bytes, marker, rest));
        }
    }
}

/// Bit of [`Bits::state`] that is set once at least 32 bits of the buffer are consumed.
pub(super) const EMPTY: u64 = 0x20;

/// A reader of bits.
///
/// A symbol takes at most 31 bits: a code of 16 and a value of 15. The buffer always has that many.
/// Past the end of a segment they are bits of the next one; [`is_at_end`](Self::is_at_end) finds
/// that out.
#[derive(Clone)]
pub(super) struct Bits<'a> {
    words: &'a [u32],
    /// The words that are not in the buffer yet.
    rest: std::slice::Iter<'a, u32>,
    /// The two words before `rest`, without the bits consumed; the next bit on top.
    pub(super) buffer: u64,
    /// The low 6 bits count the consumed bits of the buffer, at most 31 where a symbol begins. The
    /// other bits belong to the decoder, so that one addition of a table's entry updates both.
    pub(super) state: u64,
}

impl<'a> Bits<'a> {
    /// A reader at the beginning of a segment.
    pub(super) fn new(words: &'a Words, segment: usize) -> Option<Self> {
        let start = words.segments.get(segment)?.start;
        let words = words.words.as_flattened();
        let mut bits = Self {
            words,
            rest: words.get(start + 2..)?.iter(),
            buffer: 0,
            state: 0,
        };
        bits.reload();
        Some(bits)
    }

    /// Whether only the bits that fill the segment's last byte are left.
    pub(super) fn is_at_end(&self, words: &Words, segment: usize) -> bool {
        let Some(segment) = words.segments.get(segment) else {
            return false;
        };
        let next = self.words.len() - self.rest.len();
        let consumed = (next - segment.start) * 32 + (self.state & 63) as usize - 64;
        consumed.div_ceil(8) == segment.bytes
    }

    /// Makes the buffer again from the words and the state.
    #[inline(always)]
    pub(super) fn reload(&mut self) {
        self.buffer = buffer(self.words, self.rest.len()) << (self.state & 63);
    }

    /// Adds a word to the buffer, when the state has [`EMPTY`]. `None` at the end of the words.
    #[inline(always)]
    pub(super) fn refill(&mut self) -> Option<()> {
        let word = u64::from(*self.rest.next()?);
        self.state = self.state.wrapping_sub(EMPTY);
        self.buffer |= word << (self.state & 63);
        Some(())
    }
}

/// The two words before the last `rest` ones.
#[cold]
#[inline(never)]
fn buffer(words: &[u32], rest: usize) -> u64 {
    match words.get(..words.len() - rest) {
        Some([.., high, low]) => u64::from(*high) << 32 | u64::from(*low),
        _ => 0,
    }
}

//! The segments before the scan's data (T.81, annex B.2).

use zklens_image::decode::{MAX_FILE_BYTES, MAX_PIXELS, MAX_SIDE};

/// The contents of the segments, checked.
pub(super) struct Header<'a> {
    pub(super) width: u32,
    pub(super) height: u32,
    /// One or three.
    pub(super) components: Vec<Component<'a>>,
    /// MCUs between restart markers; 0 in a file without these markers.
    pub(super) restart_interval: u32,
    /// The file from the first byte of entropy-coded data on.
    pub(super) scan: &'a [u8],
}

/// A component, with its tables.
#[derive(PartialEq, Eq)]
pub(super) struct Component<'a> {
    /// Blocks of an MCU across.
    pub(super) across: u32,
    /// Blocks of an MCU down.
    pub(super) down: u32,
    pub(super) quantizer: Quantizer<'a>,
    pub(super) dc: Codes<'a>,
    pub(super) ac: Codes<'a>,
}

/// Divisors in zigzag order, as stored.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Quantizer<'a> {
    Bytes(&'a [u8; 64]),
    Words(&'a [[u8; 2]; 64]),
}

/// A Huffman table as stored: how many codes there are of each length from 1 to 16, and their
/// symbols.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Codes<'a> {
    pub(super) counts: &'a [u8; 16],
    pub(super) symbols: &'a [u8],
}

/// The segments that have been read so far.
#[derive(Default)]
struct Segments<'a> {
    frame: Option<Frame<'a>>,
    quantizers: [Option<Quantizer<'a>>; 4],
    dc: [Option<Codes<'a>>; 4],
    ac: [Option<Codes<'a>>; 4],
    restart_interval: u32,
}

struct Frame<'a> {
    width: u32,
    height: u32,
    /// Identifier, sampling factors and quantizer of each component.
    components: &'a [[u8; 3]],
}

/// Reads up to the scan's data. `None` if anything is damaged or not covered.
pub(super) fn parse(bytes: &[u8]) -> Option<Header<'_>> {
    if bytes.len() > MAX_FILE_BYTES {
        return None;
    }
    let mut segments = Segments::default();
    let mut rest = bytes.strip_prefix(b"\xff\xd8")?;
    loop {
        let [0xff, marker, high, low, after @ ..] = rest else {
            return None;
        };
        let length = usize::from(u16::from_be_bytes([*high, *low])).checked_sub(2)?;
        let (content, after) = after.split_at_checked(length)?;
        match marker {
            // Start of a baseline frame, or of an extended one, which is the same at 8 bits a
            // sample.
            0xc0 | 0xc1 if segments.frame.is_none() => segments.frame = Some(frame(content)?),
            0xc4 => huffman_tables(content, &mut segments)?,
            0xdb => quantizers(content, &mut segments)?,
            0xdd => {
                segments.restart_interval = u32::from(u16::from_be_bytes(content.try_into().ok()?));
            }
            0xe0..=0xef if is_harmless(*marker, content, segments.frame.is_some()) => {}
            0xfe => {}
            0xda => return scan(&segments, content, after),
            _ => return None,
        }
        rest = after;
    }
}

/// Whether an application segment changes nothing about the picture.
fn is_harmless(marker: u8, content: &[u8], after_frame: bool) -> bool {
    match marker {
        // `AVI1` stands for tables that are left out. The reference reads 5 bytes even if there are
        // 4.
        0xe0 => content.len() != 4 && !content.starts_with(b"AVI1"),
        0xe1 => !content.starts_with(b"http://ns.adobe.com/xmp/extension/"),
        // Adobe's colour transform, which must be YCbCr. After the frame header it would overrule
        // grey. The reference looks for the name even beyond the end of a short segment.
        0xee if content.starts_with(b"Adobe") => !after_frame && content.get(11) == Some(&1),
        0xee => content.len() >= 5,
        _ => true,
    }
}

/// A frame header (B.2.2).
fn frame(content: &[u8]) -> Option<Frame<'_>> {
    let [8, h1, h0, w1, w0, count, components @ ..] = content else {
        return None;
    };
    let width = u32::from(u16::from_be_bytes([*w1, *w0]));
    let height = u32::from(u16::from_be_bytes([*h1, *h0]));
    let side = 1..=MAX_SIDE;
    let fits = side.contains(&width)
        && side.contains(&height)
        && u64::from(width) * u64::from(height) <= MAX_PIXELS;
    let (components, rest) = components.as_chunks::<3>();
    let complete = rest.is_empty() && components.len() == usize::from(*count);
    (fits && complete).then_some(Frame {
        width,
        height,
        components,
    })
}

/// Quantization tables (B.2.4.1).
fn quantizers<'a>(mut content: &'a [u8], segments: &mut Segments<'a>) -> Option<()> {
    while let [kind, rest @ ..] = content {
        let quantizer;
        (quantizer, content) = match kind >> 4 {
            0 => {
                let (table, rest) = rest.split_first_chunk()?;
                (Quantizer::Bytes(table), rest)
            }
            1 => {
                let (table, rest) = rest.split_at_checked(128)?;
                let (table, _) = table.as_chunks::<2>();
                (Quantizer::Words(table.try_into().ok()?), rest)
            }
            _ => return None,
        };
        *segments.quantizers.get_mut(usize::from(kind & 15))? = Some(quantizer);
    }
    Some(())
}

/// Huffman tables (B.2.4.2). The reference refuses a file for any bad table, even one that is not
/// used.
fn huffman_tables<'a>(mut content: &'a [u8], segments: &mut Segments<'a>) -> Option<()> {
    while let [kind, rest @ ..] = content {
        let (counts, rest) = rest.split_first_chunk::<16>()?;
        let total = counts.iter().map(|count| usize::from(*count)).sum();
        let (symbols, rest) = rest.split_at_checked(total)?;
        content = rest;
        let codes = Codes { counts, symbols };
        let tables = match kind >> 4 {
            0 if symbols.iter().all(|size| *size <= 15) => &mut segments.dc,
            1 => &mut segments.ac,
            _ => return None,
        };
        *tables.get_mut(usize::from(kind & 15))? = codes.is_prefix_free().then_some(Some(codes))?;
    }
    Some(())
}

impl Codes<'_> {
    /// Whether there are at most 256 codes, which fit their lengths and leave the code of all ones
    /// free (C.2).
    fn is_prefix_free(&self) -> bool {
        let mut free = 1u32 << 16;
        for (length, count) in (1..).zip(self.counts) {
            // One code of the greatest length so far must stay free.
            let taken = u32::from(*count) << (16 - length);
            let reserved = if *count == 0 { 0 } else { 1 << (16 - length) };
            if free < taken + reserved {
                return false;
            }
            free -= taken;
        }
        self.symbols.len() <= 256
    }
}

/// A scan header (B.2.3). The scan must have all components, in the frame's order.
fn scan<'a>(segments: &Segments<'a>, content: &'a [u8], after: &'a [u8]) -> Option<Header<'a>> {
    let frame = segments.frame.as_ref()?;
    let [count, selectors @ .., 0, 63, 0] = content else {
        return None;
    };
    let (selectors, rest) = selectors.as_chunks::<2>();
    let complete = rest.is_empty()
        && selectors.len() == usize::from(*count)
        && selectors.len() == frame.components.len();
    if !complete || !known_colours(frame.components) {
        return None;
    }
    let mut components = Vec::with_capacity(3);
    for ([id, sampling, quantizer], [selected, tables]) in frame.components.iter().zip(selectors) {
        if id != selected {
            return None;
        }
        // In a scan of one component an MCU is one block, whatever its sampling factors (A.2.2).
        let alone = frame.components.len() == 1;
        let sampling = if alone { 0x11 } else { *sampling };
        components.push(Component {
            across: u32::from(sampling >> 4),
            down: u32::from(sampling & 15),
            quantizer: (*segments.quantizers.get(usize::from(*quantizer))?)?,
            dc: (*segments.dc.get(usize::from(tables >> 4))?)?,
            ac: (*segments.ac.get(usize::from(tables & 15))?)?,
        });
    }
    Some(Header {
        width: frame.width,
        height: frame.height,
        components,
        restart_interval: segments.restart_interval,
        scan: after,
    })
}

/// Whether the components are grey, or YCbCr in a sampling that is covered.
fn known_colours(components: &[[u8; 3]]) -> bool {
    match components {
        [[_, 0x11 | 0x12 | 0x21 | 0x22, _]] => true,
        [
            [y, 0x11 | 0x12 | 0x21 | 0x22, _],
            [cb, 0x11, _],
            [cr, 0x11, _],
        ] => y != cb && y != cr && cb != cr && [*y, *cb, *cr] != *b"RGB",
        _ => false,
    }
}

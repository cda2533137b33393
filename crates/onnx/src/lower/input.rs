//! The graph's input as an image.

use super::Refusal;
use super::view::{View, offsets};
use crate::proto::{self, data_type};

/// The graph's input, as an image.
pub(super) struct Image {
    /// The image's `[channels, height, width]`.
    pub(super) sides: [u16; 3],
    /// The batch size that the file fixes, or 1.
    pub(super) batch: usize,
    /// The input as a view of the image.
    pub(super) view: View,
}

/// Reads the graph's input. Supported are `[N, C, H, W]`, `[N, H, W, C]`, `[N, H, W]` and `[C, H,
/// W]` with one or three channels, and flat `[N, C·H·W]`, which is taken as a square unless `size`
/// says otherwise. The batch size `N` may be any number, since images go through one by one.
pub(super) fn image(input: &proto::ValueInfo, size: Option<[u16; 2]>) -> Result<Image, Refusal> {
    let (dims, is_integer) = dims(input)?;
    let first = dims.first().copied().flatten().unwrap_or(1);
    let (image, layout, is_channels_last) = match dims[..] {
        [_, c @ Some(1 | 3), h, w] => {
            let image = [c, h, w];
            (image, Layout::Batched, false)
        }
        [_, h, w, c @ Some(1 | 3)] => ([c, h, w], Layout::Batched, true),
        [c @ Some(3), h, w] => ([c, h, w], Layout::Single, false),
        [_, h, w] => ([Some(1), h, w], Layout::Grey, false),
        [_, Some(len)] | [Some(len)] => {
            let [c, h, w] = flat(len, size)?;
            ([Some(c), Some(h), Some(w)], Layout::Flat(dims.len()), false)
        }
        _ => {
            return Err(format!(
                "dimensions {} are not those of an image with one or three channels",
                describe(&dims)
            ));
        }
    };
    let [c, h, w] = with_size(image, size)?;
    let batch = match layout {
        Layout::Batched | Layout::Grey | Layout::Flat(2) => first,
        Layout::Single | Layout::Flat(_) => 1,
    };
    let dims = match layout {
        Layout::Batched if is_channels_last => vec![1, h, w, c],
        Layout::Batched => vec![1, c, h, w],
        Layout::Single => vec![c, h, w],
        Layout::Grey => vec![1, h, w],
        Layout::Flat(1) => vec![c * h * w],
        Layout::Flat(_) => vec![1, c * h * w],
    };
    let side =
        |side: usize| u16::try_from(side).map_err(|_| format!("a side of {side} is too long"));
    let sides = [side(c)?, side(h)?, side(w)?];
    let order = (is_channels_last && c > 1).then(|| offsets(&[h, w, c], &[w, 1, h * w]));
    let view = View {
        order,
        is_integer,
        ..View::new(0, dims)
    };
    Ok(Image { sides, batch, view })
}

enum Layout {
    Batched,
    Single,
    Grey,
    Flat(usize),
}

/// The input's dimensions, where `None` is one that the file leaves open; and whether it has an
/// integer type.
fn dims(input: &proto::ValueInfo) -> Result<(Vec<Option<usize>>, bool), Refusal> {
    let tensor = input.r#type.as_ref().and_then(|t| t.tensor_type.as_ref());
    let elements = tensor.map_or(0, |t| t.elem_type);
    let is_integer = matches!(
        elements,
        data_type::UINT8 | data_type::INT32 | data_type::INT64
    );
    if !is_integer && !data_type::is_float(elements) {
        return Err(format!(
            "`{}` has elements of type {}; float, double, float16, bfloat16, uint8, int32 and int64 \
             are supported",
            input.name,
            data_type::name(elements)
        ));
    }
    let shape = tensor
        .and_then(|t| t.shape.as_ref())
        .ok_or_else(|| format!("`{}` has no shape", input.name))?;
    let dim = |dim: &proto::Dimension| {
        dim.dim_value
            .and_then(|value| usize::try_from(value).ok())
            .filter(|value| *value > 0)
    };
    Ok((shape.dim.iter().map(dim).collect(), is_integer))
}

fn with_size(image: [Option<usize>; 3], size: Option<[u16; 2]>) -> Result<[usize; 3], Refusal> {
    let [c, h, w] = image;
    let known = |side: Option<usize>, axis: usize| {
        let wanted = size.map(|size| usize::from(size[axis]));
        match (side, wanted) {
            (Some(side), Some(wanted)) if side != wanted => Err(format!(
                "the file says a side of {side}, --size says {wanted}"
            )),
            (Some(side), _) | (None, Some(side)) if side > 0 => Ok(side),
            _ => Err("the file leaves height or width open; give them with --size HxW".into()),
        }
    };
    Ok([c.unwrap_or(1), known(h, 0)?, known(w, 1)?])
}

/// The sides of a flat input: `size` if given, else those of a square.
fn flat(len: usize, size: Option<[u16; 2]>) -> Result<[usize; 3], Refusal> {
    if len > zklens_model::Shape::MAX_LEN {
        return Err(format!("{len} values are too many"));
    }
    if let Some([height, width]) = size.map(|size| size.map(usize::from)) {
        return match [1, 3].into_iter().find(|c| c * height * width == len) {
            Some(channels) => Ok([channels, height, width]),
            None => Err(format!(
                "{len} values are no {height}×{width} image of 1 or 3 channels"
            )),
        };
    }
    for channels in [1, 3] {
        let side = (len / channels).isqrt();
        if channels * side * side == len {
            return Ok([channels, side, side]);
        }
    }
    Err(format!(
        "{len} values are not a square image; give its sides with --size HxW"
    ))
}

fn describe(dims: &[Option<usize>]) -> String {
    let dims: Vec<_> = dims
        .iter()
        .map(|dim| dim.map_or_else(|| "?".into(), |dim| dim.to_string()))
        .collect();
    format!("[{}]", dims.join(", "))
}

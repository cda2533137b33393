//! The part of a picture that a network sees, and which way up.

use serde::{Deserialize, Serialize};

/// The part of a picture that a network sees, which way up, and how it is resized.
///
/// ```
/// use zklens_model::{Crop, Filter, View};
///
/// // What networks for ImageNet expect: the centred square without a border, as in 256 → 224.
/// let crop = Crop::new(224, 256).expect("it keeps a part");
/// assert_eq!((crop.kept(), crop.of()), (7, 8));
/// let view = View::new(true, Some(crop), Filter::Area).expect("more than `Resize::Nearest`");
/// assert!(view.is_upright());
///
/// // The whole picture as stored has another name: `Resize::Nearest`.
/// assert_eq!(View::new(false, None, Filter::Nearest), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "StoredView")]
pub struct View {
    is_upright: bool,
    crop: Option<Crop>,
    filter: Filter,
}

impl View {
    /// A view of a picture: turned as its EXIF orientation says if `is_upright`, then cropped, then
    /// resized. `None` if the view is the same as [`Resize::Nearest`](crate::Resize::Nearest), so
    /// that every preprocessing has one form.
    #[must_use]
    pub const fn new(is_upright: bool, crop: Option<Crop>, filter: Filter) -> Option<Self> {
        if !is_upright && crop.is_none() && matches!(filter, Filter::Nearest) {
            return None;
        }
        Some(Self {
            is_upright,
            crop,
            filter,
        })
    }

    /// Whether the picture is first turned as the EXIF orientation of its file says.
    #[must_use]
    pub const fn is_upright(&self) -> bool {
        self.is_upright
    }

    /// The part of the picture that is kept; `None` for the whole picture, whose aspect ratio is
    /// then not kept.
    #[must_use]
    pub const fn crop(&self) -> Option<Crop> {
        self.crop
    }

    /// How that part is brought to the network's size.
    #[must_use]
    pub const fn filter(&self) -> Filter {
        self.filter
    }
}

/// How the part of a picture that is kept is brought to the network's size, along each axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Filter {
    /// The source pixel under each target pixel's centre:
    /// `⌊(2·i + 1)·source / (2·target)⌋`.
    Nearest,
    /// The mean, rounded down, of the area that each target pixel covers. Target `i` weighs source
    /// `j` with their overlap, in units of `1 / target` of a source pixel:
    /// `max(min((i + 1)·source, (j + 1)·target) − max(i·source, j·target), 0)`. The weight of a
    /// pixel is the product of its two overlaps, so all weights add up to the number of pixels.
    Area,
}

/// A centred part of a picture, with the aspect ratio of the network's input: the largest such
/// part, of whose sides [`kept`](Self::kept) parts in [`of`](Self::of) remain.
///
/// For a picture of `H × W` and an input of `h × w`, the largest part has `H` rows and
/// `max(⌊H·w / h⌋, 1)` columns if `H·w ≤ W·h`, else `max(⌊W·h / w⌋, 1)` rows and `W` columns. Of
/// `n` rows or columns of it, `max(⌊n·kept / of⌋, 1)` remain, and before them
/// `⌊(all − remaining) / 2⌋` of the picture's are left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "StoredCrop")]
pub struct Crop {
    kept: u16,
    of: u16,
}

impl Crop {
    /// The largest part: no border is left out.
    pub const WITHOUT_BORDER: Self = Self { kept: 1, of: 1 };

    /// A crop that keeps `kept` parts in `of` of each side, in lowest terms; `None` unless
    /// `1 ≤ kept ≤ of`.
    #[must_use]
    pub const fn new(kept: u16, of: u16) -> Option<Self> {
        if kept == 0 || kept > of {
            return None;
        }
        // Euclid's algorithm.
        let (mut divisor, mut rest) = (of, kept);
        while let Some(next) = divisor.checked_rem(rest) {
            (divisor, rest) = (rest, next);
        }
        match (kept.checked_div(divisor), of.checked_div(divisor)) {
            (Some(kept), Some(of)) => Some(Self { kept, of }),
            _ => None,
        }
    }

    /// Parts that remain of each side, at least 1 and at most [`of`](Self::of).
    #[must_use]
    pub const fn kept(&self) -> u16 {
        self.kept
    }

    /// Parts that a side has.
    #[must_use]
    pub const fn of(&self) -> u16 {
        self.of
    }
}

#[derive(Deserialize)]
struct StoredView {
    is_upright: bool,
    crop: Option<Crop>,
    filter: Filter,
}

#[derive(Deserialize)]
struct StoredCrop {
    kept: u16,
    of: u16,
}

/// A view or a crop that has another form.
#[derive(Debug, thiserror::Error)]
#[error("not the only form of its preprocessing")]
struct OtherForm;

impl TryFrom<StoredView> for View {
    type Error = OtherForm;

    fn try_from(stored: StoredView) -> Result<Self, OtherForm> {
        Self::new(stored.is_upright, stored.crop, stored.filter).ok_or(OtherForm)
    }
}

impl TryFrom<StoredCrop> for Crop {
    type Error = OtherForm;

    fn try_from(StoredCrop { kept, of }: StoredCrop) -> Result<Self, OtherForm> {
        Self::new(kept, of)
            .filter(|crop| *crop == Self { kept, of })
            .ok_or(OtherForm)
    }
}

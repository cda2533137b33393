//! Showing which images they were.

use crate::error::VerifyError;
use crate::{Verified, VerifyingKey};
use alloc::vec::Vec;
use zklens_commitment::Setup;
use zklens_field::{Point, Scalar, linear_combination, sum_of_bytes};
use zklens_layers::Layout;
use zklens_model::Pixels;

/// What the input commitments of a proof are hidden by. With it, anyone who has the pixels of all images can compute
/// the commitments again; without it, nobody can tell which images they were.
///
/// Images share commitments, so they are shown together or not at all. To show one alone, prove it alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputOpening {
    /// A scalar for each commitment.
    pub blindings: Vec<Scalar>,
}

impl Verified {
    /// Checks that the proof is about these `images`, in this order.
    ///
    /// The commitments bind: whoever opens them to two different batches knows `τ`. The setup's string has to
    /// be one that was checked ([`Setup::check`]); of another, points need not be powers of `τ`.
    ///
    /// # Errors
    ///
    /// They are not the pixels that were classified, or the setup string is too short to tell.
    pub fn check_pixels(
        &self,
        setup: &Setup,
        key: &VerifyingKey,
        images: &[Pixels],
        opening: &InputOpening,
    ) -> Result<(), VerifyError> {
        let (inputs, count) = (&self.statement().inputs, self.statement().labels.len());
        if setup.verifier().digest() != &self.setup {
            return Err(VerifyError::OtherSetup);
        }
        if images.len() != count {
            return Err(VerifyError::Images {
                expected: count,
                got: images.len(),
            });
        }
        let layout = Layout::new(key.circuit(), key.columns(), count)?;
        let columns = layout.columns.count();
        let powers = setup.powers();
        let (Some(powers), Some(hiding)) = (powers.get(..columns), powers.get(columns)) else {
            return Err(VerifyError::ShortSetup {
                expected: columns.saturating_add(1),
                got: powers.len(),
            });
        };
        let place = layout
            .tables
            .first()
            .and_then(|table| table.placements.first());
        let spans = place.and_then(Option::as_ref).map(|array| array.spans());
        let spans = spans.unwrap_or_default();
        let shape = key.preprocessing().shape();
        let same_model = self.statement().model == key.id();
        let one_each = inputs.len() == spans.len() && opening.blindings.len() == spans.len();
        let other = |first, last| VerifyError::OtherPixels { first, last };
        if !(same_model && one_each) {
            return Err(other(0, count.saturating_sub(1)));
        }
        if let Some(image) = images.iter().position(|pixels| pixels.shape() != shape) {
            return Err(other(image, image));
        }
        let pixels: Vec<u8> = images.iter().flat_map(Pixels::values).copied().collect();
        let per_image = key.preprocessing().len();
        for ((span, point), blinding) in spans.iter().zip(inputs).zip(&opening.blindings) {
            let last = span.cells.end.saturating_sub(1);
            let image = |cell: usize| cell.checked_div(per_image).unwrap_or_default();
            let other = other(image(span.cells.start), image(last));
            let bytes = pixels.get(span.cells.clone()).ok_or(other)?;
            let cells = powers.get(span.offset..).ok_or(other)?;
            let sum: Point = sum_of_bytes(cells, bytes);
            let one = Scalar::from(1_u64);
            if linear_combination(&[sum, *hiding], &[one, *blinding]) != *point {
                return Err(other);
            }
        }
        Ok(())
    }
}

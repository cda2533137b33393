//! Showing which image it was.

use crate::error::VerifyError;
use crate::{Verified, VerifyingKey};
use alloc::vec::Vec;
use zklens_commitment::Setup;
use zklens_field::{Point, Scalar, linear_combination, sum_of_bytes};
use zklens_layers::Plan;
use zklens_model::Pixels;

/// What an input commitment is hidden by, one scalar per point of one image. With it, anyone who has
/// the pixels can compute the commitment again; without it, nobody can tell which image it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputOpening {
    /// The scalars, in the order of the commitment's points.
    pub blindings: Vec<Scalar>,
}

impl Verified {
    /// Checks that image `image` of the batch had these `pixels`.
    ///
    /// The commitment binds: whoever opens one to two different images knows `τ`. The setup's string has to
    /// be one that was checked ([`Setup::check`]); of another, points need not be powers of `τ`.
    ///
    /// # Errors
    ///
    /// They are not the pixels that were classified, or the setup string is too short to tell.
    pub fn check_pixels(
        &self,
        setup: &Setup,
        key: &VerifyingKey,
        image: usize,
        pixels: &Pixels,
        opening: &InputOpening,
    ) -> Result<(), VerifyError> {
        let other = VerifyError::OtherPixels { image };
        if setup.verifier().digest() != &self.setup {
            return Err(VerifyError::OtherSetup);
        }
        let plan = Plan::new(key.circuit(), key.columns(), 1)?;
        let columns = plan.columns.count();
        let powers = setup.powers();
        let (Some(cells), Some(hiding)) = (powers.get(..columns), powers.get(columns)) else {
            return Err(VerifyError::ShortSetup {
                expected: columns.saturating_add(1),
                got: powers.len(),
            });
        };
        let commitment = self.statement().inputs.get(image).ok_or(other)?;
        let place = plan.tables.first().and_then(|table| table.places.first());
        let spans = place.and_then(Option::as_ref).map(|array| array.spans());
        let spans = spans.unwrap_or_default();
        let same_model = self.statement().model == key.id();
        let same_shape = pixels.shape() == key.preprocessing().shape();
        let one_each = commitment.len() == spans.len() && opening.blindings.len() == spans.len();
        if !(same_model && same_shape && one_each) {
            return Err(other);
        }
        for ((span, point), blinding) in spans.iter().zip(commitment).zip(&opening.blindings) {
            let bytes = pixels.values().get(span.cells.clone()).ok_or(other)?;
            let places = cells.get(span.offset..).ok_or(other)?;
            let sum: Point = sum_of_bytes(places, bytes);
            let one = Scalar::from(1_u64);
            if linear_combination(&[sum, *hiding], &[one, *blinding]) != *point {
                return Err(other);
            }
        }
        Ok(())
    }
}

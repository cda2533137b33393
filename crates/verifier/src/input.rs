//! Showing which images a proof is about.

use crate::error::VerifyError;
use crate::{Verified, VerifyingKey};
use alloc::vec::Vec;
use zklens_commitment::Setup;
use zklens_field::{Point, Scalar, linear_combination, sum_of_bytes};
use zklens_layers::Layout;
use zklens_model::Pixels;

/// The secret random numbers inside the input commitments of a proof.
///
/// With them, anyone who has the pixels of all images can compute the commitments again. Without them, nobody can tell
/// which images the proof is about.
///
/// Images share commitments, so they are shown together or not at all. To show one image alone, prove it alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputOpening {
    /// One scalar for each input commitment of the statement, in the same order.
    pub blindings: Vec<Scalar>,
}

impl Verified {
    /// Checks that the proof is about these `images`, in this order.
    ///
    /// The commitments are binding: whoever can open them to two different batches knows `τ`.
    ///
    /// **Warning:** does not check the setup string. It must have passed [`Setup::check`]; in an unchecked string, the
    /// points may not be powers of `τ`.
    ///
    /// # Errors
    ///
    /// The key or the setup is not the one that the proof was verified with; the images are not as many as the proof is
    /// about; a picture has another shape or other pixels; the opening does not fit; or the setup string is too short.
    pub fn check_pixels(
        &self,
        setup: &Setup,
        key: &VerifyingKey,
        images: &[Pixels],
        opening: &InputOpening,
    ) -> Result<(), VerifyError> {
        let (inputs, count) = (&self.statement().inputs, self.statement().labels.len());
        self.check_subject(setup, key, images)?;
        let layout = Layout::new(key.circuit(), key.columns(), count)?;
        let cells = layout.columns.count();
        let (Some(powers), Some(hiding)) = (setup.powers().get(..cells), setup.powers().get(cells))
        else {
            return Err(VerifyError::ShortSetup {
                expected: cells.saturating_add(1),
                got: setup.powers().len(),
            });
        };
        // The first table has one column, the pixels. Its array is cut into one span of cells for each input commitment.
        let column = layout
            .tables
            .first()
            .and_then(|table| table.placements.first());
        let array = column.and_then(Option::as_ref);
        let spans = array.map(|array| array.spans()).unwrap_or_default();
        let other = |first, last| VerifyError::OtherPixels { first, last };
        if inputs.len() != spans.len() || opening.blindings.len() != spans.len() {
            return Err(other(0, count.saturating_sub(1)));
        }
        let shape = key.preprocessing().shape();
        if let Some(image) = images.iter().position(|pixels| pixels.shape() != shape) {
            return Err(other(image, image));
        }
        let pixels: Vec<u8> = images.iter().flat_map(Pixels::values).copied().collect();
        let per_image = key.preprocessing().len();
        for ((span, point), blinding) in spans.iter().zip(inputs).zip(&opening.blindings) {
            let last = span.cells.end.saturating_sub(1);
            let image = |cell: usize| cell.checked_div(per_image).unwrap_or_default();
            let differs = other(image(span.cells.start), image(last));
            let bytes = pixels.get(span.cells.clone()).ok_or(differs)?;
            let bases = powers.get(span.offset..).ok_or(differs)?;
            let sum: Point = sum_of_bytes(bases, bytes);
            let one = Scalar::from(1_u64);
            if linear_combination(&[sum, *hiding], &[one, *blinding]) != *point {
                return Err(differs);
            }
        }
        Ok(())
    }

    /// Checks that the images are to be compared under the key and the setup of the proof, and that none is missing.
    fn check_subject(
        &self,
        setup: &Setup,
        key: &VerifyingKey,
        images: &[Pixels],
    ) -> Result<(), VerifyError> {
        let expected = self.statement().model;
        if expected != key.id() {
            return Err(VerifyError::OtherModel {
                expected,
                got: key.id(),
            });
        }
        if setup.verifier().digest() != &self.setup {
            return Err(VerifyError::OtherSetup);
        }
        let count = self.statement().labels.len();
        if images.len() != count {
            return Err(VerifyError::Images {
                expected: count,
                got: images.len(),
            });
        }
        Ok(())
    }
}

//! The trait of gadgets.

use super::rules::Rules;
use super::site::Site;
use alloc::string::String;
use zklens_model::Window;

/// The definition of one gadget: all that the rest of the crate asks of it.
pub(crate) trait Definition {
    /// The rules of a row.
    fn rules(&self) -> Rules;

    /// Whether the parameters are in range and the table stands where the gadget belongs, with an operand of the right
    /// sides. Both may come from a stranger's key; soundness rests on this check.
    fn is_well_formed(&self, site: &Site<'_>) -> bool;

    /// The gadget in a few words for people, such as `clip to 0…255`. Nothing depends on it.
    fn description(&self) -> String;

    /// The window whose cells a row takes, each as one input.
    fn window(&self) -> Option<&Window> {
        None
    }

    /// Whether the table has rows for every image, so that its image axis is as long as the batch. If not, that axis has
    /// length one, and all images share the rows.
    fn is_per_image(&self) -> bool {
        true
    }

    /// Index of the table of entries that rows query.
    fn entries(&self) -> Option<usize> {
        None
    }
}

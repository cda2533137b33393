//! Positions of the columns that many tests change.

use zklens_layers::gadgets::{Activation, Clip, ColumnId, Lookup, Signed};

/// Columns of an activation with a rescale and a ReLU: remainder, sign, magnitude.
pub(crate) const REMAINDER: usize = 0;
pub(crate) const SIGN: usize = 1;
pub(crate) const MAGNITUDE: usize = 2;

/// Columns of a lookup: position, value.
pub(crate) const POSITION: usize = 0;
pub(crate) const VALUE: usize = 1;

/// Columns of a clip: the sign below the lower end, the magnitude above it, and the magnitude under the upper end.
pub(crate) const BELOW: usize = 0;
pub(crate) const OVER: usize = 1;
pub(crate) const UNDER: usize = 3;

#[test]
fn positions_are_those_of_the_gadgets_handles() {
    let at = |column: Option<ColumnId>| column.map(ColumnId::index);
    let activation = Activation {
        window: None,
        gap_bytes: 0,
        shift: 8,
        relu: true,
        offset: 0,
        magnitude_bytes: 2,
    };
    let columns = activation.columns();
    let found = [columns.remainder, columns.sign, columns.magnitude].map(at);
    assert_eq!(found, [REMAINDER, SIGN, MAGNITUDE].map(Some));

    let lookup = Lookup {
        first: 0,
        entries: 1,
    };
    let columns = lookup.columns();
    let found = [columns.position, columns.value].map(ColumnId::index);
    assert_eq!(found, [POSITION, VALUE]);

    let clip = Clip {
        lo: -1,
        hi: 1,
        below_bytes: 1,
        above_bytes: 1,
    };
    let columns = clip.columns();
    let Signed { sign, magnitude } = columns.from_lo;
    let found = [Some(sign), magnitude, columns.to_hi.magnitude].map(at);
    assert_eq!(found, [BELOW, OVER, UNDER].map(Some));
}

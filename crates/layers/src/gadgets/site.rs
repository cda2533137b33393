//! The place of a table in a circuit, as far as its gadget has to know it.

use crate::dims::Sides;
use alloc::vec::Vec;
use zklens_model::{Shape, Window};

/// The place of a table, with its surroundings. A gadget checks it, since the circuit may come from a stranger's key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Site<'a> {
    /// The position among the circuit's tables.
    pub(crate) place: Place,
    /// Sides of the table.
    pub(crate) sides: Sides,
    /// Sides of its operand, if it has one.
    pub(crate) operand: Option<Sides>,
    /// Sides of the key's arrays.
    pub(crate) arrays: &'a [Vec<usize>],
}

/// A position among the tables of a circuit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// The first: the pixels.
    First,
    /// Between the first and the last three.
    Inside,
    /// The third from the end.
    Label,
    /// The second from the end.
    Range,
    /// The last.
    Bytes,
}

impl Site<'_> {
    /// Whether an ordinary gadget may stand here, one that computes part of the network.
    pub(crate) fn is_inside(&self) -> bool {
        self.place == Place::Inside
    }

    /// Whether nothing is wired to the table.
    pub(crate) const fn takes_nothing(&self) -> bool {
        self.operand.is_none()
    }

    /// Whether the operand has the table's sides, or those from which a window makes the table's sides.
    pub(crate) fn takes_operand(&self, window: Option<&Window>) -> bool {
        let Some(operand) = self.operand else {
            return false;
        };
        let [channels, height, width] = operand;
        let is_shape = Shape::new(channels, height, width).is_some();
        let expected = match window {
            Some(window) => output(window, channels, [height, width]),
            None => Some(operand),
        };
        is_shape && expected == Some(self.sides)
    }
}

/// The sides of the output of a window over a picture, with `channels` channels; `None` if the window does not fit.
pub(crate) fn output(
    window: &Window,
    channels: usize,
    [height, width]: [usize; 2],
) -> Option<Sides> {
    let shape = window.output(Shape::new(channels, height, width)?, channels)?;
    Some([shape.channels(), shape.height(), shape.width()])
}

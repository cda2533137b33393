//! Circuits that nobody compiled, where each check stands alone: all else of a changed circuit fits, and a change of
//! the same kind that is allowed passes.

mod layout;
mod places;
mod wires;

use zklens_layers::LayerError;
use zklens_layers::circuit::{Circuit, Operand, Path, Table};
use zklens_layers::dims::Sides;
use zklens_layers::gadgets::{Activation, Clip, Entries, Gadget, Label, Lookup, PRelu, Saturation};

/// Sides of every table that lies inside and of its operand, so that any wire between two of them fits.
pub(crate) const SIDES: Sides = [1, 1, 4];

pub(crate) const COPY: usize = 1;
pub(crate) const ENTRIES: usize = 2;
pub(crate) const CLIP: usize = 3;
pub(crate) const LOOKUP: usize = 4;
pub(crate) const ACTIVATION: usize = 5;
pub(crate) const P_RELU: usize = 6;
pub(crate) const SATURATION: usize = 7;

pub(crate) const fn path(source: usize) -> Path {
    Path {
        steps: Vec::new(),
        weights: None,
        source,
    }
}

pub(crate) fn table(gadget: Gadget, sides: Sides, source: Option<usize>) -> Table {
    Table {
        node: 0,
        gadget,
        sides,
        operand: source.map(|source| Operand {
            sides,
            paths: vec![path(source)],
        }),
    }
}

pub(crate) const fn activation() -> Activation {
    Activation {
        window: None,
        gap_bytes: 0,
        shift: 8,
        relu: false,
        offset: 0,
        magnitude_bytes: 2,
    }
}

pub(crate) const fn clip() -> Clip {
    Clip {
        lo: -3,
        hi: 5,
        below_bytes: 1,
        above_bytes: 1,
    }
}

pub(crate) const fn p_relu() -> PRelu {
    PRelu {
        positive: 4,
        negative: -1,
        magnitude_bytes: 2,
    }
}

pub(crate) const fn saturation() -> Saturation {
    Saturation {
        window: None,
        gap_bytes: 0,
        shift: 8,
        lo: -3,
        bytes: 1,
        excess_bytes: 2,
    }
}

/// One of each gadget, all of the same sides.
pub(crate) fn circuit() -> Circuit {
    let lookup = Lookup {
        first: 0,
        entries: ENTRIES,
    };
    Circuit {
        tables: vec![
            table(Gadget::Pixels, SIDES, None),
            table(Gadget::Copy, SIDES, Some(0)),
            table(Gadget::Entries(Entries { array: 0 }), SIDES, None),
            table(Gadget::Clip(clip()), SIDES, Some(COPY)),
            table(Gadget::Lookup(lookup), SIDES, Some(CLIP)),
            table(Gadget::Activation(activation()), SIDES, Some(LOOKUP)),
            table(Gadget::PRelu(p_relu()), SIDES, Some(ACTIVATION)),
            table(Gadget::Saturation(saturation()), SIDES, Some(P_RELU)),
            table(Gadget::Label(Label { bytes: 4 }), SIDES, Some(SATURATION)),
            table(Gadget::Range, [1, 1, 1], None),
            table(Gadget::Bytes, [1, 1, 256], None),
        ],
        arrays: vec![vec![1, 1, 1, 4]],
    }
}

pub(crate) fn checked(change: impl FnOnce(&mut Circuit)) -> Result<(), LayerError> {
    let mut circuit = circuit();
    change(&mut circuit);
    circuit.check()
}

pub(crate) const fn refused(table: usize) -> Result<(), LayerError> {
    Err(LayerError::Malformed { table })
}

/// An array is refused before any table is looked at.
pub(crate) const fn no_array(array: usize, sides: usize, cells: u64) -> Result<(), LayerError> {
    Err(LayerError::Array {
        array,
        sides,
        cells,
    })
}

pub(crate) fn source(circuit: &mut Circuit, table: usize) -> &mut usize {
    &mut circuit.tables[table].operand.as_mut().unwrap().paths[0].source
}

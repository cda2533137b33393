//! Where arrays lie in rows: keys and proofs depend on it, to the last cell.

use zklens_layers::layout::array::{Array, Span};
use zklens_layers::layout::packer::Packer;

const CELLS: usize = 24;
const FIRST_ROW: usize = 5;

fn place(shapes: &[&[usize]]) -> Vec<Array> {
    let shapes: Vec<Vec<usize>> = shapes.iter().map(|dims| dims.to_vec()).collect();
    Packer::new(CELLS, FIRST_ROW).place(&shapes).unwrap()
}

/// The row, counted from the first, the offset and the length of each span.
fn spans(array: &Array) -> Vec<(usize, usize, usize)> {
    let mut next = 0;
    let span = |Span {
                    vector,
                    offset,
                    cells,
                }: Span| {
        assert_eq!(cells.start, next, "cells follow each other");
        next = cells.end;
        (vector - FIRST_ROW, offset, cells.len())
    };
    let spans = array.spans().into_iter().map(span).collect();
    assert_eq!(next, array.len());
    assert_eq!(array.is_empty(), next == 0);
    spans
}

fn spans_of(dims: &[usize]) -> Vec<(usize, usize, usize)> {
    spans(&place(&[dims])[0])
}

#[test]
fn an_array_as_long_as_a_row_is_not_cut() {
    for dims in [&[24][..], &[2, 12], &[1, 2, 3, 4], &[1]] {
        let len = dims.iter().product();
        assert_eq!(spans_of(dims), [(0, 0, len)]);
    }
}

/// An array is cut along the first axis whose slices fit into a vector. Each run has a power of two of them.
#[test]
fn a_longer_array_is_cut_along_an_axis() {
    assert_eq!(spans_of(&[25]), [(0, 0, 16), (1, 0, 9)]);
    assert_eq!(spans_of(&[3, 24]), [(0, 0, 24), (1, 0, 24), (2, 0, 24)]);
    assert_eq!(spans_of(&[5, 12]), [(0, 0, 24), (1, 0, 24), (2, 0, 12)]);
    assert_eq!(
        spans_of(&[2, 5, 7]),
        [
            (0, 0, 14),
            (1, 0, 14),
            (2, 0, 7),
            (3, 0, 14),
            (4, 0, 14),
            (5, 0, 7)
        ]
    );
    // Three slices would fit, so a run has two.
    assert_eq!(spans_of(&[4, 8]), [(0, 0, 16), (1, 0, 16)]);
}

/// The largest first, each in the first row that has room, which what is cut leaves too.
#[test]
fn arrays_share_rows() {
    let arrays = place(&[&[4], &[20], &[25], &[8], &[5], &[10]]);
    let placements: Vec<_> = arrays.iter().map(spans).collect();
    assert_eq!(
        placements,
        [
            vec![(2, 20, 4)],
            vec![(2, 0, 20)],
            vec![(0, 0, 16), (1, 0, 9)],
            vec![(0, 16, 8)],
            vec![(1, 19, 5)],
            vec![(1, 9, 10)],
        ]
    );
}

#[test]
fn arrays_of_one_length_keep_their_order() {
    let placements: Vec<_> = place(&[&[8], &[2, 4], &[8], &[4, 2]])
        .iter()
        .map(spans)
        .collect();
    assert_eq!(
        placements,
        [[(0, 0, 8)], [(0, 8, 8)], [(0, 16, 8)], [(1, 0, 8)]]
    );
}

//! The prover's counterpart of [`zklens_layers::relation::wiring`]: the coefficient `M = Fᵀ·u` of every row of a source.

use crate::integers::add_multiple;
use rayon::prelude::*;
use zklens_field::{AdditiveGroup, Scalar, lifting};
use zklens_layers::circuit::{LinearOp, Path};
use zklens_layers::dims::Sides;
use zklens_layers::layout::TableLayout;
use zklens_layers::relation::wiring::{Covector, under_tap};
use zklens_model::Window;

/// The number of values below which a second thread does not pay.
const MIN_WEIGHTS: usize = 1 << 8;

/// Adds to `rows` the coefficients that `covector` on an operand gives to the rows of `source` along `path`. An empty list
/// stands for zeros. `weights` is the path's array, or empty.
pub(crate) fn add_transposed(
    rows: &mut Vec<Scalar>,
    source: &TableLayout,
    path: &Path,
    covector: &Covector,
    weights: &[i64],
) {
    let covector = covector.at_end_of(path);
    let [images, mut channels, height, width] = covector.axes.map(|axis| axis.values());
    let factors: Vec<Scalar> = images.iter().map(|e| covector.coefficient * e).collect();
    if let [factor] = factors.as_slice() {
        channels.iter_mut().for_each(|channel| *channel *= factor);
    }
    let [_, from_channels, from_height, from_width] = source.dims;
    let sides = [from_channels, from_height, from_width];
    let axes = [channels, height, width];
    let cells = match path.weights.map(|weighted| weighted.map) {
        None => outer_product(&axes),
        Some(LinearOp::Dense) => dense(&axes, weights, sides),
        Some(LinearOp::Conv2d { window, groups, .. }) => {
            convolution(&axes, weights, sides, &window, groups)
        }
    };
    if factors.len() == 1 && rows.is_empty() {
        *rows = cells;
        return;
    }
    rows.resize(source.dims.iter().product(), Scalar::ZERO);
    let of_images = rows.par_chunks_mut(cells.len().max(1)).zip(&factors);
    of_images.for_each(|(rows, factor)| {
        let sums = rows.par_iter_mut().with_min_len(MIN_WEIGHTS).zip(&cells);
        if factors.len() == 1 {
            sums.for_each(|(sum, cell)| *sum += cell);
        } else if *factor != Scalar::ZERO {
            sums.for_each(|(sum, cell)| *sum += *factor * cell);
        }
    });
}

fn outer_product(axes: &[Vec<Scalar>; 3]) -> Vec<Scalar> {
    zklens_layers::dims::products(&axes.each_ref())
}

/// `Σ_o u(o)·W[o, i]`.
fn dense(axes: &[Vec<Scalar>; 3], weights: &[i64], sides: Sides) -> Vec<Scalar> {
    let [outputs, rows, columns] = axes;
    let factor = rows.iter().sum::<Scalar>() * columns.iter().sum::<Scalar>();
    let outputs: Vec<Scalar> = outputs.iter().map(|output| *output * factor).collect();
    combine_rows(&outputs, weights, sides.iter().product())
}

/// `Σ_o u(o)·W[o, ·]`, for rows of `len` weights.
fn combine_rows(coefficients: &[Scalar], weights: &[i64], len: usize) -> Vec<Scalar> {
    let mut sums = vec![Scalar::ZERO; len];
    let lifted: Vec<Scalar> = coefficients.iter().map(|c| *c * lifting()).collect();
    let chunk = len.div_ceil(rayon::current_num_threads()).max(MIN_WEIGHTS);
    sums.par_chunks_mut(chunk)
        .enumerate()
        .for_each(|(index, sums)| {
            for (coefficient, row) in lifted.iter().zip(weights.chunks(len)) {
                let row = &row[index * chunk..];
                for (sum, weight) in sums.iter_mut().zip(row) {
                    add_multiple(sum, coefficient, (*weight).into());
                }
            }
        });
    sums
}

/// `Σ_{o, k, l} u(o, p, q)·W[o, c, k, l]` over the positions `(p, q)` whose taps `(k, l)` take the cell.
fn convolution(
    axes: &[Vec<Scalar>; 3],
    weights: &[i64],
    [channels, height, width]: Sides,
    window: &Window,
    groups: usize,
) -> Vec<Scalar> {
    let [outputs, rows, columns] = axes;
    let (taps, depth, per_group) = (window.area(), channels / groups, outputs.len() / groups);
    // Output channels first: `[channel][row tap][column tap]`.
    let kernels: Vec<Scalar> = outputs
        .chunks(per_group)
        .zip(weights.chunks(per_group * depth * taps))
        .flat_map(|(outputs, weights)| combine_rows(outputs, weights, depth * taps))
        .collect();
    let under = |weights: &[Scalar], axis, cells| -> Vec<Vec<Scalar>> {
        let taps = |axis: &zklens_model::Axis| axis.kernel;
        (0..taps(axis))
            .map(|tap| under_tap(weights, axis, tap, cells))
            .collect()
    };
    let row_taps = under(rows, &window.height, height);
    let column_taps = under(columns, &window.width, width);
    let planes = kernels.par_chunks(taps).map(|kernel| {
        let mut plane = vec![Scalar::ZERO; height * width];
        for (kernel, rows) in kernel.chunks(window.width.kernel).zip(&row_taps) {
            let mut line = vec![Scalar::ZERO; width];
            for (weight, columns) in kernel.iter().zip(&column_taps) {
                for (sum, column) in line.iter_mut().zip(columns) {
                    *sum += *weight * column;
                }
            }
            for (sums, row) in plane.chunks_mut(width).zip(rows) {
                if *row != Scalar::ZERO {
                    for (sum, cell) in sums.iter_mut().zip(&line) {
                        *sum += *row * cell;
                    }
                }
            }
        }
        plane
    });
    planes.flatten().collect()
}

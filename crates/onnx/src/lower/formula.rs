//! Operators with two inputs that depend on one and the same value, such as `x · sigmoid(x)`, an
//! exporter's GELU or a square. Together with the operators before them they become one table.

use super::view::View;
use super::{Context, Lowering, Refusal, Value};
use crate::curve::{Curve, Formula};
use crate::network::{Kind, LayerId};
use std::sync::Arc;

/// The most operations of one formula.
const MAX_LEN: usize = 1 << 6;

impl Context<'_> {
    /// Applies `join` to `a` and `b`, if each result depends on one value of one layer; else fails
    /// with `refusal`.
    pub(super) fn function_of_both(
        &mut self,
        a: &View,
        b: &View,
        join: fn(Arc<Formula>, Arc<Formula>) -> Formula,
        refusal: &str,
    ) -> Result<Value, Refusal> {
        if a.is_integer || b.is_integer || a.dims != b.dims || a.order != b.order {
            return Err(refusal.into());
        }
        let roots = self.lowering.ancestors(a.layer);
        let found = roots.into_iter().find_map(|root| {
            let mut left = MAX_LEN;
            let a = self.lowering.formula(a.layer, root, &mut left)?;
            let b = self.lowering.formula(b.layer, root, &mut left)?;
            Some((root, join(a, b)))
        });
        let Some((root, formula)) = found.filter(|(_, formula)| formula.len() <= MAX_LEN) else {
            return Err(refusal.into());
        };
        let kind = Kind::Curve(Curve::Composed(Arc::new(formula)));
        let root = View {
            layer: root,
            ..a.clone()
        };
        self.cell_by_cell(&root, kind)
    }
}

impl Lowering {
    /// A layer, then those before it on which it may depend cell by cell, nearest first.
    fn ancestors(&self, layer: LayerId) -> Vec<LayerId> {
        let next = |layer: &LayerId| {
            let layer = self.layers.get(*layer)?;
            let passes = matches!(
                layer.kind,
                Kind::Affine { .. }
                    | Kind::Relu
                    | Kind::Clip { .. }
                    | Kind::Curve(_)
                    | Kind::Add
                    | Kind::Reshape
            );
            layer.inputs.first().copied().filter(|_| passes)
        };
        core::iter::successors(Some(layer), next)
            .take(MAX_LEN)
            .collect()
    }

    /// Each cell of `layer` as a formula in the same cell of `root`. `left` bounds the work.
    fn formula(&self, layer: LayerId, root: LayerId, left: &mut usize) -> Option<Arc<Formula>> {
        *left = left.checked_sub(1)?;
        if layer == root {
            return Some(Arc::new(Formula::X));
        }
        // A layer always comes after its inputs.
        let layer = self.layers.get(layer).filter(|_| layer > root)?;
        let of = self.formula(*layer.inputs.first()?, root, left)?;
        let formula = match &layer.kind {
            Kind::Affine { scale, offset } => Formula::Affine {
                scale: single(scale)?,
                offset: single(offset)?,
                of,
            },
            Kind::Relu => Formula::Clip {
                lo: 0.0,
                hi: f32::INFINITY,
                of,
            },
            Kind::Clip { lo, hi } => Formula::Clip {
                lo: *lo,
                hi: *hi,
                of,
            },
            Kind::Curve(curve) => Formula::Curve(curve.clone(), of),
            Kind::Add => Formula::Sum(of, self.formula(*layer.inputs.get(1)?, root, left)?),
            Kind::Reshape => return Some(of),
            _ => return None,
        };
        Some(Arc::new(formula))
    }
}

/// The number that a list repeats, if all its numbers are equal.
fn single(list: &[f32]) -> Option<f32> {
    let first = list.first()?;
    list.iter().all(|value| value == first).then_some(*first)
}

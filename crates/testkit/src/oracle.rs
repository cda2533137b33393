//! The integer network once more: plain loops over 128-bit integers, written from the operators'
//! documentation and the ONNX operator definitions, not from the code of `zklens-model`. It reads
//! only the operators' fields, and works out shapes, scales and padding again. The definition of
//! each operator is in its file in `operators/`.

use crate::operators::define;
pub use crate::tensor::Tensor;
use zklens_model::{Model, Op, Pixels};

/// The output of every node of `model` on `pixels`.
///
/// # Panics
///
/// The model has an operator without a file in `operators/`.
#[must_use]
pub fn run(model: &Model, pixels: &Pixels) -> Vec<Tensor> {
    let mut tensors: Vec<Tensor> = Vec::new();
    for node in model.graph().nodes() {
        let inputs: Vec<&Tensor> = node.inputs().iter().map(|id| &tensors[*id]).collect();
        let tensor = match node.op() {
            Op::Input => input(pixels),
            op => define(op, &inputs),
        };
        tensors.push(tensor);
    }
    tensors
}

fn input(pixels: &Pixels) -> Tensor {
    let cells = pixels.values().iter().map(|v| i128::from(*v));
    Tensor::new(pixels.shape().map(usize::from), 0, cells.collect())
}

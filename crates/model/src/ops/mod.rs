//! The operators, one file each. Each implements the trait [`Operator`]; the list below makes
//! [`Op`] of them.

mod add;
mod average_pool;
mod clip;
mod concat;
mod conv2d;
mod dense;
mod error;
mod left_shift;
mod lookup_table;
mod max_pool;
mod operator;
mod p_relu;
mod relu;
mod rescale;
mod reshape;

pub use error::OpError;
pub use operator::Value;
pub(crate) use operator::{Inferred, Operand};

use crate::shape::Shape;
use crate::weights::Weights;
use alloc::vec::Vec;
use operator::{Operator, product};
use serde::{Deserialize, Serialize};

/// Writes [`Op`]: a variant for the input and one for each operator, and the methods that ask the
/// operator in the variant.
macro_rules! operators {
    ($($module:ident::$Operator:ident),+ $(,)?) => {
        $(pub use $module::$Operator;)+

        /// The operator of one node.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[non_exhaustive]
        pub enum Op {
            /// The pixels, `0…255`: always node 0, and only that.
            Input,
            $(
                #[doc = concat!("See [`", stringify!($Operator), "`].")]
                $Operator($Operator),
            )+
        }

        impl Op {
            /// The names of all operators, in the order of the variants.
            pub const NAMES: &'static [&'static str] = &["Input", $($Operator::NAME),+];

            /// The operator's name, as reports print it.
            #[must_use]
            pub const fn name(&self) -> &'static str {
                match self {
                    Self::Input => "Input",
                    $(Self::$Operator(_) => $Operator::NAME,)+
                }
            }

            /// The number of weights and biases in the operator.
            #[must_use]
            pub fn parameters(&self) -> usize {
                match self {
                    Self::Input => 0,
                    $(Self::$Operator(op) => op.parameters(),)+
                }
            }

            /// How many multiplications, additions or comparisons one run takes, up to a small
            /// factor; at least one for each cell of `output`.
            #[must_use]
            pub fn work(&self, output: Shape) -> u64 {
                match self {
                    Self::Input => product(output.len(), 1),
                    $(Self::$Operator(op) => op.work(output),)+
                }
            }

            pub(crate) fn weights_mut(&mut self) -> Option<&mut Weights> {
                match self {
                    Self::Input => None,
                    $(Self::$Operator(op) => op.weights_mut(),)+
                }
            }

            pub(crate) fn infer(&self, inputs: &[Operand<'_>]) -> Result<Inferred, OpError> {
                match self {
                    Self::Input => Err(OpError::SecondInput),
                    $(Self::$Operator(op) => op.infer(inputs),)+
                }
            }

            /// The cells of the output. `inputs` and `output` must be as a checked
            /// [`Graph`](crate::Graph) has them; otherwise the result is any cells at all.
            ///
            /// Use [`Model::run`](crate::Model::run) to run a network. This is for programs that
            /// run one in another way and must mean the same.
            #[must_use]
            pub fn run(&self, inputs: &[Value<'_>], output: Shape) -> Vec<i64> {
                match self {
                    Self::Input => inputs.first().map_or_else(Vec::new, |input| input.cells.to_vec()),
                    $(Self::$Operator(op) => op.run(inputs, output),)+
                }
            }
        }
    };
}

// The order is part of the file format: a new operator goes to the end.
operators! {
    dense::Dense,
    conv2d::Conv2d,
    average_pool::AveragePool,
    rescale::Rescale,
    relu::Relu,
    clip::Clip,
    lookup_table::LookupTable,
    max_pool::MaxPool,
    add::Add,
    concat::Concat,
    left_shift::LeftShift,
    reshape::Reshape,
    p_relu::PRelu,
}

impl Op {
    /// The [`Reshape`] that makes a vector of a tensor of `len` cells.
    #[must_use]
    pub const fn flatten(len: usize) -> Self {
        Self::Reshape(Reshape { shape: [len, 1, 1] })
    }
}

//! The operators as tests know them, one file each. Each file implements the trait [`Subject`].

mod add;
mod average_pool;
mod clip;
mod concat;
mod conv2d;
mod dense;
mod left_shift;
mod lookup_table;
mod max_pool;
mod p_relu;
mod relu;
mod rescale;
mod reshape;
mod subject;

use crate::growth::Growth;
use crate::tensor::Tensor;
use subject::Subject;
use zklens_model::{Model, NodeId, Op};

/// Writes [`Kind`] and the functions that ask the operators' files.
macro_rules! operators {
    ($($Operator:ident),+ $(,)?) => {
        /// An operator without its parameters.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Kind {
            $(
                #[doc = concat!("See [`zklens_model::", stringify!($Operator), "`].")]
                $Operator,
            )+
        }

        impl Kind {
            /// Every operator but the input, in the order of the file format.
            pub const ALL: &'static [Self] = &[$(Self::$Operator),+];

            /// The kind of a node's operator; `None` for the input, and for an operator without a
            /// file in `operators/`.
            #[must_use]
            pub const fn of(op: &Op) -> Option<Self> {
                match op {
                    $(Op::$Operator(_) => Some(Self::$Operator),)+
                    _ => None,
                }
            }

            pub(crate) fn grow(self, growth: &mut Growth, at: NodeId) -> Option<NodeId> {
                match self {
                    $(Self::$Operator => zklens_model::$Operator::grow(growth, at),)+
                }
            }
        }

        /// The output of an operator, from its definition.
        pub(crate) fn define(op: &Op, inputs: &[&Tensor]) -> Tensor {
            match op {
                $(Op::$Operator(op) => op.define(inputs),)+
                other => panic!("the oracle does not know {}", other.name()),
            }
        }

        /// The golden models of all operators, each with the stem of its files.
        pub(crate) fn golden() -> Vec<(&'static str, Model)> {
            [$(zklens_model::$Operator::golden()),+].concat()
        }
    };
}

operators! {
    Dense,
    Conv2d,
    AveragePool,
    Rescale,
    Relu,
    Clip,
    LookupTable,
    MaxPool,
    Add,
    Concat,
    LeftShift,
    Reshape,
    PRelu,
}

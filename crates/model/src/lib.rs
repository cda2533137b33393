//! A quantised image classifier and its exact integer meaning.
//!
//! A [`Model`] is a graph of integer tensors. A tensor value `X` with scale `f` stands for the real
//! number `X · 2^-f`; pixels enter as `0…255` with scale 0. [`Model::run`] is the only meaning of a
//! network in this project: every program that runs or proves a network calls it. Only tests
//! implement it again, for comparison.
//!
//! * No floating point, no panic, no threads, `no_std`.
//! * Nothing overflows: every tensor has bounds, found from the weights by interval arithmetic (see
//!   [`Interval`]), and a graph whose bounds leave 62 bits is refused when it is built.
//! * A `.zkl` file ([`Model::decode`]) is checked as strictly as a graph that is made in memory.
//!
//! ```
//! use zklens_model::{Colour, Dense, GraphBuilder, Model, Op, Pixels, Preprocessing, Resize, Weights};
//!
//! // Which of two pixels is brighter?
//! let preprocessing = Preprocessing {
//!     height: 1, width: 2, colour: Colour::Luma, resize: Resize::Nearest, invert: false,
//! };
//! let mut graph = GraphBuilder::new(preprocessing)?;
//! let identity = Dense { weights: Weights::new(vec![1, 0, 0, 1]), weight_scale: 0, bias: vec![0, 0] };
//! let flat = graph.push(Op::flatten(2), &[GraphBuilder::INPUT])?;
//! graph.push(Op::Dense(identity), &[flat])?;
//! let classes = ["left", "right"].map(String::from).to_vec();
//! let model = Model::new("brighter", classes, graph.finish()?)?;
//!
//! let pixels = Pixels::new([1, 1, 2], vec![7, 200]).expect("two values for two pixels");
//! assert_eq!(model.run(&pixels)?.classification().label(), 1);
//! assert_eq!(Model::decode(&model.encode())?, model);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![no_std]
#![forbid(unsafe_code)]
#![deny(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::unreachable,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::float_arithmetic,
    clippy::wildcard_enum_match_arm,
    clippy::too_many_lines,
    clippy::too_many_arguments
)]

extern crate alloc;

mod file;
mod graph;
mod interval;
mod model;
mod ops;
mod preprocessing;
mod rice;
mod shape;
mod view;
mod weights;
mod window;

pub use file::{COMPACT_FILE_VERSION, FILE_VERSION, FileError, MAX_FILE_BYTES};
pub use graph::{Graph, GraphBuilder, GraphError, Node, NodeId, Tensor};
pub use interval::Interval;
pub use model::{Classification, InputError, Model, ModelError, Trace};
pub use ops::*;
pub use preprocessing::{Colour, Crop, Filter, Pixels, Preprocessing, Resize, View};
pub use shape::Shape;
pub use weights::Weights;
pub use window::{Axis, Taps, Window};

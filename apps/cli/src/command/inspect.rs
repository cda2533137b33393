//! `zklens inspect`: what is inside a model.

use crate::args::InspectArguments;
use crate::failure::Failure;
use crate::output::say;
use crate::{model_file, output};
use serde::Serialize;
use std::process::ExitCode;
use zklens_model::{Colour, Model, Node, Preprocessing, Resize};

/// A model in a few lines.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Summary {
    pub(crate) name: String,
    pub(crate) digest: String,
    pub(crate) input: String,
    pub(crate) classes: Vec<String>,
    pub(crate) parameters: usize,
    nodes: Vec<NodeSummary>,
}

#[derive(Debug, Serialize)]
struct NodeSummary {
    operator: &'static str,
    inputs: Vec<usize>,
    shape: String,
    scale: i32,
    bounds: [i64; 2],
    parameters: usize,
}

impl Summary {
    pub(crate) fn of(model: &Model) -> Self {
        let node = |node: &Node| NodeSummary {
            operator: node.op().name(),
            inputs: node.inputs().to_vec(),
            shape: node.tensor().shape.to_string(),
            scale: node.tensor().scale,
            bounds: [node.tensor().bounds.lo, node.tensor().bounds.hi],
            parameters: node.op().parameters(),
        };
        Self {
            name: model.name().into(),
            digest: output::hex(&model.digest()),
            input: describe(model.preprocessing()),
            classes: model.classes().to_vec(),
            parameters: model.parameters(),
            nodes: model.graph().nodes().iter().map(node).collect(),
        }
    }
}

pub(crate) fn run(arguments: &InspectArguments) -> Result<ExitCode, Failure> {
    let summary = Summary::of(&model_file::load(&arguments.model)?);
    if arguments.json {
        output::print_json(&summary)?;
        return Ok(ExitCode::SUCCESS);
    }
    say!("name        {}", summary.name);
    say!("digest      {}", summary.digest);
    say!("input       {}", summary.input);
    say!("classes     {}", summary.classes.join(", "));
    say!("parameters  {}", summary.parameters);
    say!(
        "\n{:>4}  {:<12} {:<10} {:>10} {:>6} {:>26} {:>11}",
        "node",
        "operator",
        "inputs",
        "shape",
        "scale",
        "bounds",
        "parameters"
    );
    for (id, node) in summary.nodes.iter().enumerate() {
        let inputs: Vec<_> = node.inputs.iter().map(ToString::to_string).collect();
        let [lo, hi] = node.bounds;
        say!(
            "{id:>4}  {:<12} {:<10} {:>10} {:>6} {:>26} {:>11}",
            node.operator,
            inputs.join(", "),
            node.shape,
            node.scale,
            format!("{lo}…{hi}"),
            node.parameters
        );
    }
    say!("\nA value X at scale f stands for X / 2^f. Bounds hold for every image.");
    Ok(ExitCode::SUCCESS)
}

fn describe(preprocessing: &Preprocessing) -> String {
    let colour = match preprocessing.colour {
        Colour::Luma => "luma",
        Colour::Rgb => "RGB",
    };
    let resize = match preprocessing.resize {
        Resize::Nearest => "nearest neighbour",
        Resize::Box => "box average",
    };
    let inverted = if preprocessing.invert {
        ", inverted"
    } else {
        ""
    };
    format!(
        "{}×{} {colour}, {resize}{inverted}",
        preprocessing.height, preprocessing.width
    )
}

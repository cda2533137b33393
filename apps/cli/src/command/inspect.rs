//! `zklens inspect`: what is inside a model; proofs and keys have files of their own.

use super::{inspect_key, inspect_proof, sp1_inspect};
use crate::args::InspectArguments;
use crate::failure::{EXIT_INPUT, Failure};
use crate::output::say;
use crate::setup_file::SetupFile;
use crate::{files, keys, model_file, output};
use serde::Serialize;
use std::io::Read;
use std::path::Path;
use std::process::ExitCode;
use zklens_model::{Colour, Model, Node, Preprocessing, Resize};
use zklens_prover::Layout;

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

/// A model with its id, or why it has none.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct WithId {
    #[serde(flatten)]
    summary: Summary,
    model_id: Option<String>,
    /// The model laid out for a chain, as `--for-chain` says.
    model_id_for_chain: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_provable: Option<String>,
}

pub(crate) fn run(arguments: &InspectArguments) -> Result<ExitCode, Failure> {
    let path = Path::new(&arguments.subject);
    let setup = arguments.setup.setup.as_deref();
    match &magic(&arguments.subject) {
        b"ZKLP" => inspect_proof::run(path, setup, arguments.json)?,
        &zklens_sp1::PROOF_MAGIC => sp1_inspect::run(path, arguments.json)?,
        b"ZKLK" => inspect_key::run_verifying(path, arguments.json)?,
        b"ZKLX" => inspect_key::run_proving(path, setup, arguments.json)?,
        &zklens_ceremony::MAGIC => {
            let failure = Failure::new(EXIT_INPUT, path.display(), "this is a setup");
            return Err(failure.with_help("`zklens setup verify FILE` checks it"));
        }
        _ => model(arguments)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The first bytes of what is to be inspected, if it is a file and not a shipped model.
fn magic(subject: &str) -> [u8; 4] {
    let mut magic = [0; 4];
    let path = Path::new(subject);
    if zklens_models::find(subject).is_none() && path.is_file() {
        // What cannot be read fails again where that is reported.
        let _ = files::open(path).map(|mut file| file.read_exact(&mut magic));
    }
    magic
}

fn model(arguments: &InspectArguments) -> Result<(), Failure> {
    let model = model_file::load(&arguments.subject)?;
    let setup = SetupFile::for_proofs(arguments.setup.setup.as_deref())?.setup()?;
    let summary = Summary::of(&model);
    let id_for = |layout| {
        let key = keys::derive(&setup, model.clone(), layout)?;
        Ok::<_, Failure>(key.verifying().id().to_string())
    };
    let (model_id, not_provable) = match id_for(Layout::Fast) {
        Ok(id) => (Some(id), None),
        Err(failure) => (None, Some(failure.message().to_owned())),
    };
    let described = WithId {
        summary,
        model_id,
        model_id_for_chain: id_for(Layout::Chain).ok(),
        not_provable,
    };
    if arguments.json {
        return output::print_json(&described);
    }
    print(&described)
}

fn print(described: &WithId) -> Result<(), Failure> {
    let summary = &described.summary;
    say!("name        {}", summary.name);
    say!("digest      {}", summary.digest);
    match (&described.model_id, &described.not_provable) {
        (Some(id), _) => say!("model id    {id}"),
        (None, why) => say!("model id    none: {}", why.as_deref().unwrap_or_default()),
    }
    if let Some(id) = &described.model_id_for_chain {
        say!("  for chain {id}");
    }
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
    Ok(())
}

/// A model's input in words.
pub(crate) fn describe(preprocessing: &Preprocessing) -> String {
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

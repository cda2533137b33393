//! `zklens inspect`: recognises the kind of a file, and shows models; proofs and keys have files of their own.

mod key;
mod proof;

use super::sp1;
use crate::args::InspectArguments;
use crate::cost::say_cost;
use crate::failure::{EXIT_INPUT, Failure};
use crate::files::setup::SetupFile;
use crate::output::say;
use crate::{files, keys, output};
use serde::Serialize;
use std::path::Path;
use std::process::ExitCode;
use zklens_answers::ProofCost;
use zklens_commitment::Setup;
use zklens_model::{Model, Node};
use zklens_prover::Target;

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
            input: zklens_answers::input(model.preprocessing()),
            classes: model.classes().to_vec(),
            parameters: model.parameters(),
            nodes: model.graph().nodes().iter().map(node).collect(),
        }
    }
}

/// A model with its ids, or the reason why it has none.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WithId {
    #[serde(flatten)]
    pub(crate) summary: Summary,
    pub(crate) model_id: Option<String>,
    /// The id of the model laid out for a chain, as with `--for-chain`.
    model_id_for_chain: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_provable: Option<String>,
    /// The cost of a proof about one image, if the model can be proved.
    proof_cost: Option<ProofCost>,
}

pub(crate) fn run(arguments: &InspectArguments) -> Result<ExitCode, Failure> {
    let path = Path::new(&arguments.subject);
    let setup = arguments.setup.setup.as_deref();
    let is_shipped = zklens_models::find(&arguments.subject).is_some();
    let magic = if is_shipped {
        Default::default()
    } else {
        files::magic(path, keys::MAX_KEY_BYTES)?
    };
    match magic {
        zklens_verifier::PROOF_MAGIC => proof::run(path, setup, arguments.json)?,
        zklens_sp1::PROOF_MAGIC => sp1::inspect::run(path, arguments.json)?,
        zklens_verifier::KEY_MAGIC => key::run_verifying(path, arguments.json)?,
        zklens_prover::PROVING_KEY_MAGIC => key::run_proving(path, setup, arguments.json)?,
        zklens_ceremony::MAGIC => {
            let failure = Failure::new(EXIT_INPUT, path.display(), "this is a setup");
            return Err(failure.with_help("`zklens setup verify FILE` checks it"));
        }
        _ => model(arguments)?,
    }
    Ok(ExitCode::SUCCESS)
}

impl WithId {
    /// The model without its ids.
    pub(crate) fn not_derived(model: &Model) -> Self {
        Self {
            summary: Summary::of(model),
            model_id: None,
            model_id_for_chain: None,
            not_provable: None,
            proof_cost: None,
        }
    }

    /// Derives the model's keys, which takes a moment.
    pub(crate) fn of(model: &Model, setup: &Setup) -> Self {
        let id_for = |target| {
            let key = keys::derive(setup, model.clone(), target)?;
            Ok::<_, Failure>(output::model_id(&key.verifying().id()))
        };
        let (model_id, not_provable) = match id_for(Target::Native) {
            Ok(id) => (Some(id), None),
            Err(failure) => (None, Some(failure.message().to_owned())),
        };
        Self {
            summary: Summary::of(model),
            model_id,
            model_id_for_chain: id_for(Target::Evm).ok(),
            not_provable,
            proof_cost: keys::proof_cost(model, setup.verifier()).ok(),
        }
    }
}

fn model(arguments: &InspectArguments) -> Result<(), Failure> {
    let model = files::model::load(&arguments.subject)?;
    let setup = SetupFile::for_proofs(arguments.setup.setup.as_deref())?.setup()?;
    let described = WithId::of(&model, &setup);
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
    say!("classes     {}", output::classes(&summary.classes));
    say!("parameters  {}", summary.parameters);
    if let Some(cost) = &described.proof_cost {
        say_cost("", cost)?;
    }
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

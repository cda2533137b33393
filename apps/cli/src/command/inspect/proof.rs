//! `zklens inspect PROOF`: the claim of a proof.

use crate::failure::Failure;
use crate::files::setup::SetupFile;
use crate::output::{self, say};
use crate::{files, keys};
use serde::Serialize;
use std::path::Path;
use zklens_answers::{ClaimedImage, opening_fits};
use zklens_prover::ProvingKey;
use zklens_verifier::{ProofFile, Statement};

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Summary {
    kind: &'static str,
    verified: bool,
    model_id: String,
    /// The name of the shipped model with this id.
    model: Option<String>,
    images: Vec<ClaimedImage>,
    context: String,
    /// How many commitments to pixels there are, for all images.
    input_commitments: usize,
    has_opening: bool,
    /// Whether the opening has a value for each input commitment; `None` without an opening. The values are not checked.
    opening_fits: Option<bool>,
    /// How many committed vectors the proof has for witness, mask and helpers, if the model is known.
    rows: Option<usize>,
    proof_bytes: usize,
    file_bytes: usize,
}

pub(crate) fn run(path: &Path, setup: Option<&Path>, json: bool) -> Result<(), Failure> {
    let (proof, file_bytes) = files::proof::read(path)?;
    let setup = SetupFile::for_proofs(setup)?.setup()?;
    let key = keys::shipped(&setup, proof.statement.model)?;
    let summary = summary(&proof, file_bytes, key.as_ref());
    if json {
        output::print_json(&summary)
    } else {
        print(&summary)
    }
}

fn summary(proof: &ProofFile, file_bytes: usize, key: Option<&ProvingKey>) -> Summary {
    let Statement {
        model,
        labels,
        inputs,
        context,
    } = &proof.statement;
    let image = |label: &usize| ClaimedImage {
        label: *label,
        class: key.map(|key| output::class(key.verifying().classes(), *label)),
    };
    let layout = key.and_then(|key| key.layout(labels.len()).ok());
    Summary {
        kind: "proof",
        verified: false,
        model_id: output::model_id(model),
        model: key.map(|key| key.verifying().name().to_owned()),
        images: labels.iter().map(image).collect(),
        context: output::hex_word(context),
        input_commitments: inputs.len(),
        has_opening: proof.opening.is_some(),
        opening_fits: opening_fits(proof),
        rows: layout.map(|layout| layout.vectors.witness.len() + layout.vectors.helpers.len()),
        proof_bytes: proof.proof.len(),
        file_bytes,
    }
}

fn print(summary: &Summary) -> Result<(), Failure> {
    say!("kind        proof");
    say!(
        "model       {}",
        summary
            .model
            .as_deref()
            .unwrap_or("unknown; verify it with --model or --key")
    );
    say!("model id    {}", summary.model_id);
    say!("context     {}", summary.context);
    say!("images      {}", summary.images.len());
    for image in &summary.images {
        match &image.class {
            Some(class) => say!("            label {}, {class}", image.label),
            None => say!("            label {}", image.label),
        }
    }
    match summary.opening_fits {
        Some(true) => {
            say!(
                "opening     inside, not checked: `verify --input-image` checks it against images"
            );
        }
        Some(false) => {
            say!(
                "opening     inside, but broken: it does not fit the proof, and can show no image"
            );
        }
        None => say!("opening     none: {}", output::NO_OPENING),
    }
    if let Some(rows) = summary.rows {
        say!("rows        {rows}");
    }
    say!(
        "size        {} bytes; the proof itself has {}",
        summary.file_bytes,
        summary.proof_bytes
    );
    say!("\nNothing of this is verified: `zklens verify` does that.");
    Ok(())
}

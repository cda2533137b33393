//! `zklens inspect KEY`: the model that a key is of.

use crate::failure::Failure;
use crate::files::setup::SetupFile;
use crate::keys;
use crate::output::{self, say};
use serde::Serialize;
use std::path::Path;
use zklens_verifier::VerifyingKey;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Summary {
    kind: &'static str,
    name: String,
    model_id: String,
    input: String,
    classes: Vec<String>,
    tables: usize,
    rows: usize,
    columns: usize,
    bytes: usize,
}

pub(crate) fn run_verifying(path: &Path, json: bool) -> Result<(), Failure> {
    let key = keys::read_verifying(path)?;
    print(&summary("verifyingKey", &key), json)
}

pub(crate) fn run_proving(path: &Path, setup: Option<&Path>, json: bool) -> Result<(), Failure> {
    let setup = SetupFile::for_proofs(setup)?.setup()?;
    let key = keys::read_proving(path, &setup)?;
    print(&summary("provingKey", key.verifying()), json)
}

fn summary(kind: &'static str, key: &VerifyingKey) -> Summary {
    let classes = 0..key.classes().len();
    Summary {
        kind,
        name: key.name().to_owned(),
        model_id: output::model_id(&key.id()),
        input: zklens_answers::input(key.preprocessing()),
        classes: classes
            .map(|label| output::class(key.classes(), label))
            .collect(),
        tables: key.circuit().tables.len(),
        rows: key.weight_commitments().len(),
        columns: key.columns().count(),
        bytes: key.encode().len(),
    }
}

fn print(summary: &Summary, json: bool) -> Result<(), Failure> {
    if json {
        return output::print_json(summary);
    }
    let is_secret = summary.kind == "provingKey";
    let kind = if is_secret {
        "proving key: a secret, if the weights are"
    } else {
        "verifying key"
    };
    say!("kind        {kind}");
    say!("name        {}", summary.name);
    say!("model id    {}", summary.model_id);
    say!("input       {}", summary.input);
    say!("classes     {}", output::classes(&summary.classes));
    say!("tables      {}", summary.tables);
    say!(
        "rows        {} of {} columns: the weights",
        summary.rows,
        summary.columns
    );
    say!(
        "size        {} bytes{}",
        summary.bytes,
        if is_secret { " for verifiers" } else { "" }
    );
    say!("\nA key can claim any name: compare its model id.");
    Ok(())
}

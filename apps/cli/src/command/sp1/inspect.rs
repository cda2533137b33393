//! `zklens inspect PROOF`: the claim of a proof by SP1.

use crate::failure::Failure;
use crate::files;
use crate::output::{self, say};
use crate::sp1::{self, Seen};
use serde::Serialize;
use std::path::Path;
use zklens_sp1::{MAX_PROOF_FILE_BYTES, Network, ProofFile};

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Summary {
    kind: &'static str,
    verified: bool,
    proof_system: &'static str,
    mock: bool,
    sp1_version: String,
    program_vkey: String,
    /// The claim, if the program is known.
    claim: Option<Seen>,
    /// The reason why there is no claim.
    #[serde(skip_serializing_if = "Option::is_none")]
    claims_nothing: Option<String>,
    public_values: String,
    proof_bytes: usize,
    file_bytes: usize,
}

pub(crate) fn run(path: &Path, json: bool) -> Result<(), Failure> {
    let bytes = files::read(path, MAX_PROOF_FILE_BYTES)?;
    let proof = files::proof::decode_sp1(path, &bytes)?;
    let summary = summary(&proof, bytes.len());
    if json {
        output::print_json(&summary)
    } else {
        print(&summary)
    }
}

fn summary(proof: &ProofFile, file_bytes: usize) -> Summary {
    let (claim, claims_nothing) = match proof.claim() {
        Ok(statement) => {
            let model = match statement.network {
                Network::Shipped(name) => files::model::load(name).ok(),
                Network::Digest(_) => None,
            };
            (Some(Seen::of(&statement, model.as_ref())), None)
        }
        Err(error) => (None, Some(error.to_string())),
    };
    Summary {
        kind: "sp1-proof",
        verified: false,
        proof_system: sp1::system_name(proof.system),
        mock: proof.mock,
        sp1_version: proof.sp1_version.clone(),
        program_vkey: output::hex_word(&proof.vkey),
        claim,
        claims_nothing,
        public_values: output::prefixed_hex(&proof.public_values),
        proof_bytes: proof.proof.len(),
        file_bytes,
    }
}

fn print(summary: &Summary) -> Result<(), Failure> {
    say!("kind          proof of SP1");
    if summary.mock {
        say!("MOCK          it proves nothing");
    }
    match (&summary.claim, &summary.claims_nothing) {
        (Some(seen), _) => {
            say!("image         {}", seen.ipfs_uri);
            say!("label         {}", seen.label);
            if let Some(class) = &seen.class {
                say!("class         {class}");
            }
            let unknown = "unknown; verify it with --model";
            say!("model         {}", seen.model.as_deref().unwrap_or(unknown));
            say!("model digest  {}", seen.model_digest);
            say!("program       {}", seen.program);
        }
        (None, why) => say!("claim         none: {}", why.as_deref().unwrap_or_default()),
    }
    say!("program vkey  {}", summary.program_vkey);
    say!(
        "system        {}, SP1 circuits {}",
        summary.proof_system,
        output::printable(&summary.sp1_version)
    );
    say!(
        "size          {} bytes; the proof itself has {}",
        summary.file_bytes,
        summary.proof_bytes
    );
    say!("\nNothing of this is verified: `zklens verify` does that.");
    Ok(())
}

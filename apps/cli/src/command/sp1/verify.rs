//! `zklens verify` of a proof of SP1.

use crate::args::{Engine, VerifyArguments, given};
use crate::failure::{EXIT_REFUSED, Failure};
use crate::output::{printable, say};
use crate::sp1::{self, ImageBytes, Seen};
use crate::stages::spinning;
use crate::{files, output};
use serde::Serialize;
use std::process::ExitCode;
use zklens_model::Model;
use zklens_sp1::{Network, Statement};

/// A proof that is true, as `--json` prints it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Verification {
    verified: bool,
    engine: &'static str,
    proof_system: &'static str,
    #[serde(flatten)]
    seen: Seen,
    model_known_by: KnownBy,
    /// The file that was compared.
    file: Option<String>,
}

/// How the network of the proof is known.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
enum KnownBy {
    /// The program contains it, and it comes with zklens.
    Shipped,
    /// It was given, and has the digest that was proved.
    Model,
    /// Only its digest is known.
    Digest,
}

pub(crate) fn run(arguments: &VerifyArguments, file: &[u8]) -> Result<ExitCode, Failure> {
    let verification = verification(arguments, file)?;
    if arguments.json {
        output::print_json(&verification)?;
    } else {
        print(&verification)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn verification(arguments: &VerifyArguments, file: &[u8]) -> Result<Verification, Failure> {
    Engine::Sp1.refuse(&[
        given("--key", arguments.key.is_some()),
        given("--context", arguments.context.is_some()),
        given("--setup", arguments.setup.setup.is_some()),
    ])?;
    let name = files::name(&arguments.proof);
    let proof = files::proof::decode_sp1(&arguments.proof, file)?;
    let model = arguments
        .model
        .as_deref()
        .map(files::model::load)
        .transpose()?;
    let image = if arguments.input_image.is_empty() {
        None
    } else {
        Some(ImageBytes::read_one(&arguments.input_image)?)
    };
    if let Some(image) = &image {
        let is_upright = |model: &Model| model.preprocessing().is_upright();
        image.note_orientation(model.as_ref().is_some_and(is_upright));
    }
    let verified = spinning("verifying", || sp1::verify(&proof, &name, false))?;
    let statement = verified.statement();
    let (model, known_by) =
        network(statement, model).map_err(|cause| Failure::new(EXIT_REFUSED, &name, cause))?;
    if let Some(image) = &image {
        compare(image, statement)?;
    }
    Ok(Verification {
        verified: true,
        engine: "sp1",
        proof_system: sp1::system_name(proof.system),
        seen: Seen::of(statement, model.as_ref()),
        model_known_by: known_by,
        file: image.map(|image| image.name),
    })
}

/// The network of a statement, if it is known; an error if `given` is a different network.
fn network(
    statement: &Statement,
    given: Option<Model>,
) -> Result<(Option<Model>, KnownBy), String> {
    let another = |proved: &str, given: &Model| {
        let name = given.name();
        let digest = output::hex(&given.digest());
        format!("the proof is about {proved}, not about {name}, which has digest {digest}")
    };
    match (statement.network, given) {
        (Network::Shipped(name), given) => {
            let shipped =
                files::model::load(name).map_err(|failure| failure.message().to_owned())?;
            match given {
                Some(given) if given.digest() != shipped.digest() => Err(another(name, &given)),
                _ => Ok((Some(shipped), KnownBy::Shipped)),
            }
        }
        (Network::Digest(digest), Some(given)) if given.digest() == digest => {
            Ok((Some(given), KnownBy::Model))
        }
        (Network::Digest(digest), Some(given)) => {
            let proved = format!("the network with digest {}", output::hex(&digest));
            Err(another(&proved, &given))
        }
        (Network::Digest(_), None) => Ok((None, KnownBy::Digest)),
    }
}

fn compare(image: &ImageBytes, statement: &Statement) -> Result<(), Failure> {
    if image.ipfs_uri == statement.ipfs_uri {
        return Ok(());
    }
    let cause = format!(
        "this is a different file: its address is {}, the proof is about {}",
        image.ipfs_uri, statement.ipfs_uri
    );
    Err(Failure::new(EXIT_REFUSED, &image.name, cause))
}

fn print(verification: &Verification) -> Result<(), Failure> {
    let seen = &verification.seen;
    output::say_true("The proof is true.")?;
    say!("image:         {}", seen.ipfs_uri);
    if let Some(file) = &verification.file {
        say!("               which is {}", printable(file));
    }
    say!("label:         {}", seen.label);
    say!("class:         {}\n", seen.class());
    match (&seen.model, verification.model_known_by) {
        (Some(model), KnownBy::Shipped) => {
            say!("model:         {model}, which comes with zklens and is part of the program");
        }
        (Some(model), _) => {
            say!("model:         {model}, the one given; it has the digest that was proved");
        }
        (None, _) => {
            say!(
                "model:         compare its digest with one that you trust, or give it by --model"
            );
        }
    }
    say!("model digest:  {}", seen.model_digest);
    say!("program:       {}", seen.program);
    say!("program vkey:  {}", seen.program_vkey);
    say!("system:        {}", verification.proof_system);
    Ok(())
}

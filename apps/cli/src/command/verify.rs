//! `zklens verify`: proof → labels, if it is true.

use super::sp1;
use crate::args::{Engine, VerifyArguments};
use crate::failure::{EXIT_MODEL, EXIT_REFUSED, EXIT_USAGE, Failure};
use crate::files::image::ImageFile;
use crate::files::setup::SetupFile;
use crate::output::say;
use crate::{files, keys, output};
use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use zklens_answers::{Compared, KnownBy, Shown, Verification};
use zklens_commitment::Setup;
use zklens_verifier::{Context, ProofFile, Verified, VerifyError, VerifyingKey, verify};

pub(crate) fn run(arguments: &VerifyArguments) -> Result<ExitCode, Failure> {
    let file = files::proof::read_any(&arguments.proof)?;
    match files::proof::engine(arguments, &file)? {
        Engine::Native => {}
        Engine::Sp1 => return sp1::verify::run(arguments, &file),
    }
    let verification = verification(arguments, &file)?;
    if arguments.json {
        output::print_json(&verification)?;
    } else {
        print(&verification)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn verification(arguments: &VerifyArguments, file: &[u8]) -> Result<Verification, Failure> {
    let proof = files::proof::decode(&arguments.proof, file)?;
    let refused =
        |cause: &dyn Display| Failure::new(EXIT_REFUSED, files::name(&arguments.proof), cause);
    if let Some(expected) = arguments.context {
        check_context(&expected, &proof.statement.context).map_err(|cause| refused(&cause))?;
    }
    let paths = files::expand(&arguments.input_image)?;
    check_opening(&proof, paths.len(), &arguments.proof)?;

    let setup = SetupFile::for_proofs(arguments.setup.setup.as_deref())?;
    let verifier = setup.verifier()?;
    // Decoding the powers takes longer than verifying, so it is left out where it can be.
    let needs_powers = arguments.key.is_none() || !paths.is_empty();
    let powers = needs_powers.then(|| setup.setup()).transpose()?;
    let (key, known_by) = key(arguments, &proof, powers.as_ref())?;
    if proof.statement.model != key.id() {
        let cause = format!(
            "the proof is about model {}, not about {}, which is {}",
            output::model_id(&proof.statement.model),
            key.name(),
            output::model_id(&key.id())
        );
        return Err(refused(&cause));
    }
    let outcome = verify(&verifier, &key, proof.statement.clone(), &proof.proof);
    let verified = outcome.map_err(|error| refused(&format!("the proof is false: {error}")))?;
    let files = match &powers {
        Some(setup) => compare(&verified, setup, &key, &proof, &paths)?,
        None => Vec::new(),
    };
    let answer = Verification::new(&verified, &proof, &key, known_by, files);
    Ok(answer.with_context_checked(arguments.context.is_some()))
}

fn check_context(expected: &Context, got: &Context) -> Result<(), String> {
    if expected == got {
        return Ok(());
    }
    Err(format!(
        "the proof is made for a different context: expected {}, got {}",
        output::hex_word(expected),
        output::hex_word(got)
    ))
}

/// If files are given, checks that the proof has an opening and that there is one file for every image.
fn check_opening(proof: &ProofFile, files: usize, path: &Path) -> Result<(), Failure> {
    let images = proof.statement.labels.len();
    if files == 0 {
        return Ok(());
    }
    if proof.opening.is_none() {
        let cause = "the images are hidden: the file has no opening to compare them with";
        let failure = Failure::new(EXIT_REFUSED, files::name(path), cause);
        return Err(failure.with_help(
            "only `zklens prove --public` puts one in; without --input-image the rest is verified",
        ));
    }
    if files != images {
        let cause = format!("the proof is about {images} images, --input-image gives {files}");
        let failure = Failure::new(EXIT_USAGE, files::name(path), cause);
        return Err(failure.with_help("give all images, in the order in which they were proved"));
    }
    Ok(())
}

fn key(
    arguments: &VerifyArguments,
    proof: &ProofFile,
    setup: Option<&Setup>,
) -> Result<(VerifyingKey, KnownBy), Failure> {
    if let Some(path) = &arguments.key {
        return Ok((keys::read_verifying(path)?, KnownBy::Key));
    }
    let id = proof.statement.model;
    let unknown = || {
        let cause = "the proof is about a network that does not come with zklens";
        let failure = Failure::new(
            EXIT_MODEL,
            format!("model {}", output::model_id(&id)),
            cause,
        );
        failure
            .with_help("give the network by --model NET.zkl, or its verifying key by --key NET.zkk")
    };
    let setup = setup.ok_or_else(unknown)?;
    match &arguments.model {
        Some(name) => {
            let key = keys::derive_for(setup, files::model::load(name)?, id)?;
            let is_shipped = zklens_models::find(name).is_some();
            let known_by = if is_shipped {
                KnownBy::Shipped
            } else {
                KnownBy::Model
            };
            Ok((key.verifying().clone(), known_by))
        }
        None => {
            let key = keys::shipped(setup, id)?.ok_or_else(unknown)?;
            Ok((key.verifying().clone(), KnownBy::Shipped))
        }
    }
}

/// Compares every file with the image that was classified. Without files or an opening, compares nothing.
fn compare(
    verified: &Verified,
    setup: &Setup,
    key: &VerifyingKey,
    proof: &ProofFile,
    paths: &[PathBuf],
) -> Result<Vec<Compared>, Failure> {
    let (false, Some(opening)) = (paths.is_empty(), &proof.opening) else {
        return Ok(Vec::new());
    };
    let files = ImageFile::read_all(paths, key.preprocessing())?;
    let pixels: Vec<_> = files.iter().map(|file| file.pixels.clone()).collect();
    verified
        .check_pixels(setup, key, &pixels, opening)
        .map_err(|error| other_image(error, &files))?;
    let compared = files.into_iter().map(|file| Compared {
        file: Some(file.name),
        ipfs_uri: file.cid.ipfs_uri(),
    });
    Ok(compared.collect())
}

/// The failure of a comparison: it names the file that differs, or the files that cannot be told apart.
fn other_image(error: VerifyError, files: &[ImageFile]) -> Failure {
    let VerifyError::OtherPixels { first, last } = error else {
        return Failure::new(EXIT_REFUSED, "the images", error);
    };
    let name = |image: usize| files.get(image).map_or("?", |file| &file.name);
    if first == last {
        let cause = format!(
            "these are not the pixels of image {} of the proof",
            first + 1
        );
        return Failure::new(EXIT_REFUSED, name(first), cause);
    }
    let files = format!("{} … {}", name(first), name(last));
    let cause = format!(
        "these are not images {} to {} of the proof: at least one has different pixels, or the order is different",
        first + 1,
        last + 1
    );
    Failure::new(EXIT_REFUSED, files, cause)
}

fn print(verification: &Verification) -> Result<(), Failure> {
    output::say_true("The proof is true.")?;
    for image in &verification.images {
        let shown = match (&image.file, image.shown) {
            (Some(compared), _) => &format!(
                "{}, whose pixels were classified",
                output::printable(compared.file.as_deref().unwrap_or_default())
            ),
            (None, Shown::NotCompared) => {
                "not compared; the file carries an opening: give --input-image to check it against an image"
            }
            (None, Shown::Broken) => {
                "not compared; the file carries an opening that does not fit the proof, and can show no image"
            }
            (None, _) => "hidden",
        };
        say!("image:    {shown}");
        if let Some(compared) = &image.file {
            say!("          {}", compared.ipfs_uri);
        }
        say!("label:    {}", image.label);
        say!("class:    {}\n", image.class);
    }
    let known_by = match verification.model_known_by {
        KnownBy::Shipped => "which comes with zklens; the model id is derived from it",
        KnownBy::Model => "the one given; the model id is derived from it",
        KnownBy::Key => "as the key calls itself; compare the model id with one that you trust",
    };
    say!("model:    {}, {known_by}", verification.model);
    say!("model id: {}", verification.model_id);
    let context = &verification.context;
    if verification.context_checked {
        say!("context:  {context}, as asked for");
    } else if *context == output::hex_word(&Context::default()) {
        say!("context:  none; anyone who has this proof can use it anywhere");
    } else {
        say!("context:  {context}, not compared; see --context");
    }
    Ok(())
}

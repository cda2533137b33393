//! Every answer to the byte: programs read them.

use serde::Serialize;
use std::time::Duration;
use zklens_answers::{
    ClaimedImage, Compared, Execution, KnownBy, LayoutName, NO_NAME, ProofSummary, SentProof,
    Source, Times, Verification, WrittenProof, class, javascript, opening_fits,
};
use zklens_commitment::VerifierSetup;
use zklens_model::{Model, Pixels};
use zklens_verifier::{ProofFile, Verified, VerifyingKey, verify};

const PROOF: &[u8] = include_bytes!("../../../vectors/proofs/v1/mnist-cnn.zkp");
const KEY: &[u8] = include_bytes!("../../../vectors/proofs/v1/mnist-cnn.zkk");
const ADDRESS: &str = "ipfs://QmWjtPo46BPrRdWQTPgXVbet1mwa29XrzznEWnVBgqUX9V";

fn json(answer: &impl Serialize) -> String {
    serde_json::to_string(answer).unwrap()
}

fn key() -> VerifyingKey {
    VerifyingKey::decode(KEY).unwrap()
}

fn proof() -> ProofFile {
    ProofFile::decode(PROOF).unwrap()
}

fn evidence() -> Verified {
    let setup = VerifierSetup::decode(&zklens_setup::TAU_G2).unwrap();
    let ProofFile {
        statement, proof, ..
    } = proof();
    verify(&setup, &key(), statement, &proof).unwrap()
}

/// The id of the golden key, and the context of the golden proof.
fn words() -> (String, String) {
    let word = |bytes: &[u8; 32]| {
        let digits = bytes.iter().map(|byte| format!("{byte:02x}"));
        format!("0x{}", digits.collect::<String>())
    };
    (word(&key().id().0), word(&proof().statement.context))
}

fn black(model: &Model) -> Pixels {
    let preprocessing = model.preprocessing();
    Pixels::new(preprocessing.shape(), vec![0; preprocessing.len()]).unwrap()
}

#[test]
fn an_execution_has_a_file_on_the_command_line_alone() {
    let model = zklens_models::find("mnist-cnn").unwrap().decode().unwrap();
    let result = model.classify(&black(&model)).unwrap();
    let sent = Execution::new(&model, &[0xab; 32], &result, ADDRESS.into());
    let margin = result.margin() as f64 / f64::from(result.scale()).exp2();
    let expected = format!(
        "\"ipfsUri\":\"{ADDRESS}\",\"label\":{},\"class\":\"{}\",\
         \"runnerUp\":{{\"label\":{},\"class\":\"{}\",\"margin\":{}}},\
         \"logits\":{},\"logitScale\":{},\"model\":\"mnist-cnn\",\"modelDigest\":\"{}\"}}",
        result.label(),
        model.classes()[result.label()],
        result.runner_up(),
        model.classes()[result.runner_up()],
        json(&margin),
        json(&result.logits()),
        result.scale(),
        "ab".repeat(32)
    );
    assert_eq!(json(&sent), format!("{{{expected}"));
    let printed = sent.with_file("a.png".into());
    assert_eq!(json(&printed), format!("{{\"file\":\"a.png\",{expected}"));
}

fn summary(sources: Vec<Source>) -> ProofSummary {
    let times = Times {
        proving: Duration::from_millis(1500),
        verifying: Duration::from_millis(250),
    };
    ProofSummary::new(&key(), &proof().statement, sources, true, times)
}

fn source(file: Option<&str>) -> Source {
    Source {
        file: file.map(Into::into),
        ipfs_uri: ADDRESS.into(),
    }
}

#[test]
fn a_written_proof_names_its_file_and_those_of_its_images() {
    let (id, context) = words();
    let answer = WrittenProof {
        file: "a.zkp".into(),
        bytes: 9,
        summary: summary(vec![source(Some("a.png"))]),
    };
    let expected = format!(
        "{{\"file\":\"a.zkp\",\"bytes\":9,\
         \"images\":[{{\"file\":\"a.png\",\"ipfsUri\":\"{ADDRESS}\",\"label\":8,\"class\":\"8\"}}],\
         \"model\":\"mnist-cnn\",\"modelId\":\"{id}\",\"context\":\"{context}\",\"public\":true,\
         \"proveSeconds\":1.5,\"verifySeconds\":0.25}}"
    );
    assert_eq!(json(&answer), expected);
}

#[test]
fn a_sent_proof_has_its_bytes_and_its_layout() {
    let (id, context) = words();
    let answer = SentProof {
        summary: ProofSummary {
            layout: Some(LayoutName::Chain),
            ..summary(vec![source(None)])
        },
        bytes: 3,
        proof: "AAAA".into(),
    };
    let expected = format!(
        "{{\"images\":[{{\"ipfsUri\":\"{ADDRESS}\",\"label\":8,\"class\":\"8\"}}],\
         \"model\":\"mnist-cnn\",\"modelId\":\"{id}\",\"layout\":\"chain\",\"context\":\"{context}\",\
         \"public\":true,\"proveSeconds\":1.5,\"verifySeconds\":0.25,\"bytes\":3,\"proof\":\"AAAA\"}}"
    );
    assert_eq!(json(&answer), expected);
}

fn verification(proof: &ProofFile, compared: Vec<Compared>) -> Verification {
    Verification::new(&evidence(), proof, &key(), KnownBy::Shipped, compared)
}

#[test]
fn a_verification_says_what_was_compared() {
    let (id, context) = words();
    let expected = |image: &str, checked: bool| {
        format!(
            "{{\"verified\":true,\"images\":[{{\"label\":8,\"class\":\"8\",{image}}}],\
             \"model\":\"mnist-cnn\",\"modelId\":\"{id}\",\"modelKnownBy\":\"shipped\",\
             \"context\":\"{context}\",\"contextChecked\":{checked}}}"
        )
    };
    let compared = |file: Option<&str>| Compared {
        file: file.map(Into::into),
        ipfs_uri: ADDRESS.into(),
    };
    let printed = verification(&proof(), vec![compared(Some("a.png"))]).with_context_checked(true);
    let image = format!("\"shown\":\"compared\",\"file\":\"a.png\",\"ipfsUri\":\"{ADDRESS}\"");
    assert_eq!(json(&printed), expected(&image, true));
    let sent = verification(&proof(), vec![compared(None)]);
    let image = format!("\"shown\":\"compared\",\"ipfsUri\":\"{ADDRESS}\"");
    assert_eq!(json(&sent), expected(&image, false));
    let alone = verification(&proof(), Vec::new());
    assert_eq!(json(&alone), expected("\"shown\":\"notCompared\"", false));
}

#[test]
fn an_opening_that_does_not_fit_is_broken_and_a_missing_one_hides_the_image() {
    let shown = |proof: &ProofFile| {
        let answer = serde_json::to_value(verification(proof, Vec::new())).unwrap();
        answer["images"][0]["shown"].clone()
    };
    let mut file = proof();
    assert_eq!(opening_fits(&file), Some(true));
    assert_eq!(shown(&file), "notCompared");
    file.opening.as_mut().unwrap().blindings.pop();
    assert_eq!(opening_fits(&file), Some(false));
    assert_eq!(shown(&file), "broken");
    file.opening = None;
    assert_eq!(opening_fits(&file), None);
    assert_eq!(shown(&file), "hidden");
}

#[test]
fn a_claimed_image_of_an_unknown_network_has_no_class() {
    let image = |class: Option<&str>| ClaimedImage {
        label: 3,
        class: class.map(Into::into),
    };
    assert_eq!(json(&image(Some("cat"))), "{\"label\":3,\"class\":\"cat\"}");
    assert_eq!(json(&image(None)), "{\"label\":3,\"class\":null}");
}

#[test]
fn a_label_without_a_name_says_so() {
    let classes = ["cat".to_owned()];
    assert_eq!(class(&classes, 0), "cat");
    assert_eq!(class(&classes, 1), NO_NAME);
}

#[test]
fn reasons_to_know_a_model_and_layouts_are_words() {
    let reasons = [KnownBy::Shipped, KnownBy::Model, KnownBy::Key];
    assert_eq!(json(&reasons), "[\"shipped\",\"model\",\"key\"]");
    assert_eq!(json(&LayoutName::ALL), "[\"fast\",\"chain\"]");
    for layout in LayoutName::ALL {
        assert_eq!(json(&layout), format!("\"{}\"", layout.name()));
        let layout: zklens_prover::Target = layout.into();
        assert_eq!(
            zklens_prover::Target::from(LayoutName::from(layout)),
            layout
        );
    }
}

#[test]
fn javascript_gets_lists_of_labels_and_classes() {
    let (id, context) = words();
    let verification =
        javascript::Verification::new(&evidence(), &key(), KnownBy::Key, Some(LayoutName::Fast));
    let fields = format!("\"labels\":[8],\"classes\":[\"8\"],\"context\":\"{context}\"");
    let expected = format!(
        "{{\"model\":\"mnist-cnn\",\"modelId\":\"{id}\",\"knownBy\":\"key\",{fields},\"layout\":\"fast\"}}"
    );
    assert_eq!(json(&verification), expected);

    let file = proof();
    let (len, key) = (file.proof.len(), key());
    let known = javascript::Inspection::new(&file, Some((&key, LayoutName::Fast)));
    let rest = format!("\"images\":1,\"public\":true,\"proofBytes\":{len}}}");
    let expected = format!(
        "{{\"modelId\":\"{id}\",\"model\":\"mnist-cnn\",\"layout\":\"fast\",{fields},{rest}"
    );
    assert_eq!(json(&known), expected);
    let unknown = javascript::Inspection::new(&file, None);
    let expected =
        format!("{{\"modelId\":\"{id}\",\"labels\":[8],\"context\":\"{context}\",{rest}");
    assert_eq!(json(&unknown), expected);
}

#[test]
fn javascript_gets_the_pixels_and_probabilities_that_add_up_to_one() {
    let model = zklens_models::find("mnist-cnn").unwrap().decode().unwrap();
    let pixels = black(&model);
    let result = model.classify(&pixels).unwrap();
    let execution = javascript::Execution::new(&model, &result, &pixels);
    let sum: f64 = execution.probabilities.iter().sum();
    assert!((sum - 1.0).abs() < 1e-9, "{sum}");
    let largest = execution.probabilities[result.label()];
    assert!(execution.probabilities.iter().all(|one| *one <= largest));
    let of_pixels = serde_json::to_value(&execution).unwrap();
    assert_eq!(of_pixels["pixels"].as_array().unwrap().len(), 28 * 28);
    assert_eq!(of_pixels.get("ipfsUri"), None);
    let of_file = serde_json::to_value(execution.with_file(ADDRESS.into(), Some(6))).unwrap();
    assert_eq!(of_file["ipfsUri"], ADDRESS);
    assert_eq!(of_file["exifOrientation"], 6);
}

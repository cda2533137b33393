//! `zklens execute --engine sp1`.

use super::stand_in::{
    BAG, MODEL_FILE, SNEAKER, StandIn, address, by_model_file, execution, hex, sneaker, values,
    vkey,
};
use crate::support::{errors, root, text};
use serde_json::Value;
use zklens_sp1::protocol::{Bytes, Failure, FailureKind, Message, Task};

const EXECUTE: [&str; 4] = ["execute", "--engine", "sp1", "-i"];

#[test]
fn prints_what_the_program_says_and_what_it_takes() {
    let stand_in = StandIn::of_sneaker();
    let (printed, _) = stand_in.run(&[&EXECUTE[..], &[SNEAKER]].concat());
    let expected = format!(
        "PublicValuesStruct {{\n    ipfsUri: \"{}\",\n    label: 7,\n}}\n\
         class:         Sneaker\n\
         model:         fashion-mlp\n\
         cycles:        12,345,678\n\
         gas:           9,876,543, SP1's measure of the cost of proving\n\
         program:       fashion-mlp\n\
         program vkey:  {}\n\
         public values: {}\n",
        address(SNEAKER),
        vkey("fashion-mlp"),
        hex(&sneaker())
    );
    assert_eq!(printed, expected);
    let inputs = vec![Bytes(std::fs::read(root().join(SNEAKER)).unwrap())];
    assert_eq!(stand_in.asked("execute").task, Task::Execute { inputs });
}

#[test]
fn counts_the_instructions_of_stages_when_verbose() {
    let stand_in = StandIn::of_sneaker();
    let (_, errors) = stand_in.run(&[&EXECUTE[..], &[SNEAKER, "-v"]].concat());
    let expected = "7_sneaker.jpg: cid 400, pixels 5,000, total 12,345,678 cycles";
    assert!(errors.contains(expected), "{errors}");
}

#[test]
fn a_model_file_is_read_by_the_program_for_all() {
    let stand_in = StandIn::that_says("any-model", by_model_file());
    let (printed, _) = stand_in.run(&[&EXECUTE[..], &[SNEAKER, "-m", MODEL_FILE]].concat());
    let digest = hex(&std::fs::read(root().join(MODEL_FILE))
        .unwrap()
        .last_chunk::<32>()
        .unwrap()[..]);
    for part in [
        &format!("{{\n    modelDigest: {digest},\n    ipfsUri: ")[..],
        "class:         3\nmodel:         mnist-cnn\n",
        "program:       any-model\n",
    ] {
        assert!(printed.contains(part), "{printed}");
    }
    let request = stand_in.asked("execute");
    assert_eq!(request.program, "any-model");
    let inputs = [SNEAKER, MODEL_FILE].map(|name| Bytes(std::fs::read(root().join(name)).unwrap()));
    let inputs = inputs.to_vec();
    assert_eq!(request.task, Task::Execute { inputs });
    // The errors of models are those of the other engine.
    let broken = stand_in.0.write("broken.zkl", b"ZKLM");
    let errors = stand_in.failure(3, &[&EXECUTE[..], &[SNEAKER, "-m", &broken]].concat());
    assert!(errors.contains("broken.zkl: "), "{errors}");
}

#[test]
fn one_bad_image_does_not_stop_the_others() {
    let stand_in = StandIn::that_does(
        "read -r request; echo >> \"$folder/calls\"; cat \"$folder/answer-$(grep -c '' \"$folder/calls\")\"",
    );
    let refused = Failure {
        kind: FailureKind::Input,
        message: "no image format is known".into(),
        help: None,
    };
    let noise = stand_in.0.write("noise", b"\0\x01\x02\x03");
    let message = format!("{noise}: no image format is known");
    stand_in.answer("answer-1", &[Message::Failed(refused)]);
    stand_in.answer("answer-2", &[Message::Executed(execution(sneaker()))]);
    stand_in.answer("answer-3", &[Message::Executed(execution(values(BAG, 8)))]);
    let arguments = [
        &EXECUTE[..],
        &[noise.as_str(), SNEAKER, BAG, "nowhere.png", "--json"],
    ]
    .concat();
    let output = stand_in.run_in(&[], &arguments);
    assert_eq!(output.status.code(), Some(1));
    let lines = text(&output);
    let lines: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines[0]["file"], noise);
    assert_eq!(lines[0]["error"]["message"], message);
    assert_eq!(lines[1]["label"], 7);
    assert_eq!(lines[1]["cycles"], 12_345_678);
    assert_eq!(lines[1]["stages"]["pixels"], 5_000);
    assert_eq!(lines[1]["programVkey"], vkey("fashion-mlp"));
    assert_eq!(lines[2]["ipfsUri"], address(BAG));
    assert_eq!(lines[2]["class"], "Bag");
    let missing = lines[3]["error"]["message"].as_str().unwrap();
    assert!(missing.contains("No such file"), "{missing}");
    let errors = errors(&output);
    assert!(errors.contains(&format!("error: {message}")), "{errors}");
    assert!(errors.contains("2 of 4 images failed"), "{errors}");
}

#[test]
fn what_is_wrong_with_sp1_ends_it_all() {
    let stand_in = StandIn::that_does("exit 7");
    let errors = stand_in.failure(6, &[&EXECUTE[..], &[SNEAKER, BAG]].concat());
    assert_eq!(errors.matches("error: ").count(), 1, "{errors}");
    assert!(errors.contains("without an answer"), "{errors}");
}

#[test]
fn a_statement_about_another_file_is_noticed() {
    let stand_in = StandIn::of_sneaker();
    let errors = stand_in.failure(6, &[&EXECUTE[..], &[BAG]].concat());
    assert!(
        errors.contains("8_bag.png: its address is ipfs://"),
        "{errors}"
    );
}

#[test]
fn says_how_to_install_what_is_not_there() {
    let arguments = [&EXECUTE[..], &[SNEAKER]].concat();
    let stand_in = StandIn::new();
    let output = stand_in.run_in(&[("ZKLENS_SP1", "/nowhere/zklens-sp1")], &arguments);
    assert_eq!(output.status.code(), Some(6));
    let errors = errors(&output);
    assert!(
        errors.contains("/nowhere/zklens-sp1 cannot be started")
            && errors.contains("cargo install --locked --path crates/sp1/worker"),
        "{errors}"
    );
}

/// Without the variable, it is looked for beside `zklens` and on the path.
#[test]
fn says_so_if_sp1_is_not_installed() {
    let beside = std::path::Path::new(env!("CARGO_BIN_EXE_zklens")).with_file_name("zklens-sp1");
    if beside.exists() {
        return;
    }
    let arguments = [&EXECUTE[..], &[SNEAKER]].concat();
    let stand_in = StandIn::new();
    let output = stand_in.run_in(&[("ZKLENS_SP1", ""), ("PATH", "/nowhere")], &arguments);
    assert_eq!(output.status.code(), Some(6));
    let errors = errors(&output);
    assert!(errors.contains("error: SP1 is not installed"), "{errors}");
    assert!(
        errors.contains("protoc") && errors.contains("ZKLENS_SP1"),
        "{errors}"
    );
}

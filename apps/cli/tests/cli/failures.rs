//! Failures in JSON, and colours.

use crate::support::{Folder, errors, root, text, zklens};
use serde_json::Value;
use std::process::{Command, Output};

/// The only line on standard output, as JSON.
#[track_caller]
fn line(output: &Output) -> Value {
    let text = text(output);
    assert_eq!(text.lines().count(), 1, "{text}");
    serde_json::from_str(&text).unwrap()
}

/// Every command that has `--json`, with an exit code and its kind. `OUT` lies in a folder that is not there.
const FAILING: [(i32, &str, &str); 16] = [
    (1, "input", "prove nowhere.png -o never.zkp"),
    (4, "output", "prove examples/mnist/digit_1.png -o OUT"),
    (1, "input", "verify nowhere.zkp"),
    (3, "model", "execute -m nowhere examples/mnist/digit_1.png"),
    (3, "model", "models nowhere"),
    (3, "model", "inspect nowhere"),
    (
        4,
        "output",
        "import n.onnx --labels a,b --calibration c -o OUT",
    ),
    (1, "input", "evaluate --images nowhere"),
    (4, "output", "keygen -o OUT"),
    (1, "input", "setup verify nowhere.zks"),
    (4, "output", "setup import n.ptau -o OUT"),
    (4, "output", "evm export -o OUT"),
    (6, "service", "evm deploy --rpc-url http://127.0.0.1:9"),
    (
        1,
        "input",
        "evm verify nowhere.zkp --rpc-url http://127.0.0.1:9 --contract 0x0",
    ),
    (
        1,
        "input",
        "evm estimate nowhere.zkp --rpc-url http://127.0.0.1:9 --contract 0x0",
    ),
    (2, "usage", "prove"),
];

#[test]
fn every_command_with_json_fails_in_json() {
    let out = Folder::new().path("none/out");
    for (code, kind, command) in FAILING {
        let command = command.replace("OUT", &out);
        let arguments: Vec<&str> = command.split(' ').chain(["--json"]).collect();
        let output = zklens(&arguments);
        let errors = errors(&output);
        assert_eq!(output.status.code(), Some(code), "{arguments:?} {errors}");
        let value = line(&output);
        let error = &value["error"];
        assert_eq!(error["kind"], kind, "{arguments:?}");
        assert_eq!(error["exitCode"], code, "{arguments:?}");
        let is_verify = arguments[0] == "verify";
        assert_eq!(
            value.get("verified"),
            is_verify.then_some(&Value::Bool(false))
        );
        // The same in words, for people.
        let message = error["message"].as_str().unwrap();
        let first = message.split(['<', ':']).next().unwrap().trim();
        assert!(
            !message.is_empty() && errors.contains(first),
            "{message} {errors}"
        );
    }
}

#[test]
fn arguments_that_make_no_sense_are_named_in_json() {
    let output = zklens(&["prove", "--json", "--context", "zz", "a.png"]);
    assert_eq!(output.status.code(), Some(2));
    let message = line(&output)["error"]["message"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(message.contains("expected 64 hex digits"), "{message}");
    assert!(
        !message.contains("Usage") && !message.contains('\n'),
        "{message}"
    );
    // An image may be called so.
    let output = zklens(&["prove", "--context", "zz", "--", "--json"]);
    assert_eq!(text(&output), "");
    let output = zklens(&["prove", "--json", "--help"]);
    assert!(text(&output).contains("Usage:"));
}

/// Runs a command that fails, with these variables.
fn coloured(variables: &[(&str, &str)], arguments: &[&str]) -> bool {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zklens"));
    for name in ["NO_COLOR", "CLICOLOR_FORCE", "CLICOLOR"] {
        command.env_remove(name);
    }
    let command = command.envs(variables.iter().copied()).args(arguments);
    let output = command.current_dir(root()).output().unwrap();
    assert!(!output.status.success());
    errors(&output).contains("\u{1b}[")
}

#[test]
fn colours_are_for_terminals_unless_they_are_asked_for() {
    for arguments in [&["verify", "nowhere.zkp"][..], &["verify"]] {
        let with = |options: &[&'static str]| [options, arguments].concat();
        assert!(!coloured(&[], arguments));
        assert!(coloured(&[("CLICOLOR_FORCE", "1")], arguments));
        assert!(coloured(&[], &with(&["--color", "always"])));
        assert!(coloured(&[("NO_COLOR", "1")], &with(&["--color=always"])));
        assert!(!coloured(
            &[("CLICOLOR_FORCE", "1")],
            &with(&["--color=never"])
        ));
        assert!(!coloured(&[("NO_COLOR", "1")], &with(&["--color", "auto"])));
    }
}

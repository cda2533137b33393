//! `zklens evm` with the contract that it deploys, on a real node.

#[path = "../../../../crates/evm/tests/chain/anvil.rs"]
mod anvil;

use crate::support::{Folder, errors, root, text};
use anvil::{Anvil, KEY, UNLOCKED};
use serde_json::Value;
use std::process::{Command, Output, Stdio};
use std::time::Duration;
use zklens_evm::chain::{Account, Endpoint, Node, deploy};
use zklens_evm::hex;

const WAIT: Duration = Duration::from_secs(20);
const MODEL: &str = "mnist-cnn";
const IMAGE: &str = "examples/mnist/digit_5.png";
const CONTEXT: &str = "0xc0ffee00000000000000000000000000000000000000000000000000000000c0";

/// The first account of anvil as a keystore with the password `testpassword`.
const KEYSTORE: &str = r#"{"crypto":{"cipher":"aes-128-ctr","cipherparams":{"iv":"000102030405060708090a0b0c0d0e0f"},
"ciphertext":"063273c05b25281406f39837e2a8b212b6ae8ac8ea710cbf00a98c3ae89e053e",
"kdf":"scrypt",
"kdfparams":{"dklen":32,"n":1024,"p":1,"r":8,
"salt":"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"},
"mac":"6cba3d45674e6ecde6f659ee56a8abf4b7d94670f72437b5b72e9f6bbc87d66c"},
"id":"3198bc9c-6672-5ab3-d995-4942343ae5b6","version":3}"#;

/// Runs `zklens evm` with these variables and no others of ours.
fn evm(variables: &[(&str, &str)], arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zklens"));
    for name in ["ETH_RPC_URL", "ETH_PRIVATE_KEY", "ETH_PASSWORD_FILE"] {
        command.env_remove(name);
    }
    let command = command.arg("evm").args(arguments).current_dir(root());
    let command = command.envs(variables.iter().copied()).stdin(Stdio::null());
    command.output().unwrap()
}

fn json(output: &Output) -> Value {
    assert!(output.status.success(), "{}", errors(output));
    serde_json::from_str(&text(output)).unwrap()
}

/// The error of a command that failed with this exit code.
fn failure(code: i32, output: &Output) -> String {
    let errors = errors(output);
    assert_eq!(output.status.code(), Some(code), "{errors}");
    for secret in [&KEY[2..], "testpassword", "secret-key"] {
        assert!(!errors.contains(secret), "{errors}");
    }
    errors
}

/// A proof for a contract, and its bundle.
fn proof(folder: &Folder) -> (String, Value) {
    let path = folder.path("digit.zkp");
    let prove = [
        "prove",
        "-m",
        MODEL,
        "-i",
        IMAGE,
        "--context",
        CONTEXT,
        "-o",
        &path,
    ];
    let bundle = json(&evm(&[], &prove));
    (path, bundle)
}

/// A node with the contract of `MODEL`, and the contract's address.
fn deployed() -> Option<(Anvil, String)> {
    let anvil = Anvil::start(&[])?;
    let variables = [
        ("ETH_RPC_URL", anvil.url.as_str()),
        ("ETH_PRIVATE_KEY", KEY),
    ];
    let deploy = [
        "deploy",
        "--json",
        "-m",
        MODEL,
        "--batches",
        "1,2",
        "--chain-id",
        "31337",
    ];
    let deployed = json(&evm(&variables, &deploy));
    assert_eq!(deployed["batches"], serde_json::json!([1, 2]));
    assert_eq!(deployed["chainId"], 31337);
    Some((anvil, deployed["contract"].as_str().unwrap().to_owned()))
}

#[test]
fn a_bundle_has_what_a_contract_takes() {
    let folder = Folder::new();
    let (path, bundle) = proof(&folder);
    assert_eq!(bundle["model"], MODEL);
    assert_eq!(bundle["labels"], serde_json::json!([5]));
    assert_eq!(bundle["context"], CONTEXT);
    let calldata = bundle["calldata"].as_str().unwrap();
    assert!(calldata.starts_with("0xaad3d321"), "the selector of verify");
    assert_eq!(bundle["calldataBytes"], calldata.len() / 2 - 1);
    for part in ["inputs", "proof", "context"] {
        let part = &bundle[part].as_str().unwrap()[2..];
        assert!(calldata.contains(part), "{part}");
    }
    // The file beside it is an ordinary proof of the same model.
    let verified = crate::support::json(&["verify", "--json", &path]);
    assert_eq!(verified["modelId"], bundle["modelId"]);
}

#[test]
fn a_true_proof_is_verified_and_sent() {
    let Some((anvil, contract)) = deployed() else {
        return;
    };
    let folder = Folder::new();
    let (path, _) = proof(&folder);
    let node = ["--rpc-url", &anvil.url, "--contract", &contract];
    let verify = [&["verify", &path], &node[..]].concat();
    let printed = text(&evm(&[], &verify));
    assert!(
        printed.contains("mnist-cnn; the contract is that of `evm deploy`"),
        "{printed}"
    );
    let estimate = [&["estimate", "--json", &path], &node[..]].concat();
    let estimate = json(&evm(&[], &estimate));
    let parts = ["baseGas", "calldataGas", "executionGas"];
    let sum: u64 = parts
        .iter()
        .map(|part| estimate[part].as_u64().unwrap())
        .sum();
    assert_eq!(estimate["gas"], sum);
    let send = [&verify[..], &["--send", "--json"]].concat();
    let keystore = folder.write("keystore.json", KEYSTORE.as_bytes());
    let password = folder.write("password", b"testpassword\n");
    let by_key = evm(&[("ETH_PRIVATE_KEY", KEY)], &send);
    let by_keystore = [&send[..], &["--keystore", &keystore]].concat();
    let by_keystore = evm(&[("ETH_PASSWORD_FILE", &password)], &by_keystore);
    let by_node = evm(&[], &[&send[..], &["--unlocked", UNLOCKED]].concat());
    for sent in [by_key, by_keystore, by_node].iter().map(json) {
        assert_eq!(sent["verified"], true);
        assert_eq!(sent["images"][0]["class"], "5");
        let used = sent["transaction"]["gasUsed"].as_u64().unwrap();
        assert!(used <= estimate["gas"].as_u64().unwrap());
    }
}

#[test]
fn a_false_proof_is_told_from_all_that_says_nothing_about_it() {
    let Some((anvil, contract)) = deployed() else {
        return;
    };
    let folder = Folder::new();
    let (path, _) = proof(&folder);
    let mut bytes = std::fs::read(&path).unwrap();
    // The context is bound to the proof, and is not checked before.
    let at = bytes
        .windows(3)
        .position(|bytes| bytes == [0xc0, 0xff, 0xee]);
    bytes[at.unwrap() + 5] ^= 1;
    let other = folder.write("other.zkp", &bytes);
    let node = ["--rpc-url", &anvil.url, "--contract", &contract];
    let verify =
        |path: &str, options: &[&str]| evm(&[], &[&["verify", path], &node[..], options].concat());
    let said = failure(5, &verify(&other, &[]));
    assert!(
        said.contains("the contract refuses the proof: it does not prove"),
        "{said}"
    );
    let refused = verify(&other, &["--json"]);
    let printed: Value = serde_json::from_str(&text(&refused)).unwrap();
    assert_eq!(printed["verified"], false);
    let estimate = [&["estimate", &other], &node[..]].concat();
    failure(5, &evm(&[], &estimate));
    let send = ["--send", "--unlocked", UNLOCKED];
    failure(5, &verify(&other, &send));

    let said = failure(6, &verify(&path, &["--chain-id", "1"]));
    assert!(said.contains("on chain 31337, not on chain 1"), "{said}");
    let nowhere = [
        "verify",
        &path,
        "--rpc-url",
        &anvil.url,
        "--contract",
        UNLOCKED,
    ];
    let said = failure(6, &evm(&[], &nowhere));
    assert!(said.contains("there is no contract at 0x7099"), "{said}");
    let fast = folder.path("fast.zkp");
    crate::support::json(&["prove", "--json", "-m", MODEL, "-i", IMAGE, "-o", &fast]);
    let said = failure(6, &verify(&fast, &[]));
    assert!(said.contains("--for-chain"), "{said}");
    let said = failure(5, &verify(&path, &["-m", "fashion-mlp"]));
    assert!(said.contains("not about fashion-mlp"), "{said}");
    let poor = [(
        "ETH_PRIVATE_KEY",
        "4646464646464646464646464646464646464646464646464646464646464646",
    )];
    let send = [&["verify", &path, "--send"], &node[..]].concat();
    let said = failure(6, &evm(&poor, &send));
    assert!(said.contains("has 0.000000000000000000 ETH"), "{said}");
}

#[test]
fn a_contract_that_only_says_that_it_is_of_the_model_is_not_believed() {
    let Some(anvil) = Anvil::start(&[]) else {
        return;
    };
    let folder = Folder::new();
    let (path, bundle) = proof(&folder);
    // It takes every proof for true that is whole words.
    let artifact = include_str!("../../../../crates/evm/tests/stand_in/StandIn.json");
    let artifact: Value = serde_json::from_str(artifact).unwrap();
    let code = hex::decode(artifact["bytecode"].as_str().unwrap()).unwrap();
    let key = hex::decode(bundle["modelId"].as_str().unwrap()).unwrap();
    let endpoint = Endpoint::parse(&anvil.url).unwrap();
    let node = Node::connect(endpoint, WAIT, None).unwrap();
    let account = Account::from_private_key(KEY).unwrap();
    let (contract, _) = deploy(&node, &account, &code, &key, WAIT).unwrap();
    let address = contract.address().to_string();
    let verify = [
        "verify",
        &path,
        "--rpc-url",
        &anvil.url,
        "--contract",
        &address,
    ];
    let said = failure(6, &evm(&[], &verify));
    assert!(said.contains("but holds a different key"), "{said}");
}

#[test]
fn a_node_that_does_not_answer_is_named_without_its_key() {
    let folder = Folder::new();
    let (path, _) = proof(&folder);
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let url = format!("http://{address}/v2/secret-key");
    let verify = ["verify", &path, "--json", "--contract", UNLOCKED];
    let output = evm(&[("ETH_RPC_URL", &url)], &verify);
    let said = failure(6, &output);
    assert!(
        said.contains(&format!("http://{address}: the node cannot be reached")),
        "{said}"
    );
    let printed = text(&output);
    assert!(
        printed.contains("\"error\"") && !printed.contains("verified"),
        "{printed}"
    );
    assert!(!printed.contains("secret-key"), "{printed}");
}

#[test]
fn arguments_that_make_no_sense_are_not_repeated_where_they_are_secret() {
    let deploy = ["deploy", "-m", MODEL];
    let said = failure(2, &evm(&[("ETH_RPC_URL", "secret-key")], &deploy));
    assert!(said.contains("expected the URL of a node"), "{said}");
    let help = evm(
        &[("ETH_RPC_URL", "https://x/secret-key")],
        &["deploy", "--help"],
    );
    assert!(!text(&help).contains("secret-key"));
    let verify = ["verify", "x.zkp", "--contract", UNLOCKED];
    let said = failure(2, &evm(&[], &verify));
    assert!(said.contains("--rpc-url"), "{said}");
    let prove = ["prove", "-i", IMAGE, "--public"];
    let said = failure(2, &evm(&[], &prove));
    assert!(said.contains("--output"), "{said}");
}

#[test]
fn accounts_that_cannot_be_opened_are_refused_without_their_secret() {
    let Some(anvil) = Anvil::start(&[]) else {
        return;
    };
    let folder = Folder::new();
    let deploy = ["deploy", "-m", MODEL, "--rpc-url", &anvil.url];
    let said = failure(2, &evm(&[], &deploy));
    assert!(said.contains("ETH_PRIVATE_KEY"), "{said}");
    let key = format!("{KEY}00");
    let said = failure(2, &evm(&[("ETH_PRIVATE_KEY", &key)], &deploy));
    assert!(
        said.contains("expected a private key of 64 hex digits"),
        "{said}"
    );
    let keystore = folder.write("keystore.json", KEYSTORE.as_bytes());
    let with_keystore = [&deploy[..], &["--keystore", &keystore]].concat();
    let said = failure(2, &evm(&[], &with_keystore));
    assert!(said.contains("--password-file"), "{said}");
    let password = folder.write("password", b"testpassword2\n");
    let wrong = [&with_keystore[..], &["--password-file", &password]].concat();
    let said = failure(1, &evm(&[], &wrong));
    assert!(said.contains("the password does not open"), "{said}");
    let stranger = [
        &deploy[..],
        &["--unlocked", "0x0909090909090909090909090909090909090909"],
    ]
    .concat();
    let said = failure(6, &evm(&[], &stranger));
    assert!(said.contains("holds no unlocked account"), "{said}");
}

#[test]
fn a_model_without_a_contract_is_refused_before_anything_is_asked() {
    let batches = [
        "deploy",
        "-m",
        MODEL,
        "--batches",
        "0",
        "--rpc-url",
        "http://127.0.0.1:1",
    ];
    let said = failure(3, &evm(&[], &batches));
    assert!(said.contains(MODEL), "{said}");
}

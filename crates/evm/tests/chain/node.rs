//! What nodes do that they should not.

use crate::mock::{Mock, Reply};
use serde_json::{Value, json};
use std::time::Duration;
use zklens_evm::Address;
use zklens_evm::chain::{Account, ChainError, Contract, Endpoint, Node, Refusal, deploy};
use zklens_verifier::{ModelId, Statement};

const TIMEOUT: Duration = Duration::from_secs(1);
const CONTRACT: Address = Address::repeat_byte(0xcc);
const MODEL: [u8; 32] = [7; 32];

fn connect(mock: &Mock) -> Result<Node, ChainError> {
    Node::connect(Endpoint::parse(&mock.url).unwrap(), TIMEOUT, Some(1))
}

/// What connecting to a server fails with that answers everything in this way.
fn failure(reply: impl Fn() -> Reply + Send + Sync + 'static) -> String {
    let error = connect(&Mock::new(move |_, _| reply())).unwrap_err();
    let text = error.to_string();
    assert!(!text.contains("key-0123456789"), "{text}");
    text
}

fn statement() -> Statement {
    Statement {
        model: ModelId(MODEL),
        labels: vec![5],
        inputs: vec![vec![zklens_field::generator()]],
        context: [0; 32],
    }
}

fn account() -> Account {
    Account::from_private_key(&"46".repeat(32)).unwrap()
}

fn word(number: u8) -> Reply {
    Reply::Result(json!(format!("0x{number:064x}")))
}

/// Answers as a chain does that verifies: precompiles work, and there is a verifier of `MODEL`.
fn verifier(method: &str, params: &Value) -> Option<Reply> {
    match method {
        "eth_getCode" => Some(Reply::Result(json!("0x00"))),
        "eth_call" => call(&params[0]),
        "eth_estimateGas" => Some(Reply::Result(json!("0x186a0"))),
        "eth_gasPrice" => Some(Reply::Result(json!("0xa"))),
        "eth_getBalance" => Some(Reply::Result(json!("0xde0b6b3a7640000"))),
        "eth_getTransactionCount" => Some(Reply::Result(json!("0x3"))),
        "eth_getBlockByNumber" => Some(Reply::Result(
            json!({ "gasLimit": "0x1c9c380", "baseFeePerGas": "0x7" }),
        )),
        "eth_maxPriorityFeePerGas" => Some(Reply::Result(json!("0x1"))),
        "eth_sendRawTransaction" => Some(word(0xaa)),
        _ => None,
    }
}

fn call(call: &Value) -> Option<Reply> {
    const DOUBLE: &str = "0x030644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd3\
                          15ed738c0e0a7c92e7845f96b2ae9c0a68a6a449e3538fc7ff3ebf7a5a18a2c4";
    let (to, data) = (call["to"].as_str()?, call["data"].as_str()?);
    let last = to.strip_prefix("0x000000000000000000000000000000000000000");
    match (last, &data[..10]) {
        (Some("6" | "7"), _) => Some(Reply::Result(json!(DOUBLE))),
        (Some("8"), _) => Some(word(u8::from(data.len() > 2 + 2 * 192))),
        // modelId()
        (None, "0x43cdaad2") => Some(Reply::Result(json!(format!("0x{}", "07".repeat(32))))),
        (None, _) => Some(word(1)),
        _ => None,
    }
}

/// A node with a verifier, but for what `other` says.
fn node(other: impl Fn(&str, &Value) -> Option<Reply> + Send + Sync + 'static) -> Mock {
    Mock::node(move |method, params| {
        let reply = other(method, params).or_else(|| verifier(method, params));
        reply.unwrap_or_else(|| {
            Reply::Error(json!({ "code": -32601, "message": format!("no {method} here") }))
        })
    })
}

fn verify(mock: &Mock) -> Result<(), ChainError> {
    let node = connect(mock)?;
    Contract::at(&node, CONTRACT)?.verify(&statement(), &[1; 32])
}

fn send(mock: &Mock, wait: Duration) -> Result<(), ChainError> {
    let node = connect(mock)?;
    let contract = Contract::at(&node, CONTRACT)?;
    contract
        .send(&account(), &statement(), &[1; 32], wait)
        .map(drop)
}

fn is(method: &str, expected: &str, reply: Reply) -> Option<Reply> {
    (method == expected).then_some(reply)
}

fn reverted(data: &str) -> Reply {
    Reply::Error(json!({ "code": 3, "message": "execution reverted", "data": data }))
}

#[test]
fn the_mock_is_a_node_with_a_verifier() {
    assert_eq!(verify(&node(|_, _| None)), Ok(()));
}

#[test]
fn an_unreachable_node_is_named_by_its_host_only() {
    // Nobody listens on a port that was just given back.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let url = format!("http://{address}/key-0123456789");
    let error = Node::connect(Endpoint::parse(&url).unwrap(), TIMEOUT, None).unwrap_err();
    assert!(matches!(error, ChainError::Unreachable { .. }), "{error}");
    let text = error.to_string();
    assert!(text.starts_with(&format!("http://{address}: the node cannot be reached")));
    assert!(!text.contains("key-0123456789"), "{text}");
}

#[test]
fn a_silent_node_is_waited_for_no_longer_than_asked() {
    let text = failure(|| Reply::Silence);
    assert!(
        text.ends_with("no answer to eth_chainId within 1 s"),
        "{text}"
    );
}

#[test]
fn a_server_that_lets_nobody_in_is_quoted_by_its_status() {
    for status in [401, 404, 429, 503] {
        let text = failure(move || Reply::Raw(status, "go away"));
        assert!(
            text.ends_with(&format!("with HTTP status {status}")),
            "{text}"
        );
    }
    let text = failure(|| Reply::Raw(307, ""));
    assert!(
        text.ends_with("HTTP status 307"),
        "redirects are not followed: {text}"
    );
}

#[test]
fn a_server_of_another_kind_is_no_node() {
    let text = failure(|| Reply::Raw(200, "<html>welcome</html>"));
    assert!(
        text.ends_with("the answer to eth_chainId is no JSON"),
        "{text}"
    );
    let text = failure(|| Reply::Raw(200, "{\"hello\": 1}"));
    assert!(text.ends_with("is no JSON-RPC"), "{text}");
    let text = failure(|| Reply::Raw(200, "{\"id\": 2, \"result\": \"0x1\"}"));
    assert!(
        text.ends_with("is no JSON-RPC"),
        "the answer to another request: {text}"
    );
    let text = failure(|| Reply::Bytes(b"220 mail.example ESMTP\r\n\r\n"));
    assert!(text.contains("is no HTTP"), "{text}");
    for result in [json!(1), json!("1"), json!("0x"), json!(null), json!("0xg")] {
        let text = failure(move || Reply::Result(result.clone()));
        assert!(text.ends_with("is not the number it should be"), "{text}");
    }
}

#[test]
fn a_refusal_is_repeated_without_the_key_of_the_url() {
    let text = failure(|| {
        Reply::Error(json!({ "code": -32001, "message": "key-0123456789 has\u{7} expired" }))
    });
    assert_eq!(
        text,
        "the node refuses eth_chainId: … has  expired (code -32001)"
    );
}

#[test]
fn a_refusal_counts_whatever_its_http_status() {
    let body = r#"{"id": null, "error": {"code": -32600, "message": "no"}}"#;
    let text = failure(move || Reply::Raw(400, body));
    assert_eq!(text, "the node refuses eth_chainId: no (code -32600)");
}

#[test]
fn another_chain_is_noticed_before_anything_is_asked() {
    let mock = Mock::new(|_, _| Reply::Result(json!("0xaa36a7")));
    let (expected, got) = (1, 11_155_111);
    assert_eq!(
        connect(&mock).unwrap_err(),
        ChainError::WrongChain { expected, got }
    );
}

#[test]
fn a_chain_without_precompiles_is_not_a_false_proof() {
    let mock = node(|method, params| match params[0]["to"].as_str() {
        Some("0x0000000000000000000000000000000000000008") => {
            is(method, "eth_call", Reply::Result(json!("0x")))
        }
        Some("0xcccccccccccccccccccccccccccccccccccccccc") => {
            let data = params[0]["data"].as_str()?;
            let is_proof = data.len() > 10 && method == "eth_call";
            is_proof.then(|| reverted("0x"))
        }
        _ => None,
    });
    let error = verify(&mock).unwrap_err();
    let name = "pairing";
    let address = Address::with_last_byte(8);
    assert_eq!(error, ChainError::NoPrecompile { address, name });
    let node = connect(&mock).unwrap();
    let error = deploy(&node, &account(), &[0], &MODEL, TIMEOUT).unwrap_err();
    assert_eq!(error, ChainError::NoPrecompile { address, name });
}

#[test]
fn a_contract_that_is_no_verifier_is_not_a_false_proof() {
    for answer in ["0x", "0x01", "0xfffe"] {
        let mock = node(move |method, params| {
            let to = params[0]["to"].as_str()?;
            let reply = Reply::Result(json!(answer));
            is(method, "eth_call", reply).filter(|_| to.starts_with("0xcc"))
        });
        let error = verify(&mock).unwrap_err();
        let function = "modelId";
        let address = CONTRACT;
        assert_eq!(error, ChainError::NotAVerifier { address, function });
    }
}

/// A node whose `verify` is false, and which gives this for `check`.
fn false_proof(check: impl Fn() -> Reply + Send + Sync + 'static) -> Mock {
    node(move |method, params| {
        let data = params[0]["data"].as_str().filter(|_| method == "eth_call");
        match data?.get(..10)? {
            "0xaad3d321" => Some(word(0)),
            "0x33348d70" => Some(check()),
            _ => None,
        }
    })
}

#[test]
fn the_reason_of_a_refusal_is_found_where_each_kind_of_node_puts_it() {
    let reason = format!("0xdeadbeef{:064x}", 9);
    let (parity, nested) = (format!("Reverted {reason}"), reason.clone());
    let errors = [
        json!({ "code": 3, "message": "execution reverted", "data": reason }),
        json!({ "code": -32015, "message": "VM execution error.", "data": parity }),
        json!({ "code": -32603, "message": "Error: VM Exception", "data": { "data": nested } }),
    ];
    for error in errors {
        let mock = false_proof(move || Reply::Error(error.clone()));
        let Err(ChainError::Refused(Refusal::Unknown(data))) = verify(&mock) else {
            panic!("refused with a reason");
        };
        assert_eq!(data.len(), 36);
    }
    let silent =
        false_proof(|| Reply::Error(json!({ "code": -32000, "message": "execution reverted" })));
    assert_eq!(verify(&silent), Err(ChainError::Refused(Refusal::Silent)));
}

#[test]
fn a_contract_that_contradicts_itself_is_not_a_false_proof() {
    let mock = false_proof(|| Reply::Result(json!("0x")));
    let address = CONTRACT;
    assert_eq!(verify(&mock), Err(ChainError::Contradiction { address }));
}

#[test]
fn a_chain_older_than_the_contract_is_not_a_false_proof() {
    for message in ["invalid opcode: MCOPY", "EVM error NotActivated"] {
        let error = move || Reply::Error(json!({ "code": -32000, "message": message }));
        let error = verify(&false_proof(error)).unwrap_err();
        assert!(matches!(error, ChainError::OldChain { .. }), "{error}");
    }
}

#[test]
fn lack_of_gas_is_not_a_false_proof() {
    for message in ["out of gas", "gas required exceeds allowance (25000000)"] {
        let error = move || Reply::Error(json!({ "code": -32000, "message": message }));
        let error = verify(&false_proof(error)).unwrap_err();
        assert!(matches!(error, ChainError::OutOfGas { .. }), "{error}");
    }
}

#[test]
fn an_old_chain_gets_a_transaction_of_the_old_kind() {
    let mock = node(|method, _| {
        is(
            method,
            "eth_getBlockByNumber",
            Reply::Result(json!({ "gasLimit": "0x1c9c380" })),
        )
    });
    let error = send(&mock, Duration::ZERO).unwrap_err();
    assert!(matches!(error, ChainError::NotMined { .. }), "{error}");
    let raw = mock.asked("eth_sendRawTransaction");
    let raw = raw[0][0].as_str().unwrap();
    assert!(
        raw.starts_with("0xf9"),
        "a list, not a typed transaction: {raw}"
    );
    let mock = node(|_, _| None);
    let _ = send(&mock, Duration::ZERO);
    let raw = mock.asked("eth_sendRawTransaction");
    assert!(raw[0][0].as_str().unwrap().starts_with("0x02"));
}

#[test]
fn a_node_without_an_opinion_on_tips_is_asked_for_its_price() {
    let mock = node(|method, _| {
        let error = Reply::Error(json!({ "code": -32601, "message": "the method does not exist" }));
        is(method, "eth_maxPriorityFeePerGas", error)
    });
    let error = send(&mock, Duration::ZERO).unwrap_err();
    assert!(matches!(error, ChainError::NotMined { .. }), "{error}");
    assert_eq!(mock.asked("eth_gasPrice").len(), 1);
}

#[test]
fn nothing_is_sent_by_an_account_that_cannot_pay() {
    let mock = node(|method, _| is(method, "eth_getBalance", Reply::Result(json!("0x5"))));
    let error = send(&mock, TIMEOUT).unwrap_err();
    let text = error.to_string();
    // 110,000 gas at 2 × 7 + 1 wei.
    assert!(text.contains("has 0.000000000000000005 ETH"), "{text}");
    assert!(text.ends_with("up to 0.000000000001650000 ETH"), "{text}");
    assert!(mock.asked("eth_sendRawTransaction").is_empty());
}

#[test]
fn nothing_is_sent_that_fits_into_no_block() {
    let mock = node(|method, _| is(method, "eth_estimateGas", Reply::Result(json!("0x1c9c381"))));
    let (needed, limit) = (30_000_001, 30_000_000);
    assert_eq!(
        send(&mock, TIMEOUT),
        Err(ChainError::BlockLimit { needed, limit })
    );
}

#[test]
fn a_number_that_is_taken_is_told_from_a_refusal() {
    let mock = node(|method, _| {
        let error = json!({ "code": -32000, "message": "nonce too low: next nonce 4, tx nonce 3" });
        is(method, "eth_sendRawTransaction", Reply::Error(error))
    });
    let error = send(&mock, TIMEOUT).unwrap_err();
    assert!(
        matches!(error, ChainError::Nonce { nonce: 3, .. }),
        "{error}"
    );
}

#[test]
fn a_transaction_that_waits_is_named_by_its_hash() {
    let mock = node(|method, _| {
        is(
            method,
            "eth_getTransactionReceipt",
            Reply::Result(json!(null)),
        )
    });
    let text = send(&mock, TIMEOUT).unwrap_err().to_string();
    assert!(text.contains("aa is in no block after 1 s"), "{text}");
    assert!(mock.asked("eth_getTransactionReceipt").len() > 2);
}

#[test]
fn a_transaction_that_fails_in_its_block_is_no_success() {
    let mock = node(|method, _| {
        let receipt = json!({ "status": "0x0", "gasUsed": "0x1adb0", "blockNumber": "0x1" });
        is(method, "eth_getTransactionReceipt", Reply::Result(receipt))
    });
    let text = send(&mock, TIMEOUT).unwrap_err().to_string();
    assert!(
        text.ends_with("failed, having used 110000 gas of 110000"),
        "{text}"
    );
}

#[test]
fn a_contract_that_is_too_large_is_told_from_a_refused_key() {
    let mock = node(|method, _| {
        let error = json!({ "code": -32000, "message": "max initcode size exceeded: 60000" });
        is(method, "eth_estimateGas", Reply::Error(error))
    });
    let node = connect(&mock).unwrap();
    let error = deploy(&node, &account(), &[0; 50_000], &[7; 9000], TIMEOUT).unwrap_err();
    assert!(
        matches!(error, ChainError::ContractTooLarge { bytes: 59_088, .. }),
        "{error}"
    );
}

#[test]
fn a_creation_that_makes_nothing_is_no_deployment() {
    let mock = node(|method, _| {
        let receipt = json!({ "status": "0x1", "gasUsed": "0x1", "blockNumber": "0x1" });
        is(method, "eth_getTransactionReceipt", Reply::Result(receipt))
    });
    let node = connect(&mock).unwrap();
    let error = deploy(&node, &account(), &[0], &MODEL, TIMEOUT).unwrap_err();
    assert!(matches!(error, ChainError::NotCreated { .. }), "{error}");
}

#[test]
fn the_price_of_the_calldata_decides_where_execution_is_cheaper() {
    let calldata = zklens_evm::abi::check_calldata(&statement(), &[1; 32]).unwrap();
    let (price, floor) = (
        zklens_evm::gas::calldata_gas(&calldata),
        zklens_evm::gas::floor_gas(&calldata),
    );
    let estimate = |gas: u64| {
        let mock = node(move |method, _| {
            is(
                method,
                "eth_estimateGas",
                Reply::Result(json!(format!("{gas:#x}"))),
            )
        });
        let node = connect(&mock).unwrap();
        let contract = Contract::at(&node, CONTRACT).unwrap();
        contract.estimate(None, &statement(), &[1; 32]).unwrap()
    };
    let cheap = estimate(21_000 + floor);
    assert!(cheap.is_floor);
    assert_eq!((cheap.calldata, cheap.floor), (price, floor));
    let dear = estimate(500_000);
    assert!(!dear.is_floor);
    assert_eq!(dear.execution, 500_000 - 21_000 - price);
}

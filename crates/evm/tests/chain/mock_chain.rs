//! A chain with a verifier, with the faults that a test asks for.

use crate::mock::{Mock, Reply};
use serde_json::{Value, json};
use std::time::Duration;
use zklens_evm::Address;
use zklens_evm::chain::{Account, ChainError, Contract, Endpoint, Node};
use zklens_verifier::{ModelId, Statement};

pub(crate) const TIMEOUT: Duration = Duration::from_secs(1);
pub(crate) const CONTRACT: Address = Address::repeat_byte(0xcc);
pub(crate) const MODEL: [u8; 32] = [7; 32];

pub(crate) fn connect(mock: &Mock) -> Result<Node, ChainError> {
    Node::connect(Endpoint::parse(&mock.url).unwrap(), TIMEOUT, Some(1))
}

pub(crate) fn statement() -> Statement {
    Statement {
        model: ModelId(MODEL),
        labels: vec![5],
        inputs: vec![zklens_field::generator()],
        context: [0; 32],
    }
}

pub(crate) fn account() -> Account {
    Account::from_private_key(&"46".repeat(32)).unwrap()
}

pub(crate) fn word(number: u8) -> Reply {
    Reply::Result(json!(format!("0x{number:064x}")))
}

/// The answers of a chain that verifies: its precompiles work, and it has a verifier of `MODEL`.
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

/// A node with a verifier; `other` replaces some of its answers.
pub(crate) fn node(other: impl Fn(&str, &Value) -> Option<Reply> + Send + Sync + 'static) -> Mock {
    Mock::node(move |method, params| {
        let reply = other(method, params).or_else(|| verifier(method, params));
        reply.unwrap_or_else(|| {
            Reply::Error(json!({ "code": -32601, "message": format!("no {method} here") }))
        })
    })
}

pub(crate) fn verify(mock: &Mock) -> Result<(), ChainError> {
    let node = connect(mock)?;
    Contract::at(&node, CONTRACT)?.verify(&statement(), &[1; 32])
}

pub(crate) fn send(mock: &Mock, wait: Duration) -> Result<(), ChainError> {
    let node = connect(mock)?;
    let contract = Contract::at(&node, CONTRACT)?;
    contract
        .send(&account(), &statement(), &[1; 32], wait)
        .map(drop)
}

pub(crate) fn is(method: &str, expected: &str, reply: Reply) -> Option<Reply> {
    (method == expected).then_some(reply)
}

pub(crate) fn reverted(data: &str) -> Reply {
    Reply::Error(json!({ "code": 3, "message": "execution reverted", "data": data }))
}

/// A node whose `verify` is false and whose `check` gives this.
pub(crate) fn false_proof(check: impl Fn() -> Reply + Send + Sync + 'static) -> Mock {
    node(move |method, params| {
        let data = params[0]["data"].as_str().filter(|_| method == "eth_call");
        match data?.get(..10)? {
            "0xaad3d321" => Some(word(0)),
            "0x33348d70" => Some(check()),
            _ => None,
        }
    })
}

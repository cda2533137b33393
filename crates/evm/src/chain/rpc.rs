//! JSON-RPC over HTTP.

use super::endpoint::Endpoint;
use super::error::ChainError;
use alloy_primitives::{U256, hex};
use serde_json::{Value, json};
use std::time::Duration;
use ureq::Agent;
use ureq::http::StatusCode;

/// No answer is longer, in bytes.
const MAX_ANSWER_BYTES: u64 = 1 << 25;

/// A node's refusal of a request.
#[derive(Debug)]
pub(super) struct RpcError {
    pub(super) code: i64,
    pub(super) message: String,
    /// What a contract reverted with.
    pub(super) data: Option<Vec<u8>>,
}

impl RpcError {
    /// As an error of this method.
    pub(super) fn of(self, method: &'static str) -> ChainError {
        let Self { code, message, .. } = self;
        ChainError::Rpc {
            method,
            code,
            message,
        }
    }

    /// Whether the node says one of these, in small letters.
    pub(super) fn says(&self, phrases: &[&str]) -> bool {
        let message = self.message.to_lowercase();
        phrases.iter().any(|phrase| message.contains(phrase))
    }

    /// Whether the node does not know the method.
    pub(super) fn is_unknown_method(&self) -> bool {
        const METHOD_NOT_FOUND: i64 = -32601;
        self.code == METHOD_NOT_FOUND || self.says(&["method not found", "not supported"])
    }

    /// What a contract reverted with, if that is what happened.
    pub(super) fn revert(&self) -> Option<Vec<u8>> {
        const EXECUTION_REVERTED: i64 = 3;
        if self.is_out_of_gas() || self.is_unknown_opcode() {
            return None;
        }
        let reverted = self.code == EXECUTION_REVERTED || self.says(&["revert"]);
        (reverted || self.data.is_some()).then(|| self.data.clone().unwrap_or_default())
    }

    /// As an error of a call or of an estimate that is no revert.
    pub(super) fn of_execution(self, method: &'static str) -> ChainError {
        let message = self.message.clone();
        if self.is_out_of_gas() {
            ChainError::OutOfGas { method, message }
        } else if self.is_unknown_opcode() {
            ChainError::OldChain { message }
        } else {
            self.of(method)
        }
    }

    fn is_unknown_opcode(&self) -> bool {
        self.says(&["invalid opcode", "bad instruction", "notactivated"])
    }

    pub(super) fn is_out_of_gas(&self) -> bool {
        self.says(&[
            "out of gas",
            "outofgas",
            "gas required exceeds",
            "intrinsic gas",
        ])
    }
}

/// Sends requests to one node.
#[derive(Debug)]
pub(super) struct Client {
    agent: Agent,
    pub(super) endpoint: Endpoint,
    timeout: Duration,
}

impl Client {
    pub(super) fn new(endpoint: Endpoint, timeout: Duration) -> Self {
        let config = Agent::config_builder()
            .timeout_global(Some(timeout))
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent(concat!("zklens/", env!("CARGO_PKG_VERSION")));
        let config = if endpoint.is_local() {
            config.proxy(None)
        } else {
            config
        };
        Self {
            agent: config.build().into(),
            endpoint,
            timeout,
        }
    }

    /// Sends a request: the answer, or the node's refusal, or no answer at all.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "callers write the parameters in place"
    )]
    pub(super) fn request(
        &self,
        method: &'static str,
        params: Value,
    ) -> Result<Result<Value, RpcError>, ChainError> {
        let request = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let sent = self.agent.post(self.endpoint.secret());
        let sent = sent.header("content-type", "application/json");
        let mut response = sent
            .send(request.to_string())
            .map_err(|error| self.fault(method, &error))?;
        let status = response.status();
        let body = response.body_mut().with_config().limit(MAX_ANSWER_BYTES);
        let body = body
            .read_to_vec()
            .map_err(|error| self.fault(method, &error))?;
        // Some nodes send their refusals with a status of 400 or 500.
        match serde_json::from_slice(&body) {
            Ok(answer) if is_answer(&answer) => Ok(self.parse(answer)),
            _ if status != StatusCode::OK => Err(ChainError::Http {
                endpoint: self.endpoint.to_string(),
                method,
                status: status.as_u16(),
            }),
            Ok(_) => Err(self.not_a_node(method, "is no JSON-RPC")),
            Err(_) => Err(self.not_a_node(method, "is no JSON")),
        }
    }

    pub(super) fn not_a_node(&self, method: &'static str, cause: &'static str) -> ChainError {
        ChainError::NotANode {
            endpoint: self.endpoint.to_string(),
            method,
            cause,
        }
    }

    fn parse(&self, mut answer: Value) -> Result<Value, RpcError> {
        let Some(error) = answer.get("error").filter(|error| !error.is_null()) else {
            return Ok(answer["result"].take());
        };
        let message = error["message"].as_str().unwrap_or("no reason given");
        Err(RpcError {
            code: error["code"].as_i64().unwrap_or_default(),
            message: self.endpoint.scrub(message),
            data: revert_data(&error["data"]),
        })
    }

    fn fault(&self, method: &'static str, error: &ureq::Error) -> ChainError {
        let endpoint = self.endpoint.to_string();
        match error {
            ureq::Error::Timeout(_) => ChainError::Timeout {
                endpoint,
                method,
                seconds: self.timeout.as_secs(),
            },
            ureq::Error::BodyExceedsLimit(_) => self.not_a_node(method, "is too long"),
            ureq::Error::Protocol(_) => self.not_a_node(method, "is no HTTP"),
            _ => ChainError::Unreachable {
                endpoint,
                cause: self.endpoint.scrub(&error.to_string()),
            },
        }
    }
}

fn is_answer(answer: &Value) -> bool {
    let has_error = answer.get("error").is_some_and(Value::is_object);
    has_error || (answer.get("result").is_some() && answer["id"] == 1)
}

/// What a contract reverted with, where the various nodes put it.
fn revert_data(data: &Value) -> Option<Vec<u8>> {
    match data {
        Value::String(text) => {
            let text = text.strip_prefix("Reverted ").unwrap_or(text);
            bytes_of(text)
        }
        Value::Object(fields) => fields
            .get("data")
            .or_else(|| fields.get("result"))
            .and_then(revert_data),
        _ => None,
    }
}

/// Bytes as nodes write them.
pub(super) fn bytes_of(text: &str) -> Option<Vec<u8>> {
    text.strip_prefix("0x")
        .and_then(|digits| hex::decode(digits).ok())
}

/// A number as nodes write it.
pub(super) fn number_of(value: &Value) -> Option<U256> {
    let digits = value.as_str()?.strip_prefix("0x")?;
    let is_hex = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hex.then(|| U256::from_str_radix(digits, 16).ok())?
}

//! JSON-RPC over HTTP.

use super::answer::{Answer, AnswerError, Method, Refused};
use super::endpoint::Endpoint;
use super::error::ChainError;
use serde_json::{Value, json};
use std::time::Duration;
use ureq::Agent;
use ureq::http::StatusCode;
use zeroize::Zeroizing;

/// A node's refusal of a request.
#[derive(Debug)]
pub(super) struct RpcError {
    pub(super) code: i64,
    /// The message for people, without secrets.
    pub(super) message: String,
    /// The whole message in small letters, for [`Self::says`]: a secret may be one of the words that it looks for.
    said: Zeroizing<String>,
    /// The data that a contract reverted with.
    pub(super) data: Option<Vec<u8>>,
}

impl RpcError {
    /// A refusal by the node at this endpoint.
    pub(super) fn new(refused: Refused, endpoint: &Endpoint) -> Self {
        let message = refused.message.as_deref().unwrap_or("no reason given");
        Self {
            code: refused.code,
            message: endpoint.scrub(message),
            said: Zeroizing::new(message.to_lowercase()),
            data: refused.data,
        }
    }

    /// The error for a refusal of this method.
    pub(super) fn of(self, method: Method) -> ChainError {
        let Self { code, message, .. } = self;
        ChainError::Rpc {
            method: method.name(),
            code,
            message,
        }
    }

    /// Whether the message has one of these words, in small letters.
    pub(super) fn says(&self, phrases: &[&str]) -> bool {
        phrases.iter().any(|phrase| self.said.contains(phrase))
    }

    /// Whether the node does not know the method.
    pub(super) fn is_unknown_method(&self) -> bool {
        const METHOD_NOT_FOUND: i64 = -32601;
        self.code == METHOD_NOT_FOUND || self.says(&["method not found", "not supported"])
    }

    /// The data that a contract reverted with, if it reverted.
    pub(super) fn revert(&self) -> Option<Vec<u8>> {
        const EXECUTION_REVERTED: i64 = 3;
        if self.is_out_of_gas() || self.is_unknown_opcode() {
            return None;
        }
        let reverted = self.code == EXECUTION_REVERTED || self.says(&["revert"]);
        (reverted || self.data.is_some()).then(|| self.data.clone().unwrap_or_default())
    }

    /// The error for a call or an estimate that failed without a revert.
    pub(super) fn of_execution(self, method: Method) -> ChainError {
        let message = self.message.clone();
        if self.is_out_of_gas() {
            let method = method.name();
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
        method: Method,
        params: Value,
    ) -> Result<Result<Answer, RpcError>, ChainError> {
        let request =
            json!({ "jsonrpc": "2.0", "id": 1, "method": method.name(), "params": params });
        let sent = self.agent.post(self.endpoint.secret());
        let sent = sent.header("content-type", "application/json");
        let mut response = sent
            .send(request.to_string())
            .map_err(|error| self.fault(method, &error))?;
        let status = response.status();
        // ureq takes a body that reaches the limit for one beyond it.
        let most = method.most_bytes() + 1;
        let body = response.body_mut().with_config().limit(most);
        let refused = || ChainError::Http {
            endpoint: self.endpoint.to_string(),
            method: method.name(),
            status: status.as_u16(),
        };
        let body = body.read_to_vec().map_err(|error| match error {
            ureq::Error::BodyExceedsLimit(_) if status != StatusCode::OK => refused(),
            error => self.fault(method, &error),
        })?;
        match method.decode(&body) {
            Ok(Answer::Refused(refused)) => Ok(Err(RpcError::new(refused, &self.endpoint))),
            Ok(answer) => Ok(Ok(answer)),
            // Some nodes send their refusals with a status of 400 or 500.
            Err(AnswerError::NotJson | AnswerError::NotJsonRpc) if status != StatusCode::OK => {
                Err(refused())
            }
            Err(cause) => Err(self.not_a_node(method, cause)),
        }
    }

    pub(super) fn not_a_node(&self, method: Method, cause: AnswerError) -> ChainError {
        ChainError::NotANode {
            endpoint: self.endpoint.to_string(),
            method: method.name(),
            cause,
        }
    }

    fn fault(&self, method: Method, error: &ureq::Error) -> ChainError {
        let endpoint = self.endpoint.to_string();
        match error {
            ureq::Error::Timeout(_) => ChainError::Timeout {
                endpoint,
                method: method.name(),
                seconds: self.timeout.as_secs(),
            },
            ureq::Error::BodyExceedsLimit(_) => self.not_a_node(method, AnswerError::TooLong),
            ureq::Error::Protocol(_) => self.not_a_node(method, AnswerError::NotHttp),
            _ => ChainError::Unreachable {
                endpoint,
                cause: self.endpoint.scrub(&error.to_string()),
            },
        }
    }
}

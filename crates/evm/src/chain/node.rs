//! A node of a known chain.

use super::answer::{Answer, AnswerError, Method, Number};
use super::endpoint::Endpoint;
use super::error::ChainError;
use super::rpc::{Client, RpcError};
use alloy_primitives::{Address, U256, hex};
use serde_json::{Value, json};
use std::time::Duration;

/// A node that answered, on the chain that was asked for.
#[derive(Debug)]
pub struct Node {
    client: Client,
    chain_id: u64,
}

/// The outcome of a call of a contract.
#[derive(Debug)]
pub(super) enum Called {
    Returned(Vec<u8>),
    Reverted(Vec<u8>),
}

impl Node {
    /// Asks a node for its chain. The time limit holds for this and for each later answer.
    ///
    /// # Errors
    ///
    /// The server does not answer, is not a node, or is on a chain other than the expected one.
    pub fn connect(
        endpoint: Endpoint,
        timeout: Duration,
        expected_chain: Option<u64>,
    ) -> Result<Self, ChainError> {
        let client = Client::new(endpoint, timeout);
        let mut node = Self {
            client,
            chain_id: 0,
        };
        node.chain_id = node.number(Method::ChainId, json!([]))?;
        match expected_chain {
            Some(expected) if expected != node.chain_id => Err(ChainError::WrongChain {
                expected,
                got: node.chain_id,
            }),
            _ => Ok(node),
        }
    }

    /// The chain's number (EIP-155).
    #[must_use]
    pub const fn chain_id(&self) -> u64 {
        self.chain_id
    }

    /// The price of gas that the node asks for, in wei.
    ///
    /// # Errors
    ///
    /// The node does not answer, or refuses.
    pub fn gas_price(&self) -> Result<u128, ChainError> {
        self.number(Method::GasPrice, json!([]))
    }

    /// The node's answer, or its refusal as an error.
    pub(super) fn ask(&self, method: Method, params: Value) -> Result<Answer, ChainError> {
        self.try_ask(method, params)?
            .map_err(|error| error.of(method))
    }

    /// The node's answer or its refusal.
    pub(super) fn try_ask(
        &self,
        method: Method,
        params: Value,
    ) -> Result<Result<Answer, RpcError>, ChainError> {
        self.client.request(method, params)
    }

    /// An answer that is a number.
    pub(super) fn number<T: TryFrom<U256>>(
        &self,
        method: Method,
        params: Value,
    ) -> Result<T, ChainError> {
        self.number_in(method, &self.ask(method, params)?)
    }

    /// The number that is the answer to this method.
    pub(super) fn number_in<T: TryFrom<U256>>(
        &self,
        method: Method,
        answer: &Answer,
    ) -> Result<T, ChainError> {
        match answer {
            Answer::Number(number) => self.in_range(method, Some(Number(*number))),
            _ => self.in_range(method, None),
        }
    }

    /// A number in the answer to this method.
    pub(super) fn in_range<T: TryFrom<U256>>(
        &self,
        method: Method,
        number: Option<Number>,
    ) -> Result<T, ChainError> {
        let number = number.and_then(|Number(number)| T::try_from(number).ok());
        number.ok_or_else(|| self.bad(method, "is not the number it should be"))
    }

    /// The error for an answer that makes no sense.
    pub(super) fn bad(&self, method: Method, cause: &'static str) -> ChainError {
        self.client.not_a_node(method, AnswerError::Result(cause))
    }

    /// Calls a contract without a transaction.
    pub(super) fn call(&self, to: Address, data: &[u8]) -> Result<Called, ChainError> {
        const METHOD: Method = Method::Call;
        let call = json!({ "to": to, "data": hex::encode_prefixed(data) });
        match self.try_ask(METHOD, json!([call, "latest"]))? {
            Ok(answer) => Ok(Called::Returned(self.bytes_in(METHOD, answer)?)),
            Err(error) => match error.revert() {
                Some(data) => Ok(Called::Reverted(data)),
                None => Err(error.of_execution(METHOD)),
            },
        }
    }

    /// The code at an address: empty if it has none.
    pub(super) fn code(&self, address: Address) -> Result<Vec<u8>, ChainError> {
        const METHOD: Method = Method::Code;
        let code = self.ask(METHOD, json!([address, "latest"]))?;
        self.bytes_in(METHOD, code)
    }

    /// The bytes that are the answer to this method.
    fn bytes_in(&self, method: Method, answer: Answer) -> Result<Vec<u8>, ChainError> {
        match answer {
            Answer::Bytes(bytes) => Ok(bytes),
            _ => Err(self.bad(method, "is not the bytes it should be")),
        }
    }
}

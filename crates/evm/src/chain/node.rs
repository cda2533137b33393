//! A node of a known chain.

use super::endpoint::Endpoint;
use super::error::ChainError;
use super::rpc::{Client, RpcError, bytes_of, number_of};
use alloy_primitives::{Address, U256, hex};
use serde_json::{Value, json};
use std::time::Duration;

/// A node that answered, on the chain that was asked for.
#[derive(Debug)]
pub struct Node {
    client: Client,
    chain_id: u64,
}

/// What a call of a contract gives.
#[derive(Debug)]
pub(super) enum Answer {
    Returned(Vec<u8>),
    Reverted(Vec<u8>),
}

impl Node {
    /// Asks a node for its chain. Each later answer may take as long as this one, too.
    ///
    /// # Errors
    ///
    /// It does not answer, is no node, or is on another chain than the expected one.
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
        node.chain_id = node.number("eth_chainId", json!([]))?;
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

    /// What the node asks for gas, in wei.
    ///
    /// # Errors
    ///
    /// It does not say.
    pub fn gas_price(&self) -> Result<u128, ChainError> {
        self.number("eth_gasPrice", json!([]))
    }

    /// The node's answer, or its refusal as an error.
    pub(super) fn ask(&self, method: &'static str, params: Value) -> Result<Value, ChainError> {
        self.try_ask(method, params)?
            .map_err(|error| error.of(method))
    }

    /// The node's answer or its refusal.
    pub(super) fn try_ask(
        &self,
        method: &'static str,
        params: Value,
    ) -> Result<Result<Value, RpcError>, ChainError> {
        self.client.request(method, params)
    }

    /// An answer that is a number.
    pub(super) fn number<T: TryFrom<U256>>(
        &self,
        method: &'static str,
        params: Value,
    ) -> Result<T, ChainError> {
        self.number_in(method, &self.ask(method, params)?)
    }

    /// A number in the answer to this method.
    pub(super) fn number_in<T: TryFrom<U256>>(
        &self,
        method: &'static str,
        value: &Value,
    ) -> Result<T, ChainError> {
        let number = number_of(value).and_then(|number| T::try_from(number).ok());
        number.ok_or_else(|| self.bad(method, "is not the number it should be"))
    }

    /// Bytes in the answer to this method.
    pub(super) fn bytes_in(
        &self,
        method: &'static str,
        value: &Value,
    ) -> Result<Vec<u8>, ChainError> {
        let bytes = value.as_str().and_then(bytes_of);
        bytes.ok_or_else(|| self.bad(method, "is not the bytes it should be"))
    }

    /// An answer that makes no sense.
    pub(super) fn bad(&self, method: &'static str, cause: &'static str) -> ChainError {
        self.client.not_a_node(method, cause)
    }

    /// Calls a contract without a transaction.
    pub(super) fn call(&self, to: Address, data: &[u8]) -> Result<Answer, ChainError> {
        const METHOD: &str = "eth_call";
        let call = json!({ "to": to, "data": hex::encode_prefixed(data) });
        match self.try_ask(METHOD, json!([call, "latest"]))? {
            Ok(value) => Ok(Answer::Returned(self.bytes_in(METHOD, &value)?)),
            Err(error) => match error.revert() {
                Some(data) => Ok(Answer::Reverted(data)),
                None => Err(error.of_execution(METHOD)),
            },
        }
    }

    /// The code of a contract; none, if there is no contract.
    pub(super) fn code(&self, address: Address) -> Result<Vec<u8>, ChainError> {
        const METHOD: &str = "eth_getCode";
        let code = self.ask(METHOD, json!([address, "latest"]))?;
        Ok(self.bytes_in(METHOD, &code)?.to_vec())
    }
}

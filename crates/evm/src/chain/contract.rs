//! The verifier contract.

use super::account::Account;
use super::error::ChainError;
use super::node::{Called, Node};
use super::offer::Task;
use super::refusal::Refusal;
use super::transaction::Receipt;
use crate::MAX_KEY_BYTES;
use crate::abi::{self, IModelVerifier};
use crate::artifact::key_data_of;
use crate::gas::{BASE_GAS, calldata_gas, floor_gas};
use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, SolValue};
use std::time::Duration;
use zklens_model::Model;
use zklens_verifier::{ModelId, Statement};

/// The most numbers of images in a key, since each takes at least two words of it.
const MOST_BATCHES: usize = MAX_KEY_BYTES / 64;

/// A contract at an address that has code. Only its answers show whether it is a verifier.
#[derive(Debug)]
pub struct Contract<'a> {
    node: &'a Node,
    address: Address,
}

/// The gas that a transaction with a proof would use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// All of it, as the node estimates.
    pub gas: u64,
    /// The calldata's part, unless the floor decides (EIP-2028).
    pub calldata: u64,
    /// The least that any transaction with this calldata takes beside [`BASE_GAS`] (EIP-7623).
    pub floor: u64,
    /// The execution's part; an upper bound if the floor decides.
    pub execution: u64,
    /// Whether the floor decides: execution would be cheaper.
    pub is_floor: bool,
}

impl Estimate {
    fn new(gas: u64, calldata: &[u8]) -> Self {
        let (calldata, floor) = (calldata_gas(calldata), floor_gas(calldata));
        Self {
            gas,
            calldata,
            floor,
            execution: gas.saturating_sub(BASE_GAS + calldata),
            is_floor: gas == BASE_GAS + floor,
        }
    }
}

/// Makes a contract whose constructor takes the bytes of a key, and checks that it holds them.
///
/// # Errors
///
/// The node or the constructor refuses, the account cannot pay, or the contract that was made does not hold the key.
pub fn deploy<'a>(
    node: &'a Node,
    account: &Account,
    creation_code: &[u8],
    key: &[u8],
    wait: Duration,
) -> Result<(Contract<'a>, Receipt), ChainError> {
    node.check_precompiles()?;
    let data = [creation_code, &(key,).abi_encode_params()].concat();
    let task = Task {
        to: None,
        data: &data,
    };
    let gas = node.estimate(Some(account.address()), task)?;
    let gas = gas.map_err(|reason| ChainError::Constructor(Refusal::decode(&reason)))?;
    let receipt = node.send(account, task, gas, wait)?;
    let address = receipt.created.ok_or(ChainError::NotCreated {
        transaction: receipt.transaction,
    })?;
    let contract = Contract::at(node, address)?;
    contract.check_key(key)?;
    Ok((contract, receipt))
}

impl<'a> Contract<'a> {
    /// A contract that exists.
    ///
    /// # Errors
    ///
    /// The address has no code, or the node does not answer.
    pub fn at(node: &'a Node, address: Address) -> Result<Self, ChainError> {
        if node.code(address)?.is_empty() {
            Err(ChainError::NoCode {
                address,
                chain: node.chain_id(),
            })
        } else {
            Ok(Self { node, address })
        }
    }

    /// The contract's address.
    #[must_use]
    pub const fn address(&self) -> Address {
        self.address
    }

    /// The id of the model that it claims to verify.
    ///
    /// # Errors
    ///
    /// It does not say, or the node does not answer.
    pub fn model_id(&self) -> Result<ModelId, ChainError> {
        let id = self.view("modelId", &IModelVerifier::modelIdCall {})?;
        Ok(ModelId(id.0))
    }

    /// The name that it gives a class.
    ///
    /// # Errors
    ///
    /// It has no such class, the node does not answer, or no class may be called so.
    pub fn class_name(&self, label: usize) -> Result<String, ChainError> {
        const FUNCTION: &str = "className";
        let label = U256::from(label);
        let name = self.view(FUNCTION, &IModelVerifier::classNameCall { label })?;
        let name = Some(name).filter(|name| Model::is_name(name));
        name.ok_or_else(|| self.unusable(FUNCTION))
    }

    /// The numbers of images that it claims to take in one proof.
    ///
    /// # Errors
    ///
    /// It does not say, or the node does not answer.
    pub fn batches(&self) -> Result<Vec<usize>, ChainError> {
        const FUNCTION: &str = "batches";
        let batches = self.view(FUNCTION, &IModelVerifier::batchesCall {})?;
        if batches.len() > MOST_BATCHES {
            return Err(self.unusable(FUNCTION));
        }
        let batches = batches.into_iter().map(usize::try_from);
        batches
            .collect::<Result<_, _>>()
            .map_err(|_| self.unusable(FUNCTION))
    }

    /// Compares its model id with the expected one.
    ///
    /// # Errors
    ///
    /// It verifies a different model, or is not a verifier.
    pub fn check_model(&self, expected: ModelId) -> Result<(), ChainError> {
        let got = self.model_id()?;
        if got == expected {
            Ok(())
        } else {
            Err(ChainError::OtherModel {
                address: self.address,
                expected,
                got,
            })
        }
    }

    /// Compares its key with the one that it should hold.
    ///
    /// # Errors
    ///
    /// It holds a different key, or none.
    pub fn check_key(&self, expected: &[u8]) -> Result<(), ChainError> {
        let key = self.view("key", &IModelVerifier::keyCall {})?;
        if key[..] == *expected {
            Ok(())
        } else {
            Err(ChainError::OtherKey {
                address: self.address,
            })
        }
    }

    /// Whether its code is that of the contract that comes with zklens, and the contract that it reads its key from holds
    /// `key`. If not, it may be an exported contract, or one that lies about itself.
    ///
    /// # Errors
    ///
    /// The node does not answer.
    pub fn is_stored_key_verifier(&self, key: &[u8]) -> Result<bool, ChainError> {
        let Some(data) = key_data_of(&self.node.code(self.address)?) else {
            return Ok(false);
        };
        let data = self.node.code(data)?;
        // The opcode STOP, then the key.
        Ok(matches!(data.split_first(), Some((0, stored)) if stored == key))
    }

    /// Asks whether a proof is true, without a transaction.
    ///
    /// # Errors
    ///
    /// [`ChainError::Refused`] if it is not; anything else says nothing about the proof.
    pub fn verify(&self, statement: &Statement, proof: &[u8]) -> Result<(), ChainError> {
        self.check_model(statement.model)?;
        let calldata = abi::calldata(statement, proof)?;
        match self.node.call(self.address, &calldata)? {
            Called::Returned(word) if word == U256::ONE.to_be_bytes::<32>() => return Ok(()),
            Called::Returned(word) if word != [0; 32] => return Err(self.unusable("verify")),
            Called::Returned(_) | Called::Reverted(_) => {}
        }
        let calldata = abi::check_calldata(statement, proof)?;
        match self.node.call(self.address, &calldata)? {
            Called::Returned(_) => Err(ChainError::Contradiction {
                address: self.address,
            }),
            Called::Reverted(reason) => Err(self.refused(&reason)),
        }
    }

    /// The gas of a transaction that checks a proof.
    ///
    /// # Errors
    ///
    /// As for [`Self::verify`].
    pub fn estimate(
        &self,
        from: Option<Address>,
        statement: &Statement,
        proof: &[u8],
    ) -> Result<Estimate, ChainError> {
        self.check_model(statement.model)?;
        let data = &abi::check_calldata(statement, proof)?;
        let to = Some(self.address);
        let gas = self.node.estimate(from, Task { to, data })?;
        let gas = gas.map_err(|reason| self.refused(&reason))?;
        Ok(Estimate::new(gas, data))
    }

    /// Sends a transaction that checks a proof. It gets into a block only if the proof is true.
    ///
    /// # Errors
    ///
    /// As for [`Self::verify`], in which case nothing is sent; or the account cannot pay, or the chain
    /// does not take the transaction.
    pub fn send(
        &self,
        account: &Account,
        statement: &Statement,
        proof: &[u8],
        wait: Duration,
    ) -> Result<Receipt, ChainError> {
        let estimate = self.estimate(Some(account.address()), statement, proof)?;
        let data = &abi::check_calldata(statement, proof)?;
        let to = Some(self.address);
        self.node
            .send(account, Task { to, data }, estimate.gas, wait)
    }

    /// Calls a function that every verifier has.
    fn view<C: SolCall>(&self, function: &'static str, call: &C) -> Result<C::Return, ChainError> {
        match self.node.call(self.address, &call.abi_encode())? {
            Called::Returned(bytes) => {
                C::abi_decode_returns_validate(&bytes).map_err(|_| self.unusable(function))
            }
            Called::Reverted(_) => Err(self.unusable(function)),
        }
    }

    /// The error for a refused proof, or for a chain that cannot verify any.
    fn refused(&self, reason: &[u8]) -> ChainError {
        match self.node.check_precompiles() {
            Ok(()) => ChainError::Refused(Refusal::decode(reason)),
            Err(error) => error,
        }
    }

    const fn unusable(&self, function: &'static str) -> ChainError {
        ChainError::NotAVerifier {
            address: self.address,
            function,
        }
    }
}

//! Contracts in an EVM of our own, and proofs to show them.

#![allow(dead_code, reason = "each test uses some of it")]

pub(crate) mod call;
pub(crate) mod reason;

use alloy_sol_types::SolValue;
use chacha20::ChaCha20Rng;
use rand_core::SeedableRng;
use revm::context::result::{ExecutionResult, Output, ResultAndState};
use revm::context::{BlockEnv, CfgEnv, Context, Journal, TxEnv};
use revm::database::{CacheDB, EmptyDB};
use revm::handler::EthPrecompiles;
use revm::inspector::Inspector;
use revm::interpreter::interpreter::EthInterpreter;
use revm::precompile::Precompiles;
use revm::primitives::hardfork::SpecId;
use revm::primitives::{Address, Bytes, TxKind, U256};
use revm::state::AccountInfo;
use revm::{ExecuteCommitEvm, ExecuteEvm, InspectEvm, MainBuilder, MainContext};
use std::sync::LazyLock;
use zklens_commitment::Setup;
use zklens_model::{Model, Pixels};

/// The shipped string.
pub(crate) static SETUP: LazyLock<Setup> =
    LazyLock::new(|| Setup::decode(zklens_setup::STRING, &zklens_setup::TAU_G2).expect("a setup"));

const CALLER: Address = Address::repeat_byte(0xca);

/// More than any transaction here needs, and below the most that one may have.
pub(crate) const GAS_LIMIT: u64 = 16_000_000;

/// The same randomness every time, which only tests may use.
pub(crate) fn rng(seed: u8) -> ChaCha20Rng {
    ChaCha20Rng::from_seed([seed; 32])
}

/// Some image for a model.
pub(crate) fn pixels(model: &Model, seed: usize) -> Pixels {
    let preprocessing = model.preprocessing();
    let value = |index: usize| ((index * 31 + seed * 97 + index * index / 7) % 256) as u8;
    let values = (0..preprocessing.len()).map(value).collect();
    Pixels::new(preprocessing.shape(), values).expect("as many values as the shape has")
}

type Db<'db> = &'db mut CacheDB<EmptyDB>;
type Evm<'db> = Context<BlockEnv, TxEnv, CfgEnv, Db<'db>, Journal<Db<'db>>, ()>;

/// A chain with one account.
pub(crate) struct Chain {
    db: CacheDB<EmptyDB>,
    nonce: u64,
    precompiles: EthPrecompiles,
}

/// The outcome of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) succeeded: bool,
    pub(crate) output: Vec<u8>,
    /// All of it: base, calldata and execution.
    pub(crate) gas: u64,
    pub(crate) created: Option<Address>,
}

impl Chain {
    pub(crate) fn new() -> Self {
        let mut db = CacheDB::new(EmptyDB::new());
        let balance = U256::from(10).pow(U256::from(24));
        db.insert_account_info(CALLER, AccountInfo::from_balance(balance));
        Self {
            db,
            nonce: 0,
            precompiles: EthPrecompiles::new(SpecId::PRAGUE),
        }
    }

    /// Takes a precompile away: its callers find an account without code.
    pub(crate) fn remove_precompile(&mut self, number: u8) {
        let address = Address::with_last_byte(number);
        let mut removed = Precompiles::default();
        removed.extend(self.precompiles.precompiles.get(&address).cloned());
        assert_eq!(removed.len(), 1, "precompile {number}");
        let rest = self.precompiles.precompiles.difference(&removed);
        // revm holds on to its tables for ever.
        self.precompiles.precompiles = Box::leak(Box::new(rest));
    }

    /// Deploys a contract, and gives its address.
    pub(crate) fn deploy(&mut self, creation_code: Vec<u8>) -> Address {
        let outcome = self.try_deploy(creation_code, GAS_LIMIT);
        assert!(outcome.succeeded, "a deployment failed: {outcome:?}");
        outcome.created.expect("a contract")
    }

    fn try_deploy(&mut self, creation_code: Vec<u8>, gas_limit: u64) -> Outcome {
        let tx = self.transaction(TxKind::Create, creation_code, gas_limit);
        let mut evm = context(&mut self.db).build_mainnet();
        let result = evm.transact_commit(tx).expect("a valid transaction");
        self.nonce += 1;
        outcome(result)
    }

    /// Deploys a contract with this code.
    pub(crate) fn deploy_code(&mut self, code: &[u8]) -> Address {
        // Copies to memory what follows these eleven bytes, and returns it.
        let copy = [0x60, 11, 0x59, 0x81, 0x38, 3, 0x80, 0x92, 0x59, 0x39, 0xf3];
        self.deploy([&copy, code].concat())
    }

    /// Deploys the verifier contract with a key of `zklens_evm::contract_key`.
    pub(crate) fn deploy_verifier(&mut self, key: &[u8]) -> Address {
        self.deploy(creation_code(key))
    }

    /// As [`Self::deploy_verifier`], with this gas limit, which may be too low.
    pub(crate) fn try_deploy_verifier(&mut self, key: &[u8], gas_limit: u64) -> Outcome {
        self.try_deploy(creation_code(key), gas_limit)
    }

    /// Sends a transaction and forgets what it changed.
    pub(crate) fn call(&mut self, to: Address, calldata: Vec<u8>) -> Outcome {
        let tx = self.transaction(TxKind::Call(to), calldata, GAS_LIMIT);
        let mut evm = context(&mut self.db).build_mainnet();
        evm.precompiles = self.precompiles.clone();
        let ResultAndState { result, .. } = evm.transact(tx).expect("a valid transaction");
        outcome(result)
    }

    /// As [`Self::call`], under an inspector's eyes.
    pub(crate) fn watch<I>(&mut self, to: Address, calldata: Vec<u8>, inspector: I) -> I
    where
        I: for<'db> Inspector<Evm<'db>, EthInterpreter>,
    {
        let tx = self.transaction(TxKind::Call(to), calldata, GAS_LIMIT);
        let mut evm = context(&mut self.db).build_mainnet_with_inspector(inspector);
        evm.inspect_tx(tx).expect("a valid transaction");
        evm.inspector
    }

    fn transaction(&self, kind: TxKind, data: Vec<u8>, gas_limit: u64) -> TxEnv {
        TxEnv::builder()
            .caller(CALLER)
            .kind(kind)
            .data(Bytes::from(data))
            .gas_limit(gas_limit)
            .nonce(self.nonce)
            .build()
            .expect("a transaction")
    }
}

/// The code that deploys the verifier contract with a key.
fn creation_code(key: &[u8]) -> Vec<u8> {
    let mut code = zklens_evm::stored_key_verifier();
    code.extend((key.to_vec(),).abi_encode_params());
    code
}

fn context(db: Db<'_>) -> Evm<'_> {
    Context::mainnet()
        .with_db(db)
        .modify_cfg_chained(|cfg| cfg.set_spec_and_mainnet_gas_params(SpecId::PRAGUE))
}

fn outcome(result: ExecutionResult) -> Outcome {
    let gas = result.tx_gas_used();
    let (succeeded, output, created) = match result {
        ExecutionResult::Success { output, .. } => {
            let created = match &output {
                Output::Create(_, address) => *address,
                Output::Call(_) => None,
            };
            (true, output.into_data().to_vec(), created)
        }
        ExecutionResult::Revert { output, .. } => (false, output.to_vec(), None),
        ExecutionResult::Halt { reason, .. } => (false, format!("{reason:?}").into_bytes(), None),
    };
    Outcome {
        succeeded,
        output,
        gas,
        created,
    }
}

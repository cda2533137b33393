//! Contracts in an EVM of our own, and proofs to show them.

#![allow(dead_code, reason = "each test uses some of it")]

use revm::context::result::{ExecutionResult, Output};
use revm::context::{Context, TxEnv};
use revm::database::{CacheDB, EmptyDB};
use revm::primitives::hardfork::SpecId;
use revm::primitives::{Address, Bytes, TxKind, U256};
use revm::state::AccountInfo;
use revm::{ExecuteCommitEvm, ExecuteEvm, MainBuilder, MainContext};
use std::sync::LazyLock;
use zklens_commitment::Setup;

pub(crate) static SETUP: LazyLock<Setup> =
    LazyLock::new(|| Setup::decode(zklens_setup::STRING, &zklens_setup::TAU_G2).expect("a setup"));

const CALLER: Address = Address::repeat_byte(0xca);

/// More than any transaction here needs, and below the most that one may have.
const GAS_LIMIT: u64 = 16_000_000;

/// A chain with one account.
pub(crate) struct Chain {
    db: CacheDB<EmptyDB>,
    nonce: u64,
}

/// What became of a transaction.
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
        Self { db, nonce: 0 }
    }

    /// Deploys a contract, and gives its address.
    pub(crate) fn deploy(&mut self, creation_code: Vec<u8>) -> Address {
        let outcome = self.transact(TxKind::Create, creation_code, true);
        assert!(outcome.succeeded, "a deployment failed: {outcome:?}");
        outcome.created.expect("a contract")
    }

    /// Sends a transaction and forgets what it changed.
    pub(crate) fn call(&mut self, to: Address, calldata: Vec<u8>) -> Outcome {
        self.transact(TxKind::Call(to), calldata, false)
    }

    fn transact(&mut self, kind: TxKind, data: Vec<u8>, is_kept: bool) -> Outcome {
        let tx = TxEnv::builder()
            .caller(CALLER)
            .kind(kind)
            .data(Bytes::from(data))
            .gas_limit(GAS_LIMIT)
            .nonce(self.nonce)
            .build()
            .expect("a transaction");
        let mut evm = Context::mainnet()
            .with_db(&mut self.db)
            .modify_cfg_chained(|cfg| cfg.set_spec_and_mainnet_gas_params(SpecId::PRAGUE))
            .build_mainnet();
        let result = if is_kept {
            evm.transact_commit(tx).expect("a valid transaction")
        } else {
            evm.transact(tx).expect("a valid transaction").result
        };
        if is_kept {
            self.nonce += 1;
        }
        outcome(result)
    }
}

fn outcome(result: ExecutionResult) -> Outcome {
    let gas = result.tx_gas_used();
    match result {
        ExecutionResult::Success { output, .. } => Outcome {
            succeeded: true,
            created: match &output {
                Output::Create(_, address) => *address,
                Output::Call(_) => None,
            },
            output: output.into_data().to_vec(),
            gas,
        },
        ExecutionResult::Revert { output, .. } => Outcome {
            succeeded: false,
            output: output.to_vec(),
            gas,
            created: None,
        },
        ExecutionResult::Halt { reason, .. } => Outcome {
            succeeded: false,
            output: format!("{reason:?}").into_bytes(),
            gas,
            created: None,
        },
    }
}

mod common;
use alloy_sol_types::SolValue;
use common::SETUP;
use revm::context::{Context, TxEnv};
use revm::database::{CacheDB, EmptyDB};
use revm::interpreter::{Interpreter, interpreter::EthInterpreter, interpreter_types::Jumps};
use revm::primitives::hardfork::SpecId;
use revm::primitives::{Address, Bytes, TxKind, U256, hex};
use revm::state::AccountInfo;
use revm::{ExecuteCommitEvm, InspectEvm, Inspector, MainBuilder, MainContext};
use std::collections::BTreeMap;
use zklens_evm::abi::calldata;
use zklens_evm::contract_key;
use zklens_model::Pixels;
use zklens_prover::{Layout, Privacy, ProvingKey, prove};

#[derive(Default)]
struct Prof {
    by_pc: BTreeMap<usize, (u64, u64)>,
    by_op: BTreeMap<u8, (u64, u64)>,
    last: Option<(usize, u8, u64)>,
    depth: usize,
    mem: usize,
}
impl<CTX> Inspector<CTX, EthInterpreter> for Prof {
    fn step(&mut self, i: &mut Interpreter<EthInterpreter>, _c: &mut CTX) {
        self.last = Some((i.bytecode.pc(), i.bytecode.opcode(), i.gas.remaining()));
    }
    fn step_end(&mut self, i: &mut Interpreter<EthInterpreter>, _c: &mut CTX) {
        if let Some((pc, op, before)) = self.last.take() {
            let used = before.saturating_sub(i.gas.remaining());
            let used = if op == 0xfa { 100 } else { used };
            let e = self.by_pc.entry(pc).or_default();
            e.0 += used;
            e.1 += 1;
            let e = self.by_op.entry(op).or_default();
            e.0 += used;
            e.1 += 1;
            self.mem = self.mem.max(i.memory.len());
        }
    }
}
#[test]
fn profile() {
    let name = std::env::var("MODEL").unwrap_or("mnist-cnn".into());
    let batch: usize = std::env::var("BATCH")
        .ok()
        .and_then(|s| s.parse().ok())
        .unwrap_or(1);
    let model = zklens_models::find(&name).unwrap().decode().unwrap();
    let len = model.preprocessing().len();
    let pix: Vec<Pixels> = (0..batch)
        .map(|s| {
            Pixels::new(
                model.preprocessing().shape(),
                (0..len).map(|i| ((i * 31 + s * 97) % 256) as u8).collect(),
            )
            .unwrap()
        })
        .collect();
    let key = ProvingKey::with_layout(&SETUP, model, Privacy::Public, Layout::Chain).unwrap();
    let bytes = contract_key(key.verifying(), SETUP.verifier(), &[batch]).unwrap();
    let mut rng = rand_core::UnwrapErr(getrandom::SysRng);
    let proved = prove(&SETUP, &key, &pix, [7; 32], &mut rng).unwrap();
    let data = calldata(&proved.statement, &proved.proof).unwrap();
    let artifact: serde_json::Value = serde_json::from_str(
        &std::fs::read_to_string(
            "/work/main/contracts/out/StoredKeyVerifier.sol/StoredKeyVerifier.json",
        )
        .unwrap(),
    )
    .unwrap();
    let mut code = hex::decode(artifact["bytecode"]["object"].as_str().unwrap()).unwrap();
    code.extend((bytes.clone(),).abi_encode_params());
    let caller = Address::repeat_byte(0xca);
    let mut db = CacheDB::new(EmptyDB::new());
    db.insert_account_info(
        caller,
        AccountInfo::from_balance(U256::from(10).pow(U256::from(24))),
    );
    let contract;
    {
        let mut evm = Context::mainnet()
            .with_db(&mut db)
            .modify_cfg_chained(|cfg| {
                cfg.set_spec_and_mainnet_gas_params(SpecId::PRAGUE);
                cfg.limit_contract_code_size = Some(100000);
                cfg.limit_contract_initcode_size = Some(200000);
            })
            .build_mainnet();
        let r = evm
            .transact_commit(
                TxEnv::builder()
                    .caller(caller)
                    .kind(TxKind::Create)
                    .data(Bytes::from(code))
                    .gas_limit(16_000_000)
                    .nonce(0)
                    .build()
                    .unwrap(),
            )
            .unwrap();
        contract = r.created_address().unwrap();
    }
    let mut evm = Context::mainnet()
        .with_db(&mut db)
        .modify_cfg_chained(|cfg| {
            cfg.set_spec_and_mainnet_gas_params(SpecId::PRAGUE);
            cfg.limit_contract_code_size = Some(100000);
        })
        .build_mainnet_with_inspector(Prof::default());
    let r = evm
        .inspect_tx(
            TxEnv::builder()
                .caller(caller)
                .kind(TxKind::Call(contract))
                .data(Bytes::from(data.clone()))
                .gas_limit(16_000_000)
                .nonce(1)
                .build()
                .unwrap(),
        )
        .unwrap();
    println!(
        "{name} {batch}: gas {} ok {} mem {} key {}",
        r.result.tx_gas_used(),
        r.result.is_success() && r.result.output().unwrap()[31] == 1,
        evm.inspector.mem,
        bytes.len()
    );
    let mut ops: Vec<_> = evm.inspector.by_op.iter().collect();
    ops.sort_by_key(|(_, (g, _))| std::cmp::Reverse(*g));
    for (op, (g, n)) in ops.iter().take(14) {
        println!("op {op:02x} gas {g} n {n}");
    }
    let out: BTreeMap<String, (u64, u64)> = evm
        .inspector
        .by_pc
        .iter()
        .map(|(k, v)| (k.to_string(), *v))
        .collect();
    std::fs::write("/tmp/w/pcs.json", serde_json::to_string(&out).unwrap()).unwrap();
}

//! `zklens evm estimate`: proof → gas.

use crate::args::EvmEstimateArguments;
use crate::failure::Failure;
use crate::output::{self, say};
use crate::{chain, files};
use serde::Serialize;
use std::process::ExitCode;
use zklens_evm::U256;
use zklens_evm::chain::{Estimate, format_ether};
use zklens_evm::gas::BASE_GAS;

/// The gas of a transaction, as `--json` prints it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Gas {
    contract: String,
    chain_id: u64,
    gas: u64,
    base_gas: u64,
    calldata_gas: u64,
    execution_gas: u64,
    floor_gas: u64,
    floor_decides: bool,
    /// The price of a unit of gas in wei, if the node tells it.
    gas_price: Option<u128>,
    cost_eth: Option<String>,
}

pub(crate) fn run(arguments: &EvmEstimateArguments) -> Result<ExitCode, Failure> {
    let (proof, _) = files::proof::read(&arguments.proof)?;
    let node = chain::connect(&arguments.node)?;
    let contract = chain::contract(&node, &arguments.contract)?;
    let asked = contract.estimate(None, &proof.statement, &proof.proof);
    let estimate = asked.map_err(chain::failure)?;
    // Not every node sets a price.
    let price = node.gas_price().ok();
    let gas = gas(
        &estimate,
        contract.address().to_string(),
        node.chain_id(),
        price,
    );
    if arguments.json {
        output::print_json(&gas)?;
    } else {
        print(&gas)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn gas(estimate: &Estimate, contract: String, chain_id: u64, price: Option<u128>) -> Gas {
    let cost = price.map(|price| U256::from(estimate.gas) * U256::from(price));
    Gas {
        contract,
        chain_id,
        gas: estimate.gas,
        base_gas: BASE_GAS,
        calldata_gas: estimate.calldata,
        execution_gas: estimate.execution,
        floor_gas: estimate.floor,
        floor_decides: estimate.is_floor,
        gas_price: price,
        cost_eth: cost.map(format_ether),
    }
}

fn print(gas: &Gas) -> Result<(), Failure> {
    say!("contract:  {}", gas.contract);
    say!("chain:     {}", gas.chain_id);
    say!("gas:       {}", gas.gas);
    say!("           {} for any transaction", gas.base_gas);
    if gas.floor_decides {
        say!(
            "           {} for the calldata, which is the floor",
            gas.floor_gas
        );
        say!(
            "           at most {} for execution, within the floor",
            gas.execution_gas
        );
    } else {
        say!("           {} for the calldata", gas.calldata_gas);
        say!("           {} for execution", gas.execution_gas);
    }
    match (gas.gas_price, &gas.cost_eth) {
        (Some(price), Some(cost)) => {
            say!("price:     {price} wei for each gas, as the node says now");
            say!("cost:      {cost} ETH; rollups take a price for data on top");
        }
        _ => say!("price:     the node does not say"),
    }
    Ok(())
}

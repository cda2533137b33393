use super::*;
use crate::chain::Endpoint;
use crate::chain::answer::Refused;

const KEY: &str = "4646464646464646464646464646464646464646464646464646464646464646";

fn offer(fees: Fees, task: Task<'_>) -> Offer<'_> {
    Offer {
        task,
        from: Account::from_private_key(KEY).unwrap().address(),
        nonce: 9,
        gas: 21000,
        fees,
    }
}

const CALL: Task<'_> = Task {
    to: Some(Address::repeat_byte(0x35)),
    data: &[1, 2, 3],
};

const LEGACY: Fees = Fees::Legacy {
    price: 20_000_000_000,
};

const EIP1559: Fees = Fees::Eip1559 { max: 300, tip: 7 };

/// By `cast mktx`.
const CAST_LEGACY: &str = "0xf867098504a817c800825208943535353535353535353535353535353535353535808301020325a0ab90d26e\
     55834067b04a789dfba45c747e38e5b3278c91da4c31b19632a76adda0552fae8ce4cdeba5793bee18521d8065\
     48720baa7255f20cfb8718f3c90bfc6c";

const CAST_EIP1559: &str = "0x02f86701090782012c8252089435353535353535353535353535353535353535358083010203c080a0baec2b\
     a90e91d6488fadcffcdd832ad24eef0afd07735eaead33deaefc97810fa0202fc7a40ba4bc85e99d4a3f45ff77\
     259d369243f99e40e0c1397942df7fe6fa";

fn refused(message: &str) -> ChainError {
    let refused = Refused {
        code: -32000,
        message: Some(message.into()),
        data: None,
    };
    let error = RpcError::new(refused, &Endpoint::parse("http://node.example").unwrap());
    offer(EIP1559, CALL).refused(Method::SendRawTransaction, error, U256::from(5))
}

#[test]
fn signs_as_cast_does() {
    let account = Account::from_private_key(KEY).unwrap();
    let sign = |fees, task| hex::encode_prefixed(offer(fees, task).sign(&account, 1).unwrap());
    assert_eq!(sign(LEGACY, CALL), CAST_LEGACY);
    assert_eq!(sign(EIP1559, CALL), CAST_EIP1559);
}

#[test]
fn a_node_signs_for_its_own_accounts() {
    let account = Account::unlocked(Address::ZERO);
    assert_eq!(offer(EIP1559, CALL).sign(&account, 1), None);
    let unsigned = offer(EIP1559, CALL).unsigned();
    assert_eq!(unsigned["nonce"], "0x9");
    assert_eq!(unsigned["maxFeePerGas"], "0x12c");
    assert_eq!(unsigned["data"], "0x010203");
    let create = Task {
        to: None,
        data: &[1],
    };
    let unsigned = offer(LEGACY, create).unsigned();
    assert_eq!(unsigned["gasPrice"], "0x4a817c800");
    assert!(unsigned.get("to").is_none() && unsigned.get("maxFeePerGas").is_none());
}

#[test]
fn asks_for_a_tenth_more_gas_where_it_can() {
    assert_eq!(gas_limit(1_000_000, 30_000_000), Ok(1_100_000));
    assert_eq!(gas_limit(1_000_000, 1_050_000), Ok(1_050_000));
    assert_eq!(gas_limit(16_000_000, 60_000_000), Ok(1 << 24));
    assert_eq!(gas_limit(20_000_000, 60_000_000), Ok(20_000_000));
    let (needed, limit) = (2, 1);
    assert_eq!(
        gas_limit(2, 1),
        Err(ChainError::BlockLimit { needed, limit })
    );
}

#[test]
fn tells_apart_why_nodes_refuse() {
    let poor = "insufficient funds for gas * price + value: balance 5";
    let expected = ChainError::InsufficientFunds {
        account: offer(EIP1559, CALL).from,
        needed: U256::from(21000 * 300),
        got: U256::from(5),
    };
    assert_eq!(refused(poor), expected);
    for message in [
        "nonce too low: next nonce 10, tx nonce 9",
        "already known",
        "replacement transaction underpriced",
    ] {
        let error = refused(message);
        assert!(
            matches!(error, ChainError::Nonce { nonce: 9, .. }),
            "{message}"
        );
    }
    for message in [
        "transaction underpriced",
        "max fee per gas less than block base fee: maxFeePerGas: 300",
    ] {
        assert!(
            matches!(refused(message), ChainError::Underpriced { .. }),
            "{message}"
        );
    }
    let error = refused("intrinsic gas too low");
    assert!(matches!(error, ChainError::OutOfGas { .. }));
    let error = refused("unknown account");
    assert!(matches!(error, ChainError::NotUnlocked { .. }));
    let error = refused("the sequencer sleeps");
    assert!(matches!(error, ChainError::Rpc { code: -32000, .. }));
}

use super::*;

fn result(method: Method, json: &str) -> Result<Answer, AnswerError> {
    method.decode(format!(r#"{{"jsonrpc":"2.0","id":1,"result":{json}}}"#).as_bytes())
}

fn refused(json: &str) -> Refused {
    let body = format!(r#"{{"jsonrpc":"2.0","id":1,"error":{json}}}"#);
    match Method::Call.decode(body.as_bytes()) {
        Ok(Answer::Refused(refused)) => refused,
        other => panic!("{other:?}"),
    }
}

fn text(len: usize) -> String {
    format!("\"0x{}\"", "ab".repeat(len))
}

#[test]
fn each_method_gives_its_own_type() {
    let number = |n: u64| Ok(Answer::Number(U256::from(n)));
    for method in [
        Method::ChainId,
        Method::EstimateGas,
        Method::GasPrice,
        Method::Balance,
        Method::MaxPriorityFee,
        Method::TransactionCount,
    ] {
        assert_eq!(result(method, "\"0x1f\""), number(31), "{method:?}");
    }
    for method in [Method::Call, Method::Code] {
        assert_eq!(
            result(method, "\"0x01ff\""),
            Ok(Answer::Bytes(vec![1, 255]))
        );
    }
    for method in [Method::SendTransaction, Method::SendRawTransaction] {
        let hash = Answer::Hash(B256::repeat_byte(0xab));
        assert_eq!(result(method, &text(32)), Ok(hash));
    }
    let address = Address::repeat_byte(0xab);
    let accounts = format!("[{}]", text(20));
    assert_eq!(
        result(Method::Accounts, &accounts),
        Ok(Answer::Accounts(vec![address]))
    );
    let block = r#"{"gasLimit":"0x2","baseFeePerGas":"0x3","transactions":[1,{"a":[]}]}"#;
    let expected = Block {
        gas_limit: Number(U256::from(2)),
        base_fee_per_gas: Some(Number(U256::from(3))),
    };
    assert_eq!(
        result(Method::BlockByNumber, block),
        Ok(Answer::Block(expected))
    );
    let receipt = format!(
        r#"{{"status":"0x1","blockNumber":"0x2","gasUsed":null,"contractAddress":{}}}"#,
        text(20)
    );
    let expected = Inclusion {
        status: Some(Number(U256::from(1))),
        block_number: Some(Number(U256::from(2))),
        gas_used: None,
        effective_gas_price: None,
        contract_address: Some(address),
    };
    assert_eq!(
        result(Method::TransactionReceipt, &receipt),
        Ok(Answer::Receipt(Some(expected)))
    );
    assert_eq!(
        result(Method::TransactionReceipt, "null"),
        Ok(Answer::Receipt(None))
    );
}

#[test]
fn what_a_method_does_not_give_is_refused() {
    let digits = "f".repeat(65);
    for (method, json) in [
        (Method::ChainId, "null".to_owned()),
        (Method::ChainId, "1".to_owned()),
        (Method::ChainId, "\"0x\"".to_owned()),
        (Method::ChainId, "\"0xg\"".to_owned()),
        (Method::ChainId, "\"1f\"".to_owned()),
        (Method::ChainId, format!("\"0x{digits}\"")),
        (Method::Code, "\"0x1\"".to_owned()),
        (Method::Code, "[]".to_owned()),
        (Method::SendTransaction, text(31)),
        (Method::Accounts, text(20)),
        (Method::Accounts, format!("[{}]", text(19))),
        (Method::BlockByNumber, "null".to_owned()),
        (Method::BlockByNumber, "{}".to_owned()),
        (Method::BlockByNumber, r#"["0x1",null]"#.to_owned()),
    ] {
        let error = result(method, &json).unwrap_err();
        assert!(matches!(error, AnswerError::Result(_)), "{method:?} {json}");
    }
}

#[test]
fn what_is_no_answer_to_the_request_is_refused() {
    for (body, expected) in [
        ("", AnswerError::NotJson),
        ("{", AnswerError::NotJson),
        ("<html>", AnswerError::NotJson),
        ("\"\u{fffd}", AnswerError::NotJson),
        ("1", AnswerError::NotJsonRpc),
        ("{}", AnswerError::NotJsonRpc),
        (r#"[1,"0x1",null]"#, AnswerError::NotJsonRpc),
        (r#"[{"id":1,"result":"0x1"}]"#, AnswerError::NotJsonRpc),
        (r#"{"id":2,"result":"0x1"}"#, AnswerError::NotJsonRpc),
        (r#"{"id":"1","result":"0x1"}"#, AnswerError::NotJsonRpc),
        (r#"{"result":"0x1"}"#, AnswerError::NotJsonRpc),
        (r#"{"id":1,"error":null}"#, AnswerError::NotJsonRpc),
        (r#"{"id":1,"error":"text"}"#, AnswerError::NotJsonRpc),
        (
            r#"{"id":1,"result":"0x1","result":"0x2"}"#,
            AnswerError::NotJsonRpc,
        ),
    ] {
        assert_eq!(
            Method::ChainId.decode(body.as_bytes()),
            Err(expected),
            "{body}"
        );
    }
}

#[test]
fn a_refusal_is_read_as_far_as_it_makes_sense() {
    let whole = refused(r#"{"code":3,"message":"reverted","data":"0x01"}"#);
    let expected = Refused {
        code: 3,
        message: Some("reverted".into()),
        data: Some(vec![1]),
    };
    assert_eq!(whole, expected);
    assert_eq!(
        refused(r#"{"code":1e30,"message":7,"data":[]}"#),
        Refused::default()
    );
    assert_eq!(refused(r#"{"message":"a"}"#).message.as_deref(), Some("a"));
    for data in [
        r#""Reverted 0x01""#,
        r#"{"data":"0x01"}"#,
        r#"{"result":"0x01","message":""}"#,
        r#"{"data":{"data":{"data":{"data":"0x01"}}}}"#,
    ] {
        assert_eq!(
            refused(&format!(r#"{{"data":{data}}}"#)).data,
            Some(vec![1]),
            "{data}"
        );
    }
    // An error counts whatever the result beside it, and one beside a result whatever it is.
    for body in [
        r#"{"id":null,"error":{"code":-1}}"#,
        r#"{"id":1,"result":"0x1","error":{}}"#,
        r#"{"id":1,"result":"0x1","error":false}"#,
    ] {
        let answer = Method::ChainId.decode(body.as_bytes());
        assert!(matches!(answer, Ok(Answer::Refused(_))), "{body}");
    }
    let answer = Method::ChainId.decode(br#"{"id":1,"result":"0x1","error":null}"#);
    assert_eq!(answer, Ok(Answer::Number(U256::from(1))));
}

#[test]
fn the_largest_right_answers_fit() {
    // Of EIP-170: the code of a contract, and a key that is stored as one.
    assert!(result(Method::Code, &text(24_576)).is_ok());
    // `bytes` of Solidity's ABI around the longest key.
    assert!(result(Method::Call, &text(64 + crate::MAX_KEY_BYTES)).is_ok());
    let transactions = vec![text(32); 60_000].join(",");
    let block = format!(r#"{{"gasLimit":"0x2","transactions":[{transactions}]}}"#);
    assert!(result(Method::BlockByNumber, &block).is_ok());
}

#[test]
fn a_longer_answer_is_not_parsed() {
    for method in Method::ALL {
        let most = method.most_bytes() as usize;
        let json = r#"{"id":1,"error":{}}"#.to_owned();
        let body = |len: usize| json.clone() + &" ".repeat(len - json.len());
        assert_eq!(body(most).len(), most);
        assert!(method.decode(body(most).as_bytes()).is_ok(), "{method:?}");
        let longer = method.decode(body(most + 1).as_bytes());
        assert_eq!(longer, Err(AnswerError::TooLong), "{method:?}");
    }
    assert!(
        Method::ALL
            .iter()
            .all(|method| method.most_bytes() <= 1 << 22)
    );
}

/// As values of `serde_json`, they would take 125 times their text.
#[test]
fn what_is_nested_or_not_asked_for_is_skipped() {
    let most = MOST_BLOCK_BYTES as usize - 200;
    let nested = "[".repeat(most / 2) + &"]".repeat(most / 2);
    let many = "{\"\":{\"\":0}},".repeat(most / 12) + "0";
    for junk in [nested, format!("[{many}]")] {
        let block = format!(r#"{{"gasLimit":"0x2","uncles":{junk}}}"#);
        assert!(matches!(
            result(Method::BlockByNumber, &block),
            Ok(Answer::Block(_))
        ));
        let error = format!(r#"{{"id":1,"error":{{"data":{junk}}}}}"#);
        let answer = Method::BlockByNumber.decode(error.as_bytes());
        assert_eq!(answer, Ok(Answer::Refused(Refused::default())));
    }
    // One object more than are looked into.
    let deep = r#"{"data":"#.repeat(6) + "\"0x01\"" + &"}".repeat(6);
    assert_eq!(refused(&deep).data, None);
}

use super::*;
use zklens_field::generator;

const MODEL: ModelId = ModelId([7; 32]);

fn statement(labels: &[usize], points: usize) -> Statement {
    Statement {
        model: MODEL,
        labels: labels.to_vec(),
        inputs: vec![generator(); points],
        context: [9; 32],
    }
}

#[test]
fn calldata_is_what_solidity_encodes() {
    let calldata = calldata(&statement(&[5], 1), &[0xab; 33]).unwrap();
    let (selector, words) = calldata.split_at(4);
    // As `cast sig "verify(bytes32,uint16[],bytes,bytes)"` gives it.
    assert_eq!(selector, [0xaa, 0xd3, 0xd3, 0x21]);
    let word = |index: usize| &words[32 * index..32 * (index + 1)];
    let number = |index: usize| usize::from_be_bytes(word(index)[24..].try_into().unwrap());
    assert_eq!(word(0), [9; 32]);
    assert_eq!([number(1), number(2), number(3)], [128, 192, 288]);
    assert_eq!([number(4), number(5)], [1, 5], "labels");
    assert_eq!([number(6), number(7), number(8)], [64, 1, 2], "inputs");
    assert_eq!(number(9), 33, "proof");
    assert_eq!(words.len(), 12 * 32);
    assert_eq!(words[10 * 32..], [&[0xab; 33][..], &[0; 31]].concat());
}

#[test]
fn check_takes_what_verify_takes() {
    let statement = statement(&[5, 6], 2);
    let verify = calldata(&statement, &[1; 64]).unwrap();
    let check = check_calldata(&statement, &[1; 64]).unwrap();
    assert_ne!(verify[..4], check[..4]);
    assert_eq!(verify[4..], check[4..]);
}

#[test]
fn decoding_gives_back_what_was_encoded() {
    let statement = statement(&[5, 0, 65535], 2);
    let calldata = calldata(&statement, b"a tape").unwrap();
    let decoded = decode(MODEL, &calldata).unwrap();
    assert_eq!(decoded, (statement, b"a tape".to_vec()));
}

#[test]
fn decoding_refuses_every_flipped_bit_or_gives_another_statement() {
    let statement = statement(&[5], 1);
    let calldata = calldata(&statement, &[3; 40]).unwrap();
    let whole = (statement, vec![3; 40]);
    for bit in 0..calldata.len() * 8 {
        let mut flipped = calldata.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert_ne!(decode(MODEL, &flipped).ok().as_ref(), Some(&whole), "{bit}");
    }
}

#[test]
fn decoding_refuses_calldata_that_is_cut_or_goes_on() {
    let calldata = calldata(&statement(&[5], 1), &[3; 40]).unwrap();
    for length in 4..calldata.len() {
        assert_eq!(decode(MODEL, &calldata[..length]), Err(AbiError::Malformed));
    }
    let longer = [&calldata[..], &[0; 32]].concat();
    assert_eq!(decode(MODEL, &longer), Err(AbiError::Malformed));
}

#[test]
fn decoding_refuses_another_function() {
    let check = check_calldata(&statement(&[5], 1), &[3; 40]).unwrap();
    assert_eq!(decode(MODEL, &check), Err(AbiError::Selector));
    assert_eq!(decode(MODEL, &[]), Err(AbiError::Selector));
}

#[test]
fn refuses_a_label_that_is_no_uint16() {
    let statement = statement(&[5, 65536], 1);
    let error = AbiError::Label {
        image: 1,
        label: 65536,
    };
    assert_eq!(calldata(&statement, &[]), Err(error));
    assert_eq!(check_calldata(&statement, &[]), Err(error));
    assert_eq!(public_values(&statement), Err(error));
}

#[test]
fn refuses_inputs_that_are_no_whole_points() {
    for bytes in [1, 63, 65, 127] {
        let call = IModelVerifier::verifyCall {
            context: [0; 32].into(),
            labels: vec![5],
            inputs: encode_point(&generator()).repeat(2)[..bytes]
                .to_vec()
                .into(),
            proof: Vec::new().into(),
        };
        let error = AbiError::Inputs { bytes };
        assert_eq!(decode(MODEL, &call.abi_encode()), Err(error));
    }
}

#[test]
fn refuses_a_point_that_is_not_on_the_curve() {
    let call = IModelVerifier::verifyCall {
        context: [0; 32].into(),
        labels: vec![5],
        inputs: [encode_point(&generator()), [1; 64]].concat().into(),
        proof: Vec::new().into(),
    };
    let error = AbiError::Point { index: 1 };
    assert_eq!(decode(MODEL, &call.abi_encode()), Err(error));
}

#[test]
fn public_values_are_four_arguments() {
    let values = public_values(&statement(&[5], 1)).unwrap();
    assert_eq!(values[..32], [7; 32]);
    assert_eq!(values[32..64], [9; 32]);
    let decoded = PublicValues::abi_decode_params_validate(&values).unwrap();
    assert_eq!(decoded.labels, [5]);
    assert_eq!(decoded.inputs[..], encode_point(&generator()));
}

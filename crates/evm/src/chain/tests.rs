use super::*;

#[test]
fn an_address_in_mixed_letters_has_its_checksum() {
    let right = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
    let address = parse_address(right).unwrap();
    assert_eq!(parse_address(&right.to_lowercase()), Ok(address));
    for wrong in [
        "0xF39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
        "f39fd6e51aad88f6f4ce6ab8827279cfffb92266",
        "0xf39fd6e51aad88f6f4ce6ab8827279cfffb922",
        "0xf39fd6e51aad88f6f4ce6ab8827279cfffb9226g",
        "",
    ] {
        assert_eq!(parse_address(wrong), Err(ChainError::Address), "{wrong}");
    }
}

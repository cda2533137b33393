use super::*;

/// The first account of anvil and hardhat, known to everybody.
const KEY: &str = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
const ADDRESS: &str = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";

/// A keystore of [`KEY`] with the password `testpassword`; little work, as it guards nothing.
const KEYSTORE: &str = r#"{"crypto":{"cipher":"aes-128-ctr","cipherparams":{"iv":"000102030405060708090a0b0c0d0e0f"},
"ciphertext":"063273c05b25281406f39837e2a8b212b6ae8ac8ea710cbf00a98c3ae89e053e",
"kdf":"scrypt",
"kdfparams":{"dklen":32,"n":1024,"p":1,"r":8,
"salt":"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"},
"mac":"6cba3d45674e6ecde6f659ee56a8abf4b7d94670f72437b5b72e9f6bbc87d66c"},
"id":"3198bc9c-6672-5ab3-d995-4942343ae5b6","version":3}"#;

fn keystore(text: &str, password: &str) -> Result<Account, AccountError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keystore.json");
    std::fs::write(&path, text).unwrap();
    Account::from_keystore(&path, password.as_bytes())
}

#[test]
fn a_private_key_has_its_address() {
    for text in [KEY.to_owned(), format!("0x{KEY}\n")] {
        let account = Account::from_private_key(&text).unwrap();
        assert_eq!(account.address().to_string(), ADDRESS);
    }
}

#[test]
fn refuses_what_is_no_private_key_without_repeating_it() {
    for text in ["", "0x", "abc", &KEY[1..], &KEY.replace('a', "g")] {
        let error = Account::from_private_key(text).unwrap_err();
        assert!(matches!(error, AccountError::PrivateKey { .. }), "{text}");
        assert!(text.len() < 3 || !error.to_string().contains(text));
    }
    for text in ["00".repeat(32), "ff".repeat(32)] {
        let error = Account::from_private_key(&text).unwrap_err();
        assert!(matches!(error, AccountError::OutOfRange), "{text}");
    }
}

#[test]
fn never_prints_a_key() {
    let account = Account::from_private_key(KEY).unwrap();
    assert_eq!(format!("{account:?}"), format!("Account({ADDRESS})"));
}

#[test]
fn opens_a_keystore_with_its_password_only() {
    let account = keystore(KEYSTORE, "testpassword").unwrap();
    assert_eq!(account.address().to_string(), ADDRESS);
    let error = keystore(KEYSTORE, "testpassword ").unwrap_err();
    assert!(matches!(error, AccountError::Password));
}

#[test]
fn refuses_what_is_no_keystore() {
    let bad = [
        "{}".to_owned(),
        KEYSTORE.replace("1024", "-1024"),
        KEYSTORE.replace("\"mac\":\"6c", "\"mac\":\"6g"),
        KEYSTORE.replace("\"r\":8,", ""),
        KEYSTORE.to_owned() + "{",
    ];
    for text in bad {
        let error = keystore(&text, "testpassword").unwrap_err();
        assert!(matches!(error, AccountError::NotAKeystore(_)), "{text}");
    }
    let of_gigabytes = KEYSTORE.replace("\"n\":1024", "\"n\":1073741824");
    let error = keystore(&of_gigabytes, "testpassword").unwrap_err();
    assert!(matches!(error, AccountError::Parameter { .. }), "{error}");
    let error = keystore(
        &(KEYSTORE.to_owned() + &" ".repeat(1 << 16)),
        "testpassword",
    )
    .unwrap_err();
    assert!(
        error.to_string().contains("more than 65536 bytes"),
        "{error}"
    );
    let error = Account::from_keystore(Path::new("/nonexistent/keystore"), b"").unwrap_err();
    assert!(matches!(error, AccountError::Io(_)));
}

#[test]
fn an_unlocked_account_signs_nothing_here() {
    let account = Account::unlocked(Address::repeat_byte(7));
    assert!(!account.has_key() && account.sign(&B256::ZERO).is_none());
}

use super::*;

/// 32 bytes of salt, as digits.
const SALT: &str = "ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd";

fn keystore(kdf: &str, parameters: &str) -> String {
    format!(
        r#"{{"crypto":{{"cipher":"aes-128-ctr","cipherparams":{{"iv":"6087dab2f9fdbbfaddc31a909735c1e6"}},
        "ciphertext":"5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46",
        "kdf":"{kdf}","kdfparams":{{{parameters},"dklen":32,"salt":"{SALT}"}},
        "mac":"517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2"}},
        "id":"3198bc9c-6672-5ab3-d995-4942343ae5b6","version":3}}"#
    )
}

fn scrypt(n: u64, r: u64, p: u64) -> String {
    keystore("scrypt", &format!(r#""n":{n},"r":{r},"p":{p}"#))
}

fn pbkdf2(c: u64) -> String {
    keystore("pbkdf2", &format!(r#""c":{c},"prf":"hmac-sha256""#))
}

fn refusal(json: &str) -> String {
    Keystore::decode(json.as_bytes()).unwrap_err().to_string()
}

/// From the specification of Web3 Secret Storage.
#[test]
fn opens_the_keystore_of_the_specification() {
    let keystore = Keystore::decode(pbkdf2(262_144).as_bytes()).unwrap();
    let key = keystore.open(b"testpassword").unwrap();
    let expected = "7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d";
    assert_eq!(hex::encode(*key), expected);
    let error = keystore.open(b"Testpassword").unwrap_err();
    assert!(matches!(error, AccountError::Password));
}

#[test]
fn takes_what_wallets_write() {
    for (n, r, p) in [
        // geth, and its light kind
        (262_144, 8, 1),
        (4096, 8, 6),
        // ethers
        (131_072, 8, 1),
        // cast, MyEtherWallet
        (8192, 8, 1),
        (1024, 8, 1),
    ] {
        assert!(Keystore::decode(scrypt(n, r, p).as_bytes()).is_ok(), "{n}");
    }
    for c in [10_240, 262_144, 1_000_000] {
        assert!(Keystore::decode(pbkdf2(c).as_bytes()).is_ok(), "{c}");
    }
}

#[test]
fn takes_the_capital_letter_of_ethers() {
    let json = scrypt(131_072, 8, 1).replace("\"crypto\"", "\"Crypto\"");
    assert!(Keystore::decode(json.as_bytes()).is_ok());
}

/// A private key, a password, or something like a keystore with a secret in the wrong place.
#[test]
fn no_error_repeats_a_secret() {
    let secret = "46c9e1a5";
    for json in [
        format!("\"0x{secret}\""),
        format!("[\"{secret}\"]"),
        secret.to_owned(),
        "123456".to_owned(),
        scrypt(4096, 8, 6).replace(
            "\"scrypt\",\"kdfparams\"",
            &format!("[\"{secret}\"],\"kdfparams\""),
        ),
    ] {
        let error = refusal(&json);
        let repeats = error.contains(secret) || error.contains("123456");
        assert!(!repeats, "{error}");
        assert!(error.contains("at line "), "{error}");
    }
}

#[test]
fn whatever_is_taken_needs_no_more_than_the_keystores_of_geth() {
    let mut worst = (0, 0);
    for n in (1..=20).map(|bits| 1_u64 << bits) {
        for r in 1..=20 {
            for p in 1..=20 {
                if Keystore::decode(scrypt(n, r, p).as_bytes()).is_ok() {
                    // RFC 7914: B has p blocks of 128·r bytes, V has n.
                    let memory = 128 * r * (n + p);
                    worst = (worst.0.max(memory), worst.1.max(n * r * p));
                }
            }
        }
    }
    assert_eq!(worst, ((1 << 28) + 2048, 1 << 21));
}

#[test]
fn each_parameter_over_its_limit_is_refused_by_name() {
    let mut cases = vec![
        (
            scrypt(1 << 19, 1, 1),
            "the keystore's n of scrypt is 524288, expected 1 to 262144",
        ),
        (
            scrypt((1 << 18) + 1, 1, 1),
            "the keystore's n of scrypt is 262145, expected 1 to 262144",
        ),
        (
            scrypt(1 << 32, 1, 1),
            "the keystore's n of scrypt is 4294967296, expected 1 to 262144",
        ),
        (
            scrypt(1000, 8, 1),
            "the keystore's n of scrypt is 1000, expected a power of two above 1",
        ),
        (
            scrypt(1, 8, 1),
            "the keystore's n of scrypt is 1, expected a power of two above 1",
        ),
        (
            scrypt(1 << 16, 1, 8),
            "the keystore's n of scrypt is 65536, expected less than 2^16 for this r (write the keystore anew, with geth or cast)",
        ),
        (
            scrypt(2, 17, 1),
            "the keystore's r of scrypt is 17, expected 1 to 16",
        ),
        (
            scrypt(2, 0, 1),
            "the keystore's r of scrypt is 0, expected 1 to 16",
        ),
        (
            scrypt(2, 8, 17),
            "the keystore's p of scrypt is 17, expected 1 to 16",
        ),
        (
            scrypt(2, 8, 0),
            "the keystore's p of scrypt is 0, expected 1 to 16",
        ),
        (
            scrypt(1 << 17, 8, 3),
            "the keystore's n·r·p of scrypt is 3145728, expected at most 2097152",
        ),
        (
            pbkdf2((1 << 20) + 1),
            "the keystore's c of pbkdf2 is 1048577, expected 1 to 1048576",
        ),
        (
            pbkdf2(u32::MAX.into()),
            "the keystore's c of pbkdf2 is 4294967295, expected 1 to 1048576",
        ),
        (
            pbkdf2(0),
            "the keystore's c of pbkdf2 is 0, expected 1 to 1048576",
        ),
    ];
    let right = pbkdf2(1);
    let changed = |from: &str, to: &str| {
        assert!(right.contains(from), "{from}");
        right.replace(from, to)
    };
    cases.extend([
        (
            changed("\"version\":3", "\"version\":1"),
            "the keystore's version is 1, expected 3",
        ),
        (
            changed("aes-128-ctr", "aes-\u{202e}"),
            "the keystore's cipher is aes-\\u{202e}, expected aes-128-ctr",
        ),
        (
            changed("\"pbkdf2\"", "\"argon2\""),
            "the keystore's kdf is argon2, expected scrypt or pbkdf2",
        ),
        (
            changed("hmac-sha256", "hmac-sha1"),
            "the keystore's prf is hmac-sha1, expected hmac-sha256",
        ),
        (
            changed("\"dklen\":32", "\"dklen\":33"),
            "the keystore's dklen is 33, expected 32",
        ),
        (
            changed("e6\"", "\""),
            "the keystore's iv is 15 bytes, expected 16 bytes",
        ),
        (
            changed("aa46\"", "aa4600\""),
            "the keystore's ciphertext is 33 bytes, expected 32 bytes",
        ),
        (
            changed("e9b2\"", "e9\""),
            "the keystore's mac is 31 bytes, expected 32 bytes",
        ),
    ]);
    for (json, expected) in cases {
        assert_eq!(refusal(&json), expected);
    }
}

#[test]
fn a_long_file_is_not_parsed_and_a_long_word_not_repeated() {
    let right = pbkdf2(1);
    let padded = |bytes: usize| right.clone() + &" ".repeat(bytes - right.len());
    assert!(Keystore::decode(padded(MAX_BYTES).as_bytes()).is_ok());
    let error = refusal(&padded(MAX_BYTES + 1));
    assert!(error.ends_with("it has more than 65536 bytes"), "{error}");
    let error = refusal(&right.replace("aes-128-ctr", &"x".repeat(60_000)));
    assert!(error.len() < 200, "{error}");
    let error = refusal(&right.replace(
        "\"version\":3",
        &format!("\"version\":\"{}\"", "x".repeat(60_000)),
    ));
    assert!(error.len() < 300, "{error}");
}

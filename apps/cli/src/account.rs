//! The account that sends transactions, and its private key.

use crate::args::AccountArguments;
use crate::chain;
use crate::failure::{EXIT_INPUT, EXIT_USAGE, Failure};
use console::Term;
use std::path::{Path, PathBuf};
use std::time::Duration;
use zeroize::Zeroizing;
use zklens_evm::chain::{Account, AccountError, parse_address};

const PRIVATE_KEY: &str = "ETH_PRIVATE_KEY";
const PASSWORD_FILE: &str = "ETH_PASSWORD_FILE";

/// The account that the arguments name, or else the account of `ETH_PRIVATE_KEY`.
pub(crate) fn open(arguments: &AccountArguments) -> Result<Account, Failure> {
    if let Some(address) = &arguments.unlocked {
        let address = parse_address(address).map_err(chain::failure)?;
        return Ok(Account::unlocked(address));
    }
    if let Some(path) = &arguments.keystore {
        let password = password(arguments)?;
        return Account::from_keystore(path, password.as_bytes()).map_err(|error| {
            let failure = Failure::new(EXIT_INPUT, path.display(), &error);
            match error {
                AccountError::NotAKeystore(_) | AccountError::Parameter { .. } => {
                    failure.with_help("`cast wallet import` or geth make keystores")
                }
                _ => failure,
            }
        });
    }
    let Ok(key) = std::env::var(PRIVATE_KEY).map(Zeroizing::new) else {
        let cause = "no account is given to send the transaction from";
        return Err(Failure::of(EXIT_USAGE, cause).with_help(format!(
            "put its private key into {PRIVATE_KEY}, or name a --keystore, or an account that the \
             node has --unlocked"
        )));
    };
    Account::from_private_key(&key).map_err(|error| Failure::new(EXIT_USAGE, PRIVATE_KEY, error))
}

/// How long to wait until a transaction is in a block.
pub(crate) const fn wait(arguments: &AccountArguments) -> Duration {
    Duration::from_secs(arguments.wait)
}

fn password(arguments: &AccountArguments) -> Result<Zeroizing<String>, Failure> {
    let named = arguments.password_file.clone();
    let file = named.or_else(|| std::env::var_os(PASSWORD_FILE).map(PathBuf::from));
    if let Some(file) = file {
        return read_password(&file);
    }
    let terminal = Term::stderr();
    if !terminal.is_term() {
        let cause = "the keystore's password cannot be asked for without a terminal";
        let failure = Failure::of(EXIT_USAGE, cause);
        return Err(failure.with_help(format!("give --password-file, or {PASSWORD_FILE}")));
    }
    let fault = |error| Failure::new(EXIT_INPUT, "password", error);
    terminal
        .write_str("password of the keystore: ")
        .map_err(fault)?;
    terminal
        .read_secure_line()
        .map(Zeroizing::new)
        .map_err(fault)
}

/// The contents of the file, without the line break at the end.
fn read_password(path: &Path) -> Result<Zeroizing<String>, Failure> {
    let read = std::fs::read_to_string(path).map(Zeroizing::new);
    let text = read.map_err(|error| Failure::new(EXIT_INPUT, path.display(), error))?;
    let line = text.strip_suffix('\n').unwrap_or(&text);
    Ok(Zeroizing::new(
        line.strip_suffix('\r').unwrap_or(line).to_owned(),
    ))
}

//! A node's answers: their types and lengths.

use alloy_primitives::{Address, B256, U256, hex};
use serde::{Deserialize, Deserializer, de};
use serde_json::value::RawValue;

/// The most bytes of an answer that is not a block. The longest are 24,576 bytes of code, or of a key, in hex digits.
const MOST_BYTES: u64 = 1 << 16;

/// The most bytes of a block, which names each of its transactions in 69 bytes.
const MOST_BLOCK_BYTES: u64 = 1 << 22;

/// A question to a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Accounts,
    BlockByNumber,
    Call,
    ChainId,
    EstimateGas,
    GasPrice,
    Balance,
    Code,
    MaxPriorityFee,
    SendRawTransaction,
    SendTransaction,
    TransactionCount,
    TransactionReceipt,
}

impl Method {
    /// All methods.
    pub const ALL: [Self; 13] = [
        Self::Accounts,
        Self::BlockByNumber,
        Self::Call,
        Self::ChainId,
        Self::EstimateGas,
        Self::GasPrice,
        Self::Balance,
        Self::Code,
        Self::MaxPriorityFee,
        Self::SendRawTransaction,
        Self::SendTransaction,
        Self::TransactionCount,
        Self::TransactionReceipt,
    ];

    /// Its name in JSON-RPC.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Accounts => "eth_accounts",
            Self::BlockByNumber => "eth_getBlockByNumber",
            Self::Call => "eth_call",
            Self::ChainId => "eth_chainId",
            Self::EstimateGas => "eth_estimateGas",
            Self::GasPrice => "eth_gasPrice",
            Self::Balance => "eth_getBalance",
            Self::Code => "eth_getCode",
            Self::MaxPriorityFee => "eth_maxPriorityFeePerGas",
            Self::SendRawTransaction => "eth_sendRawTransaction",
            Self::SendTransaction => "eth_sendTransaction",
            Self::TransactionCount => "eth_getTransactionCount",
            Self::TransactionReceipt => "eth_getTransactionReceipt",
        }
    }

    /// The most bytes of an answer.
    #[must_use]
    pub const fn most_bytes(self) -> u64 {
        match self {
            Self::BlockByNumber => MOST_BLOCK_BYTES,
            _ => MOST_BYTES,
        }
    }

    /// Reads an answer's body, with memory in proportion to it.
    ///
    /// # Errors
    ///
    /// It is longer than [`Self::most_bytes`], does not answer request 1 in JSON-RPC, or has a result of a different type.
    pub fn decode(self, body: &[u8]) -> Result<Answer, AnswerError> {
        if body.len() as u64 > self.most_bytes() {
            return Err(AnswerError::TooLong);
        }
        let json: &RawValue = serde_json::from_slice(body).map_err(|_| AnswerError::NotJson)?;
        let envelope: Envelope<'_> = object(json).ok_or(AnswerError::NotJsonRpc)?;
        let is_of_request = envelope.id.is_some_and(|id| id.get() == "1");
        let result = envelope.result.filter(|_| is_of_request);
        match (envelope.error, result) {
            (Some(error), None) if object::<RawError<'_>>(error).is_none() => {
                Err(AnswerError::NotJsonRpc)
            }
            (Some(error), _) => Ok(Answer::Refused(Refused::read(error))),
            (None, Some(result)) => self.result(result),
            (None, None) => Err(AnswerError::NotJsonRpc),
        }
    }

    fn result(self, json: &RawValue) -> Result<Answer, AnswerError> {
        match self {
            Self::ChainId
            | Self::EstimateGas
            | Self::GasPrice
            | Self::Balance
            | Self::MaxPriorityFee
            | Self::TransactionCount => {
                read(json, "is not the number it should be").map(|Number(n)| Answer::Number(n))
            }
            Self::Call | Self::Code => {
                read(json, "is not the bytes it should be").map(|Bytes(b)| Answer::Bytes(b))
            }
            Self::SendRawTransaction | Self::SendTransaction => {
                read(json, "is not the hash it should be").map(Answer::Hash)
            }
            Self::Accounts => read(json, "is not the list it should be").map(Answer::Accounts),
            Self::BlockByNumber => {
                let block = object(json).map(Answer::Block);
                block.ok_or(AnswerError::Result("is not the block it should be"))
            }
            Self::TransactionReceipt => Ok(Answer::Receipt(object(json))),
        }
    }
}

fn read<'a, T: Deserialize<'a>>(json: &'a RawValue, cause: &'static str) -> Result<T, AnswerError> {
    lenient(json).ok_or(AnswerError::Result(cause))
}

/// A node's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    Number(U256),
    Bytes(Vec<u8>),
    Hash(B256),
    Accounts(Vec<Address>),
    Block(Block),
    /// The receipt; `None` while the transaction waits.
    Receipt(Option<Inclusion>),
    /// The node refuses the request.
    Refused(Refused),
}

/// The fields of a block that a transaction depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Block {
    /// The most gas of its transactions.
    pub gas_limit: Number,
    /// The least price of gas in wei, since EIP-1559.
    pub base_fee_per_gas: Option<Number>,
}

/// A receipt: the block of a transaction and its outcome, as far as the node says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Inclusion {
    /// 0 if it failed.
    #[serde(default, deserialize_with = "or_none")]
    pub status: Option<Number>,
    /// The block's number.
    #[serde(default, deserialize_with = "or_none")]
    pub block_number: Option<Number>,
    /// The gas that it used.
    #[serde(default, deserialize_with = "or_none")]
    pub gas_used: Option<Number>,
    /// The price of gas in wei.
    #[serde(default, deserialize_with = "or_none")]
    pub effective_gas_price: Option<Number>,
    /// The contract that it made.
    #[serde(default, deserialize_with = "or_none")]
    pub contract_address: Option<Address>,
}

/// A node's refusal of a request, in its words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refused {
    /// JSON-RPC's code, or 0.
    pub code: i64,
    /// The reason, if the node gives one.
    pub message: Option<String>,
    /// The data that a contract reverted with.
    pub data: Option<Vec<u8>>,
}

impl Refused {
    /// Reads the fields of an error that are there.
    fn read(json: &RawValue) -> Self {
        let error: RawError<'_> = object(json).unwrap_or_default();
        Self {
            code: error.code.and_then(lenient).unwrap_or_default(),
            message: error.message.and_then(lenient),
            data: error.data.and_then(|data| revert_data(data, MOST_NESTED)),
        }
    }
}

/// The most objects around the data of a revert; known nodes put it into one.
const MOST_NESTED: usize = 4;

/// The data that a contract reverted with, where the various nodes put it.
fn revert_data(data: &RawValue, deeper: usize) -> Option<Vec<u8>> {
    if let Some(text) = lenient::<String>(data) {
        return bytes_of(text.strip_prefix("Reverted ").unwrap_or(&text));
    }
    let fields: RawData<'_> = object(data)?;
    revert_data(fields.data.or(fields.result)?, deeper.checked_sub(1)?)
}

/// Reads this JSON as a `T`, if it can be.
fn lenient<'a, T: Deserialize<'a>>(json: &'a RawValue) -> Option<T> {
    serde_json::from_str(json.get()).ok()
}

/// Reads this object as a `T`, if it can be. Without the check, serde would take a list as well.
fn object<'a, T: Deserialize<'a>>(json: &'a RawValue) -> Option<T> {
    lenient(json).filter(|_| json.get().starts_with('{'))
}

fn or_none<'de, D: Deserializer<'de>, T: Deserialize<'de>>(json: D) -> Result<Option<T>, D::Error> {
    <&RawValue>::deserialize(json).map(lenient)
}

/// Tells a null from a field that is missing.
fn present<'de, D: Deserializer<'de>>(json: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(json).map(Some)
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    result: Option<&'a RawValue>,
    #[serde(borrow)]
    error: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawError<'a> {
    #[serde(borrow)]
    code: Option<&'a RawValue>,
    #[serde(borrow)]
    message: Option<&'a RawValue>,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct RawData<'a> {
    #[serde(borrow)]
    data: Option<&'a RawValue>,
    #[serde(borrow)]
    result: Option<&'a RawValue>,
}

/// A number as nodes write it: hexadecimal digits after `0x`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number(pub U256);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        let text = String::deserialize(json)?;
        let digits = text.strip_prefix("0x").unwrap_or_default();
        let is_hex = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let number = is_hex.then(|| U256::from_str_radix(digits, 16).ok());
        let number = number.flatten().map(Self);
        number.ok_or_else(|| de::Error::custom("no number"))
    }
}

/// Bytes as nodes write them: hexadecimal digits after `0x`.
struct Bytes(Vec<u8>);

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        let bytes = bytes_of(&String::deserialize(json)?).map(Self);
        bytes.ok_or_else(|| de::Error::custom("no bytes"))
    }
}

fn bytes_of(text: &str) -> Option<Vec<u8>> {
    let digits = text.strip_prefix("0x")?;
    hex::decode(digits).ok()
}

/// The fault of an answer: the end of a sentence that begins with "the answer".
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AnswerError {
    /// It is longer than every right answer.
    #[error("is too long")]
    TooLong,
    /// It does not come by HTTP.
    #[error("is not HTTP")]
    NotHttp,
    /// It cannot be read as JSON.
    #[error("is not JSON")]
    NotJson,
    /// It does not answer this request in JSON-RPC.
    #[error("is not JSON-RPC")]
    NotJsonRpc,
    /// Its result has a different type.
    #[error("{0}")]
    Result(&'static str),
}

#[cfg(test)]
mod tests;

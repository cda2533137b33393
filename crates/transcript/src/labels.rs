//! All labels of messages and challenges. They are part of the wire format.

/// Names one message or challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Label(&'static str);

impl Label {
    /// A label called `name`, which must differ from every other. Those of the protocol are in this
    /// module; others serve tests.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self(name)
    }

    /// The label's text.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.0
    }
}

/// Protocol name and version, absorbed first with the statement's digest. Changing any message
/// changes the version.
pub const PROTOCOL: Label = Label("zklens/v1");

/// Commitments to the vectors of a witness.
pub const WITNESS_ROWS: Label = Label("proof/witness");
/// `α`, the random part of the denominators of lookups.
pub const LOOKUP_POLE: Label = Label("lookup/pole");
/// `β`, which combines a position and a value into one number.
pub const LOOKUP_PAIR: Label = Label("lookup/pair");
/// Commitments to the vectors of the helpers of lookups.
pub const HELPER_ROWS: Label = Label("lookup/helpers");
/// A coordinate of the point at which rules are combined.
pub const RULE_POINT: Label = Label("rules/point");
/// `λ`, whose powers tell rules apart.
pub const RULE_POWERS: Label = Label("rules/powers");
/// The value of every column where the sumcheck ends.
pub const COLUMN_VALUES: Label = Label("proof/columns");
/// Combines the claims of one opening.
pub const OPENING_CLAIMS: Label = Label("commitment/claims");
/// `[A]` and `[B]`, the products of an opening above and below their constant term.
pub const OPENING_PRODUCT: Label = Label("commitment/product");
/// `z`, where the identity of an opening is checked.
pub const OPENING_POINT: Label = Label("commitment/point");
/// The one evaluation that an opening sends.
pub const OPENING_VALUE: Label = Label("commitment/value");
/// `[Q]`, the sum of the quotients at `z` and `1/z`.
pub const OPENING_QUOTIENT: Label = Label("commitment/quotient");
/// `x`, where the quotients are checked.
pub const OPENING_FOLD: Label = Label("commitment/fold");
/// `[W]`, the quotient at `x`.
pub const OPENING_WITNESS: Label = Label("commitment/witness");
/// The powers of a setup string.
pub const SETUP_POWERS: Label = Label("setup/powers");
/// Combines the powers of a setup string.
pub const SETUP_CHECK: Label = Label("setup/check");
/// Coefficients of one sumcheck round polynomial, the linear one left out.
pub const SUMCHECK_ROUND: Label = Label("sumcheck/round");
/// The value that a sumcheck round binds its variable to.
pub const SUMCHECK_BIND: Label = Label("sumcheck/bind");

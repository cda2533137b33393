//! Openings: what is true is accepted, and nothing else.

use std::sync::LazyLock;
use zklens_commitment::{Claim, Columns, Functional, OpeningError, Setup, opening};
use zklens_field::{
    AdditiveGroup, Field, Point, SCALAR_BYTES, Scalar, encode_scalar, linear_combination,
};
use zklens_multilinear::eq_table;
use zklens_prover::commitment::{Cells, Row, commit, open};
use zklens_setup::{STRING, TAU_G2};
use zklens_transcript::{Label, Reader, TapeError, Writer, labels};

const STATEMENT: [u8; 32] = [7; 32];
const ROWS: Label = Label::new("test/rows");
const POINT: Label = Label::new("test/point");
const VALUES: Label = Label::new("test/values");
const AFTER: Label = Label::new("test/after");

const MAX_LOG: usize = 10;
/// `[S]`, `d`, `[Q]`, `[W]`.
const OPENING_WORDS: usize = 7;
const OPENING_BYTES: usize = OPENING_WORDS * SCALAR_BYTES;

static SETUP: LazyLock<Setup> =
    LazyLock::new(|| Setup::decode(&STRING[..64 * ((1 << MAX_LOG) + 1)], &TAU_G2).unwrap());

/// Numbers that look random, the same for the same seed.
struct Random(Writer);

impl Random {
    fn new(seed: u8) -> Self {
        Self(Writer::new(&[seed; 32]))
    }

    fn scalar(&mut self) -> Scalar {
        self.0.draw(Label::new("test/random"))
    }

    fn scalars(&mut self, len: usize) -> Vec<Scalar> {
        (0..len).map(|_| self.scalar()).collect()
    }

    fn integers(&mut self, len: usize) -> Vec<i64> {
        let last = |scalar: Scalar| i64::from(encode_scalar(&scalar)[31]) - 128;
        (0..len).map(|_| last(self.scalar())).collect()
    }
}

/// Rows, and claims on them whose points are drawn after the rows are committed.
#[derive(Clone)]
struct Case {
    columns: Columns,
    rows: Vec<Row>,
    claims: Vec<Plan>,
}

#[derive(Clone)]
struct Plan {
    rows: Vec<(usize, Scalar)>,
    /// A point is drawn if there are no weights.
    weights: Option<Vec<(usize, Scalar)>>,
}

/// A public row of weights, two hidden rows of integers, a hidden row of scalars, and a short mask
/// row; four claims.
fn case(log: usize, seed: u8) -> Case {
    let columns = Columns::new(log).unwrap();
    let count = columns.count();
    let mut random = Random::new(seed);
    let small = |cells, blinding| Row {
        cells: Cells::Integers(cells),
        blinding,
    };
    let full = |cells, blinding| Row {
        cells: Cells::Scalars(cells),
        blinding,
    };
    let rows = vec![
        small(random.integers(count), Scalar::ZERO),
        small(random.integers(count), random.scalar()),
        small(random.integers(count - 1), random.scalar()),
        full(random.scalars(count), random.scalar()),
        full(random.scalars(count.min(6)), random.scalar()),
    ];
    let mut rho = |rows: &[usize]| rows.iter().map(|row| (*row, random.scalar())).collect();
    let sparse = vec![
        (0, Scalar::from(3)),
        (count - 1, Scalar::from(5)),
        (1, -Scalar::ONE),
    ];
    let claims = vec![
        Plan {
            rows: rho(&[0]),
            weights: None,
        },
        Plan {
            rows: rho(&[1, 2, 4]),
            weights: None,
        },
        Plan {
            rows: rho(&[3, 0, 3]),
            weights: None,
        },
        Plan {
            rows: rho(&[4, 1]),
            weights: Some(sparse),
        },
    ];
    Case {
        columns,
        rows,
        claims,
    }
}

fn cells(row: &Row) -> Vec<Scalar> {
    match &row.cells {
        Cells::Integers(cells) => cells.iter().map(|n| Scalar::from(*n)).collect(),
        Cells::Scalars(cells) => cells.clone(),
    }
}

/// The weights `e_0 … e_{C−1}`, written out.
fn weights(columns: Columns, functional: &Functional) -> Vec<Scalar> {
    match functional {
        Functional::Tensor(point) => eq_table(point),
        Functional::Sparse(weights) => {
            let mut table = vec![Scalar::ZERO; columns.count()];
            weights
                .iter()
                .for_each(|(column, weight)| table[*column] += weight);
            table
        }
    }
}

fn dot(a: &[Scalar], b: &[Scalar]) -> Scalar {
    a.iter().zip(b).map(|(a, b)| *a * b).sum()
}

/// The claims of a case, with points from `draw` and no values yet.
fn claims(case: &Case, mut draw: impl FnMut() -> Scalar) -> Vec<Claim> {
    let claim = |plan: &Plan| Claim {
        rows: plan.rows.clone(),
        functional: match &plan.weights {
            Some(weights) => Functional::Sparse(weights.clone()),
            None => Functional::Tensor((0..case.columns.log()).map(|_| draw()).collect()),
        },
        value: Scalar::ZERO,
    };
    case.claims.iter().map(claim).collect()
}

fn truth(case: &Case, claim: &Claim) -> Scalar {
    let weights = weights(case.columns, &claim.functional);
    claim
        .rows
        .iter()
        .map(|(row, rho)| dot(&cells(&case.rows[*row]), &weights) * rho)
        .sum()
}

/// Commitments, then values: a tape up to the opening.
fn begin(case: &Case, offsets: &[Scalar]) -> (Writer, Vec<Claim>) {
    let mut writer = Writer::new(&STATEMENT);
    for commitment in commit(&SETUP, case.columns, &case.rows) {
        writer.write_points(ROWS, &[commitment]);
    }
    let mut claims = claims(case, || writer.draw(POINT));
    for (k, claim) in claims.iter_mut().enumerate() {
        claim.value = truth(case, claim) + offsets.get(k).copied().unwrap_or_default();
        writer.write_scalars(VALUES, &[claim.value]);
    }
    (writer, claims)
}

fn prove(case: &Case) -> Vec<u8> {
    let (mut writer, claims) = begin(case, &[]);
    open(&SETUP, case.columns, &case.rows, &claims, &mut writer);
    writer.finish()
}

/// Reads what [`begin`] wrote.
fn read<'tape>(
    case: &Case,
    tape: &'tape [u8],
) -> Result<(Reader<'tape>, Vec<Point>, Vec<Claim>), TapeError> {
    let mut reader = Reader::open(&STATEMENT, tape);
    let mut commitments = Vec::new();
    for _ in &case.rows {
        commitments.extend(reader.read_points::<1>(ROWS)?);
    }
    let mut claims = claims(case, || reader.draw(POINT));
    for claim in &mut claims {
        [claim.value] = reader.read_scalars(VALUES)?;
    }
    Ok((reader, commitments, claims))
}

fn verify(case: &Case, tape: &[u8]) -> Result<(), OpeningError> {
    verify_changed(case, tape, |_, _| ())
}

/// Verifies after `change` to the commitments and claims.
fn verify_changed(
    case: &Case,
    tape: &[u8],
    change: impl Fn(&mut Vec<Point>, &mut Vec<Claim>),
) -> Result<(), OpeningError> {
    let (mut reader, mut commitments, mut claims) = read(case, tape)?;
    change(&mut commitments, &mut claims);
    opening::verify(
        SETUP.verifier(),
        case.columns,
        &commitments,
        &claims,
        &mut reader,
    )?;
    Ok(reader.finish()?)
}

#[test]
fn accepts_honest_openings_of_every_size() {
    for log in 1..=6 {
        let case = case(log, 1);
        assert_eq!(verify(&case, &prove(&case)), Ok(()), "2^{log} columns");
    }
    let case = case(MAX_LOG, 2);
    assert_eq!(verify(&case, &prove(&case)), Ok(()));
}

#[test]
fn accepts_a_single_claim_on_a_single_row() {
    for plan in 0..4 {
        let mut case = case(4, 3);
        case.claims = vec![case.claims[plan].clone()];
        assert_eq!(verify(&case, &prove(&case)), Ok(()), "claim {plan}");
    }
}

/// One cell and no variables: everything is the constant coefficient.
#[test]
fn accepts_rows_of_one_column() {
    let mut random = Random::new(4);
    let row = Row {
        cells: Cells::Scalars(random.scalars(1)),
        blinding: random.scalar(),
    };
    let case = Case {
        columns: Columns::new(0).unwrap(),
        rows: vec![row],
        claims: vec![Plan {
            rows: vec![(0, random.scalar())],
            weights: None,
        }],
    };
    assert_eq!(verify(&case, &prove(&case)), Ok(()));
}

#[test]
fn an_opening_has_three_points_and_a_scalar_whatever_the_claims() {
    let mut case = case(4, 5);
    for _ in 0..3 {
        let before = case.rows.len() * 64 + case.claims.len() * 32;
        assert_eq!(prove(&case).len(), before + OPENING_BYTES);
        case.claims.extend(case.claims.clone());
    }
}

#[test]
fn rejects_every_flipped_bit() {
    let case = case(2, 6);
    let tape = prove(&case);
    for bit in 0..tape.len() * 8 {
        let mut forged = tape.clone();
        forged[bit / 8] ^= 1 << (bit % 8);
        assert!(verify(&case, &forged).is_err(), "bit {bit}");
    }
}

#[test]
fn rejects_every_truncation_and_any_byte_more() {
    let case = case(2, 7);
    let mut tape = prove(&case);
    for len in 0..tape.len() {
        let refused = verify(&case, &tape[..len]);
        let is_truncated = matches!(
            refused,
            Err(OpeningError::Tape(TapeError::Truncated { .. }))
        );
        assert!(is_truncated, "{len} bytes: {refused:?}");
    }
    tape.push(0);
    assert_eq!(
        verify(&case, &tape),
        Err(TapeError::Trailing { unread: 1 }.into())
    );
}

#[test]
fn rejects_every_scalar_plus_the_modulus() {
    let case = case(2, 8);
    let tape = prove(&case);
    // r − 1 is the largest scalar, so r is one more.
    let mut modulus = encode_scalar(&-Scalar::ONE);
    modulus[SCALAR_BYTES - 1] += 1;
    let values = case.rows.len() * 2..case.rows.len() * 2 + case.claims.len();
    let at_z = values.end + 2;
    for word in values.chain([at_z]) {
        let mut twin = tape.clone();
        add(&mut twin[word * SCALAR_BYTES..][..SCALAR_BYTES], &modulus);
        let label = if word == at_z {
            labels::OPENING_VALUE
        } else {
            VALUES
        };
        let refused = Err(TapeError::NonCanonical { label }.into());
        assert_eq!(verify(&case, &twin), refused, "word {word}");
    }
}

#[test]
fn rejects_infinity_and_points_off_the_curve() {
    let case = case(2, 9);
    let tape = prove(&case);
    let opening = tape.len() - OPENING_BYTES;
    let messages = [
        (0, labels::OPENING_PRODUCT),
        (3, labels::OPENING_QUOTIENT),
        (5, labels::OPENING_WITNESS),
    ];
    for (word, label) in messages {
        let refused = Err(TapeError::OffCurve { label }.into());
        let at = opening + word * SCALAR_BYTES;
        let mut forged = tape.clone();
        forged[at..at + 64].fill(0);
        assert_eq!(verify(&case, &forged), refused, "infinity");
        forged[at + 31] = 1;
        forged[at + 63] = 3;
        assert_eq!(verify(&case, &forged), refused, "(1, 3)");
        // A point of the curve, but another one.
        forged[at + 63] = 2;
        assert_eq!(verify(&case, &forged), Err(OpeningError::Refused));
    }
}

/// Tampering alone misses a message that both sides forget to absorb.
#[test]
fn every_word_moves_every_later_challenge_and_no_earlier_one() {
    let case = case(3, 10);
    let tape = prove(&case);
    let start = tape.len() - OPENING_BYTES;
    let (honest, end) = challenges(&case, &tape);

    // The verifier reads and draws exactly what is recorded here: its state ends the same.
    let (mut reader, commitments, claims) = read(&case, &tape).unwrap();
    opening::verify(
        SETUP.verifier(),
        case.columns,
        &commitments,
        &claims,
        &mut reader,
    )
    .unwrap();
    assert_eq!(reader.draw(AFTER), end);

    // γ, z, x and what is drawn afterwards come before words 0, 2, 5 and 7.
    let drawn_before = [0, 2, 5, 7];
    for word in 0..OPENING_WORDS {
        let mut forged = tape.clone();
        let at = start + word * SCALAR_BYTES;
        if word == 2 {
            forged[at + 31] ^= 1;
        } else {
            // Only whole points can be changed; either half of one must count.
            let point = start + [0, 0, 2, 3, 3, 5, 5][word] * SCALAR_BYTES;
            let other = zklens_field::encode_point(&SETUP.powers()[3]);
            forged[point..point + 64].copy_from_slice(&other);
        }
        let (moved, moved_end) = challenges(&case, &forged);
        let all = honest
            .iter()
            .chain([&end])
            .zip(moved.iter().chain([&moved_end]));
        for ((honest, moved), before) in all.zip(drawn_before) {
            assert_eq!(
                honest != moved,
                word < before,
                "word {word}, drawn before {before}"
            );
        }
    }
}

/// `γ`, `z`, `x`, and what is drawn after the opening.
fn challenges(case: &Case, tape: &[u8]) -> ([Scalar; 3], Scalar) {
    let (mut reader, ..) = read(case, tape).unwrap();
    let gamma = reader.draw(labels::OPENING_CLAIMS);
    let [_] = reader.read_points(labels::OPENING_PRODUCT).unwrap();
    let z = reader.draw(labels::OPENING_POINT);
    let [_] = reader.read_scalars(labels::OPENING_VALUE).unwrap();
    let [_] = reader.read_points(labels::OPENING_QUOTIENT).unwrap();
    let x = reader.draw(labels::OPENING_FOLD);
    let [_] = reader.read_points(labels::OPENING_WITNESS).unwrap();
    ([gamma, z, x], reader.draw(AFTER))
}

#[test]
fn rejects_other_claims_and_other_rows() {
    let case = case(3, 11);
    let tape = prove(&case);
    type Change = fn(&mut Vec<Point>, &mut Vec<Claim>);
    let changes: [(&str, Change); 13] = [
        ("another value", |_, claims| claims[0].value += Scalar::ONE),
        ("values swapped", |_, claims| {
            let [a, b] = claims.get_disjoint_mut([0, 1]).unwrap();
            std::mem::swap(&mut a.value, &mut b.value);
        }),
        ("points swapped", |_, claims| {
            let [a, b] = claims.get_disjoint_mut([0, 1]).unwrap();
            std::mem::swap(&mut a.functional, &mut b.functional);
        }),
        ("another coordinate", |_, claims| {
            let Functional::Tensor(point) = &mut claims[2].functional else {
                panic!()
            };
            point[1] += Scalar::ONE;
        }),
        ("coordinates in another order", |_, claims| {
            let Functional::Tensor(point) = &mut claims[2].functional else {
                panic!()
            };
            point.reverse();
        }),
        ("another weight", |_, claims| {
            let Functional::Sparse(weights) = &mut claims[3].functional else {
                panic!()
            };
            weights[1].1 += Scalar::ONE;
        }),
        ("another column", |_, claims| {
            let Functional::Sparse(weights) = &mut claims[3].functional else {
                panic!()
            };
            weights[2].0 += 1;
        }),
        ("another coefficient", |_, claims| {
            claims[1].rows[1].1 += Scalar::ONE;
        }),
        ("another row in a claim", |_, claims| {
            claims[1].rows[1].0 = 3;
        }),
        ("commitments swapped", |commitments, _| {
            commitments.swap(1, 2);
        }),
        ("claims in another order", |_, claims| claims.swap(0, 1)),
        ("a claim missing", |_, claims| drop(claims.pop())),
        ("a claim twice", |_, claims| claims.push(claims[0].clone())),
    ];
    for (name, change) in changes {
        let refused = Err(OpeningError::Refused);
        assert_eq!(verify_changed(&case, &tape, change), refused, "{name}");
    }
}

#[test]
fn rejects_the_opening_of_other_rows() {
    let case = case(3, 12);
    let mut other = case.clone();
    let Cells::Integers(cells) = &mut other.rows[1].cells else {
        panic!()
    };
    cells[5] += 1;
    // The opening of `other`, behind the commitments of `case`.
    let (mut writer, _) = begin(&case, &[]);
    let (_, claims) = read(&case, &writer.clone().finish())
        .map(|(_, c, claims)| (c, claims))
        .unwrap();
    let claims: Vec<Claim> = claims
        .into_iter()
        .map(|claim| Claim {
            value: truth(&other, &claim),
            ..claim
        })
        .collect();
    open(&SETUP, other.columns, &other.rows, &claims, &mut writer);
    assert_eq!(verify(&case, &writer.finish()), Err(OpeningError::Refused));
}

// A second prover, which multiplies polynomials as they are written in the protocol, and may lie.

/// What a liar does to each message; later steps follow from what was sent.
struct Lie {
    name: &'static str,
    /// Added to the value of claim 1.
    value: u64,
    product: fn(&mut [Scalar]),
    at_z: fn(&mut Scalar, Scalar),
    quotient: fn(&mut [Scalar]),
    witness: fn(&mut [Scalar]),
}

const TRUTH: Lie = Lie {
    name: "the truth",
    value: 0,
    product: |_| (),
    at_z: |_, _| (),
    quotient: |_| (),
    witness: |_| (),
};

fn evaluate(polynomial: &[Scalar], x: Scalar) -> Scalar {
    polynomial
        .iter()
        .rev()
        .fold(Scalar::ZERO, |value, c| value * x + c)
}

/// The quotient of `f(X) − value` by `X − x`, and the remainder dropped.
fn quotient(f: &[Scalar], value: Scalar, x: Scalar) -> Vec<Scalar> {
    let mut rest = f.to_vec();
    rest[0] -= value;
    let mut quotient = vec![Scalar::ZERO; f.len() - 1];
    for degree in (1..f.len()).rev() {
        quotient[degree - 1] = rest[degree];
        let leading = rest[degree] * x;
        rest[degree - 1] += leading;
    }
    quotient
}

/// `S`, from `Σ_k γ^k·V_k` and `E_k` by the definition.
fn product_of(columns: Columns, pairs: &[(Vec<Scalar>, Vec<Scalar>)]) -> Vec<Scalar> {
    let mut product = vec![Scalar::ZERO; columns.count()];
    for (v, e) in pairs {
        for (i, v) in v.iter().enumerate() {
            for (j, e) in e.iter().enumerate() {
                // v·e·(X^(i−j) + X^(j−i)); half of it lies above X^0.
                if i != j {
                    product[i.abs_diff(j) - 1] += *v * e;
                }
            }
        }
    }
    product
}

/// A row's polynomial.
fn polynomial(columns: Columns, row: &Row) -> Vec<Scalar> {
    let mut polynomial = cells(row);
    polynomial.resize(columns.count(), Scalar::ZERO);
    polynomial.push(row.blinding);
    polynomial
}

fn combine(terms: &[(Scalar, &[Scalar])]) -> Vec<Scalar> {
    let len = terms
        .iter()
        .map(|(_, polynomial)| polynomial.len())
        .max()
        .unwrap();
    let coefficient = |j| {
        let term = |(factor, polynomial): &(Scalar, &[Scalar])| {
            *factor * polynomial.get(j).copied().unwrap_or_default()
        };
        terms.iter().map(term).sum()
    };
    (0..len).map(coefficient).collect()
}

fn prove_slowly(case: &Case, lie: &Lie) -> Vec<u8> {
    let (mut writer, claims) = begin(case, &[Scalar::ZERO, Scalar::from(lie.value)]);
    let sum = |coefficients: &[Scalar]| linear_combination(SETUP.powers(), coefficients);
    let one = Scalar::ONE;

    let gamma = writer.draw(labels::OPENING_CLAIMS);
    let mut power = one;
    let mut value = Scalar::ZERO;
    let mut pairs = Vec::new();
    for claim in &claims {
        let rows: Vec<_> = claim
            .rows
            .iter()
            .map(|(i, _)| polynomial(case.columns, &case.rows[*i]))
            .collect();
        let terms: Vec<_> = claim
            .rows
            .iter()
            .zip(&rows)
            .map(|((_, rho), row)| (power * rho, &row[..]))
            .collect();
        pairs.push((combine(&terms), weights(case.columns, &claim.functional)));
        value += power * claim.value;
        power *= gamma;
    }
    let mut s = product_of(case.columns, &pairs);
    (lie.product)(&mut s);
    writer.write_points(labels::OPENING_PRODUCT, &[sum(&s)]);

    let z = writer.draw(labels::OPENING_POINT);
    let z_inverse = z.inverse().unwrap();
    let at = |at: Scalar, factor: Scalar| {
        let mut terms: Vec<_> = pairs
            .iter()
            .map(|(v, e)| (evaluate(e, at), &v[..]))
            .collect();
        terms.push((-factor, &s));
        combine(&terms)
    };
    let (f, g) = (at(z_inverse, z), at(z, z_inverse));
    let mut at_z = evaluate(&f, z);
    (lie.at_z)(&mut at_z, value.double() - evaluate(&g, z_inverse));
    let at_inverse = value.double() - at_z;
    let quotients = [quotient(&f, at_z, z), quotient(&g, at_inverse, z_inverse)];
    let mut q = combine(&[(one, &quotients[0]), (one, &quotients[1])]);
    (lie.quotient)(&mut q);
    writer.write_scalars(labels::OPENING_VALUE, &[at_z]);
    writer.write_points(labels::OPENING_QUOTIENT, &[sum(&q)]);

    let x = writer.draw(labels::OPENING_FOLD);
    let (a, b) = (
        (x - z).inverse().unwrap(),
        (x - z_inverse).inverse().unwrap(),
    );
    let mut l = combine(&[(a, &f), (b, &g), (-one, &q)]);
    l[0] -= at_z * a + at_inverse * b;
    let mut w = quotient(&l, Scalar::ZERO, x);
    (lie.witness)(&mut w);
    writer.write_points(labels::OPENING_WITNESS, &[sum(&w)]);
    writer.finish()
}

#[test]
fn the_fast_prover_sends_what_the_protocol_says() {
    for log in 1..=6 {
        let case = case(log, 13);
        assert_eq!(prove(&case), prove_slowly(&case, &TRUTH), "2^{log} columns");
    }
}

#[test]
fn rejects_every_liar() {
    let lies = [
        Lie {
            name: "a wrong value, F as it is",
            value: 1,
            ..TRUTH
        },
        Lie {
            name: "a wrong value, G as it is",
            value: 1,
            at_z: |d, other| *d = other,
            ..TRUTH
        },
        // The constant term of 2 missing, were z = 2: 2·c + c/2 = −2.
        Lie {
            name: "a wrong value, S bent to hold at a guess",
            value: 1,
            product: |s| s[0] -= Scalar::from(4) * Scalar::from(5).inverse().unwrap(),
            ..TRUTH
        },
        Lie {
            name: "another S",
            product: |s| s[2] += Scalar::ONE,
            ..TRUTH
        },
        Lie {
            name: "S of double the claim",
            product: |s| {
                s.iter_mut().for_each(|s| {
                    s.double_in_place();
                });
            },
            ..TRUTH
        },
        Lie {
            name: "another evaluation",
            at_z: |d, _| *d += Scalar::ONE,
            ..TRUTH
        },
        Lie {
            name: "another quotient",
            quotient: |q| q[0] += Scalar::ONE,
            ..TRUTH
        },
        Lie {
            name: "the quotient of another polynomial",
            quotient: |q| q.reverse(),
            ..TRUTH
        },
        // Q + (X − 2) would pass, were x = 2.
        Lie {
            name: "a quotient bent at a guess",
            quotient: |q| {
                q[0] -= Scalar::from(2);
                q[1] += Scalar::ONE;
            },
            ..TRUTH
        },
        Lie {
            name: "another witness",
            witness: |w| w[1] += Scalar::ONE,
            ..TRUTH
        },
    ];
    let case = case(3, 14);
    assert_eq!(
        verify(&case, &prove_slowly(&case, &TRUTH)),
        Ok(()),
        "{}",
        TRUTH.name
    );
    for lie in lies {
        let tape = prove_slowly(&case, &lie);
        assert_eq!(
            verify(&case, &tape),
            Err(OpeningError::Refused),
            "{}",
            lie.name
        );
    }
}

#[test]
#[should_panic(expected = "a claim is false")]
fn the_prover_refuses_a_false_claim() {
    let case = case(3, 16);
    let (mut writer, claims) = begin(&case, &[Scalar::ONE]);
    open(&SETUP, case.columns, &case.rows, &claims, &mut writer);
}

#[test]
fn commitments_of_integers_and_of_their_scalars_are_equal() {
    let columns = Columns::new(4).unwrap();
    let ranges: [&[i64]; 7] = [
        &[],
        &[0, 1, 255],
        &[-1, 7, -255, 0, 128],
        &[-65_535, 65_535, 256],
        &[1 << 31, -(1 << 31), 5],
        &[i64::MIN, i64::MAX, -1],
        &[3; 16],
    ];
    for integers in ranges {
        for blinding in [Scalar::ONE, -Scalar::from(5)] {
            let scalars = integers.iter().map(|n| Scalar::from(*n)).collect();
            let rows = [Cells::Integers(integers.to_vec()), Cells::Scalars(scalars)]
                .map(|cells| Row { cells, blinding });
            let commitments = commit(&SETUP, columns, &rows);
            assert_eq!(commitments[0], commitments[1], "{integers:?}");
        }
    }
}

#[test]
fn two_commitments_to_one_row_differ() {
    let mut case = case(4, 17);
    let first = commit(&SETUP, case.columns, &case.rows);
    case.rows
        .iter_mut()
        .for_each(|row| row.blinding += Scalar::ONE);
    let second = commit(&SETUP, case.columns, &case.rows);
    assert!(
        first
            .iter()
            .zip(&second)
            .all(|(first, second)| first != second)
    );
}

#[test]
fn two_openings_of_one_vector_share_no_word() {
    let case = case(4, 18);
    let mut other = case.clone();
    let mut random = Random::new(19);
    other
        .rows
        .iter_mut()
        .for_each(|row| row.blinding = random.scalar());
    other.rows[4].cells = Cells::Scalars(random.scalars(6));
    let tapes =
        [prove(&case), prove(&other)].map(|tape| tape[tape.len() - OPENING_BYTES..].to_vec());
    for word in tapes[0].chunks(SCALAR_BYTES) {
        assert!(tapes[1].chunks(SCALAR_BYTES).all(|other| word != other));
    }
}

/// The claim on which zero-knowledge rests: `t + 2` free cells and `β` reach every combination of
/// the commitment, `t` values, `S(τ)` and `d`. With one cell less they do not.
#[test]
fn a_mask_row_with_two_cells_to_spare_hides_an_opening() {
    let columns = Columns::new(4).unwrap();
    let mut random = Random::new(20);
    for t in [1, 2, 3] {
        let mut functionals: Vec<Vec<Scalar>> = (1..t)
            .map(|_| eq_table(&random.scalars(columns.log())))
            .collect();
        // A sparse one, as sums of masks have, does not weigh the last columns.
        functionals.push(weights(
            columns,
            &Functional::Sparse((0..6).map(|j| (j, random.scalar())).collect()),
        ));
        let [tau, z, gamma] = [(); 3].map(|()| random.scalar());
        let rank = |free: usize| {
            let mut images: Vec<Vec<Scalar>> = (0..free)
                .chain([columns.count()])
                .map(|cell| reveal(columns, cell, &functionals, [tau, z, gamma]))
                .collect();
            rank(&mut images)
        };
        let all = t + 3;
        assert_eq!(rank(t + 2), all, "{t} values");
        assert_eq!(rank(t + 1), all - 1, "{t} values, one cell missing");
        assert_eq!(rank(columns.count()), all);
    }
}

/// What a row that is one at `cell` and zero elsewhere adds to `[row(τ), y_1 … y_t, S(τ), d]`.
fn reveal(
    columns: Columns,
    cell: usize,
    functionals: &[Vec<Scalar>],
    [tau, z, gamma]: [Scalar; 3],
) -> Vec<Scalar> {
    let mut row = vec![Scalar::ZERO; columns.count() + 1];
    row[cell] = Scalar::ONE;
    let terms: Vec<_> = functionals
        .iter()
        .enumerate()
        .map(|(k, e)| (gamma.pow([k as u64]), &e[..]))
        .collect();
    let weights = combine(&terms);
    let s = product_of(columns, &[(row.clone(), weights.clone())]);
    let f = combine(&[(evaluate(&weights, z.inverse().unwrap()), &row), (-z, &s)]);
    let mut revealed = vec![evaluate(&row, tau)];
    revealed.extend(functionals.iter().map(|e| dot(e, &row)));
    revealed.extend([evaluate(&s, tau), evaluate(&f, z)]);
    revealed
}

/// The rank of a matrix.
fn rank(rows: &mut [Vec<Scalar>]) -> usize {
    let mut rank = 0;
    for column in 0..rows[0].len() {
        let Some(pivot) = (rank..rows.len()).find(|i| rows[*i][column] != Scalar::ZERO) else {
            continue;
        };
        rows.swap(rank, pivot);
        let inverse = rows[rank][column].inverse().unwrap();
        let pivot = rows[rank].clone();
        for row in &mut rows[rank + 1..] {
            let factor = row[column] * inverse;
            row.iter_mut()
                .zip(&pivot)
                .for_each(|(to, from)| *to -= factor * from);
        }
        rank += 1;
    }
    rank
}

/// Adds big-endian numbers of one length.
fn add(number: &mut [u8], addend: &[u8]) {
    let mut carry = 0;
    for (to, from) in number.iter_mut().zip(addend).rev() {
        let sum = u16::from(*to) + u16::from(*from) + carry;
        *to = sum.to_le_bytes()[0];
        carry = sum >> 8;
    }
    assert_eq!(carry, 0, "the sum fits");
}

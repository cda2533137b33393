//! A proof reveals nothing about its images: a simulator that never saw an image makes proofs that verify, no two
//! proofs share a word, and each word has the same distribution for all images.

mod common;

use common::{key_with_columns, pixels, rng, setup};
use rand_core::{Rng, TryCryptoRng, TryRng};
use std::collections::BTreeSet;
use std::convert::Infallible;
use zklens_commitment::{Claim, Setup, VerifierSetup};
use zklens_field::{
    Field, POINT_BYTES, Point, SCALAR_BYTES, Scalar, decode_scalar, encode_g2_point, encode_point,
    encode_scalar, g2_generator, generator, linear_combination,
};
use zklens_layers::gadgets::lookup::LookupChallenges;
use zklens_layers::layout::{DEGREE, FREE_CELLS};
use zklens_layers::relation::closing::close;
use zklens_layers::{Challenges, Layout, Relations};
use zklens_model::{Clip, Dense, Interval, MaxPool, Model, Op, Pixels, Relu, Rescale, Window};
use zklens_prover::{Privacy, Proved, ProvingKey, prove};
use zklens_sumcheck::{EvalClaim, RoundMessage};
use zklens_testkit::models::{Layers, padded, preprocessing};
use zklens_testkit::recorder::{Event, record};
use zklens_transcript::{Writer, labels};
use zklens_verifier::{Statement, verify};

/// `τ`, which nobody knows of a real setup.
const TAU: u64 = 0x5eed_0f7a_u64;

/// Rescale and ReLU in one table, a clip in another; then maximum, rescale and a clip to 256 values in one, with selectors in the
/// mask vector.
fn model() -> Model {
    model_of([4, 4])
}

fn model_of(sides: [u16; 2]) -> Model {
    let mut layers = Layers::new(preprocessing(sides, false), 3);
    layers.conv2d(2, padded(3, 1, 0), 1);
    layers.then(Op::Rescale(Rescale { shift: 8 }));
    layers.then(Op::Relu(Relu));
    let bounds = Interval { lo: 0, hi: 254 };
    layers.then(Op::Clip(Clip { bounds }));
    layers.conv2d(2, padded(1, 1, 0), 1);
    let window = Window::square(2, 1);
    layers.then(Op::MaxPool(MaxPool { window }));
    layers.activate();
    layers.flatten();
    layers.dense(3);
    layers.finish("small")
}

/// A setup whose `τ` is known.
fn known_setup(columns: usize) -> Setup {
    let tau = Scalar::from(TAU);
    let mut string = Vec::new();
    let mut power = Scalar::ONE;
    for _ in 0..=columns {
        string.extend(encode_point(&times_generator(power)));
        power *= tau;
    }
    let tau_g2 = encode_g2_point(&(g2_generator() * tau).into());
    Setup::decode(&string, &tau_g2).expect("powers of tau")
}

fn times_generator(scalar: Scalar) -> Point {
    linear_combination(&[generator()], &[scalar])
}

fn random(rng: &mut impl Rng) -> Scalar {
    loop {
        let mut bytes = [0; SCALAR_BYTES];
        rng.fill_bytes(&mut bytes);
        bytes[0] &= 0x3f;
        if let Some(scalar) = decode_scalar(&bytes) {
            return scalar;
        }
    }
}

/// Makes a proof of a statement from the key and `τ` alone: no image, no witness, no label but the
/// one claimed. Steps are numbered as the protocol's.
fn simulate(
    setup: &VerifierSetup,
    key: &ProvingKey,
    statement: &Statement,
    pixels: &[Scalar],
    rng: &mut impl Rng,
) -> Vec<u8> {
    let circuit = key.verifying().circuit();
    let layout = key.layout(statement.labels.len()).unwrap();
    // Every row is its polynomial's value at τ: the weights' are public, all others random.
    let mut rows = weights_at_tau(key, &layout);
    rows.extend(pixels);
    rows.extend((layout.vectors.witness.start..layout.vectors.helpers.end).map(|_| random(rng)));
    let points = |range: std::ops::Range<usize>| -> Vec<Point> {
        rows[range]
            .iter()
            .map(|row| times_generator(*row))
            .collect()
    };
    let mut writer = Writer::new(&statement.digest(setup));

    // 1–3. Commitments of nothing.
    writer.write_points(
        labels::WITNESS_ROWS,
        &points(layout.vectors.witness.clone()),
    );
    let lookup = LookupChallenges {
        alpha: writer.draw(labels::LOOKUP_POLE),
        beta: writer.draw(labels::LOOKUP_PAIR),
    };
    writer.write_points(labels::HELPER_ROWS, &points(layout.vectors.helpers.clone()));
    let point = (1..layout.num_vars).map(|_| writer.draw(labels::RULE_POINT));
    let challenges = Challenges {
        lookup,
        point: point.collect(),
        lambda: writer.draw(labels::RULE_POWERS),
    };
    let relations = Relations::new(circuit, &layout, &statement.labels, &challenges).unwrap();

    // 4. Random round polynomials.
    let mut end = EvalClaim::<DEGREE> {
        point: Vec::new(),
        value: Scalar::default(),
    };
    for _ in 0..layout.num_vars {
        let message = RoundMessage::<DEGREE>(std::array::from_fn(|_| random(rng)));
        writer.write_scalars(labels::SUMCHECK_ROUND, &message.0);
        let r = writer.draw(labels::SUMCHECK_BIND);
        end.value = message.evaluate(&end.value, &r);
        end.point.push(r);
    }

    // 5. Random values of columns.
    let values = layout.tables.iter().map(|table| {
        assert_eq!(table.blinds.len(), table.placements.len());
        table.placements.iter().map(|_| random(rng)).collect()
    });
    let values: Vec<Vec<Scalar>> = values.collect();
    writer.write_scalars(labels::COLUMN_VALUES, &values.concat());

    // 6. The opening, whose last point follows from τ.
    let claims = close(circuit, &layout, &relations, &challenges, end, &values);
    simulate_opening(&claims, &rows, writer, rng)
}

fn simulate_opening(
    claims: &[Claim],
    rows: &[Scalar],
    mut writer: Writer,
    rng: &mut impl Rng,
) -> Vec<u8> {
    let tau = Scalar::from(TAU);
    let gamma = writer.draw(labels::OPENING_CLAIMS);
    // A(τ), B(τ) and B(1/z).
    let (above, below) = (random(rng), random(rng));
    let product = [above, below].map(times_generator);
    writer.write_points(labels::OPENING_PRODUCT, &product);
    let z = writer.draw(labels::OPENING_POINT);
    let z_inverse = z.inverse().unwrap();
    let at_inverse = random(rng);
    // F(τ), from Σ_k γ^k·E_k(1/z)·V_k(τ).
    let mut power = Scalar::ONE;
    let mut f = -z * above;
    for claim in claims {
        for term in &claim.terms {
            let weight = term.functional.at(&z_inverse) * power;
            let rows = term.vectors.iter().map(|(row, rho)| rows[*row] * rho);
            f += rows.sum::<Scalar>() * weight;
        }
        power *= gamma;
    }
    let batched = claims.iter().rev();
    let batched = batched.fold(Scalar::default(), |sum, claim| sum * gamma + claim.value);
    let at_z = batched + at_inverse * z_inverse;
    writer.write_scalars(labels::OPENING_VALUE, &[at_inverse]);
    let over = |difference: Scalar| difference.inverse().unwrap();
    let quotient = (f - at_z) * over(tau - z) + (below - at_inverse) * over(tau - z_inverse);
    writer.write_points(labels::OPENING_QUOTIENT, &[times_generator(quotient)]);
    let x = writer.draw(labels::OPENING_FOLD);
    let folded = (f - at_z) * over(x - z) + (below - at_inverse) * over(x - z_inverse) - quotient;
    let witness = folded * over(tau - x);
    writer.write_points(labels::OPENING_WITNESS, &[times_generator(witness)]);
    writer.finish()
}

fn weights_at_tau(key: &ProvingKey, layout: &Layout) -> Vec<Scalar> {
    let parameters = key.verifying().circuit().parameters(key.model());
    let mut rows = vec![Scalar::default(); layout.vectors.weights.len()];
    for (array, values) in layout.arrays.iter().zip(&parameters) {
        for span in array.spans() {
            let mut power = Scalar::from(TAU).pow([span.offset as u64]);
            for value in &values[span.cells] {
                rows[span.vector] += Scalar::from(*value) * power;
                power *= Scalar::from(TAU);
            }
        }
    }
    rows
}

#[test]
fn a_simulator_without_any_image_makes_proofs_that_verify() {
    let setup = known_setup(1 << 12);
    let key = ProvingKey::new(&setup, model(), Privacy::Public).unwrap();
    let mut rng = rng(4);
    for label in 0..3 {
        let pixels = random(&mut rng);
        let statement = Statement {
            model: key.verifying().id(),
            labels: vec![label],
            inputs: vec![times_generator(pixels)],
            context: [9; 32],
        };
        let proof = simulate(setup.verifier(), &key, &statement, &[pixels], &mut rng);
        let verified = verify(setup.verifier(), key.verifying(), statement, &proof);
        assert_eq!(verified.unwrap().statement().labels, [label]);
    }
}

/// Randomness in which a test can replace one scalar.
struct Scalars {
    drawn: usize,
    changed: Option<usize>,
}

impl TryRng for Scalars {
    type Error = Infallible;

    // Whatever is drawn counts, so that a draw of something else than scalars shows.
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.try_next_u64()? as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; SCALAR_BYTES];
        self.try_fill_bytes(&mut bytes)?;
        let (_, low) = bytes.split_last_chunk().expect("eight bytes");
        Ok(u64::from_be_bytes(*low))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        assert_eq!(bytes.len(), SCALAR_BYTES);
        let mut writer = Writer::new(&[8; 32]);
        let is_changed = self.changed == Some(self.drawn);
        writer.write_scalars(
            labels::COLUMN_VALUES,
            &[self.drawn as u64, is_changed.into()].map(Scalar::from),
        );
        bytes.copy_from_slice(&encode_scalar(&writer.draw(labels::RULE_POINT)));
        self.drawn += 1;
        Ok(())
    }
}

impl TryCryptoRng for Scalars {}

/// One for every row that hides something, and one for each cell that begins the mask row. Each is in the commitment
/// of its own row, and in no other.
#[test]
fn as_much_randomness_is_drawn_as_is_used() {
    let key = ProvingKey::new(setup(), model(), Privacy::Public).unwrap();
    draws_as_much_as_it_uses(&key);
}

/// In short rows the commitments to bytes and to their helpers come from the same sums.
#[test]
fn as_much_randomness_is_drawn_in_rows_of_bytes_alone() {
    let key = key_with_columns(&model_of([10, 10]), 192);
    let range = &key.layout(1).unwrap().tables[key.verifying().circuit().range_table()];
    assert!(range.dims[2] > 1, "{:?}", range.dims);
    draws_as_much_as_it_uses(&key);
}

fn draws_as_much_as_it_uses(key: &ProvingKey) {
    let image = [pixels(key.model(), 1)];
    let layout = key.layout(1).unwrap();
    let commitments = |changed: Option<usize>| {
        let mut rng = Scalars { drawn: 0, changed };
        let proved = prove(setup(), key, &image, [0; 32], &mut rng).unwrap();
        let rows = layout.vectors.witness.len() + layout.vectors.helpers.len();
        let sent = proved.proof[..rows * POINT_BYTES].as_chunks::<POINT_BYTES>();
        let pixels = proved.statement.inputs.iter().map(encode_point);
        let commitments: Vec<_> = pixels.chain(sent.0.iter().copied()).collect();
        (commitments, proved.proof, rng.drawn)
    };
    let (honest, proof, drawn) = commitments(None);
    let hidden = layout.vectors.pixels.start..layout.vectors.helpers.end;
    assert_eq!(honest.len(), hidden.len());
    assert_eq!(drawn, hidden.len() + layout.vectors.random);
    let helpers = layout.vectors.helpers.len();
    // How often each row has another commitment. Rows of helpers depend on challenges, and so on all scalars before.
    let mut moved = vec![0; honest.len()];
    for scalar in 0..drawn {
        let (other, other_proof, _) = commitments(Some(scalar));
        assert_ne!(other_proof, proof, "scalar {scalar}");
        let of_helpers = scalar + helpers >= drawn;
        let compared = match of_helpers {
            true => honest.len(),
            false => honest.len() - helpers,
        };
        let rows = honest.iter().zip(&other).take(compared).enumerate();
        let rows: Vec<usize> = rows
            .filter(|(_, (honest, other))| honest != other)
            .map(|(row, _)| row)
            .collect();
        assert!(rows.len() == 1, "scalar {scalar}: rows {rows:?}");
        rows.iter().for_each(|row| moved[*row] += 1);
    }
    let mask = layout.vectors.mask - layout.vectors.pixels.start;
    for (row, moved) in moved.into_iter().enumerate() {
        let cells = if row == mask {
            layout.vectors.random
        } else {
            0
        };
        assert_eq!(moved, cells + 1, "row {row}");
    }
}

/// The claims on rows at the end of a proof, whatever it is about.
fn claims(key: &ProvingKey, layout: &Layout) -> Vec<Claim> {
    let mut rng = rng(3);
    let mut draw = || random(&mut rng);
    let challenges = Challenges {
        lookup: LookupChallenges {
            alpha: draw(),
            beta: draw(),
        },
        point: (1..layout.num_vars).map(|_| draw()).collect(),
        lambda: draw(),
    };
    let circuit = key.verifying().circuit();
    let labels = vec![0; layout.images];
    let relations = Relations::new(circuit, layout, &labels, &challenges).unwrap();
    let end = EvalClaim::<DEGREE> {
        point: (0..layout.num_vars).map(|_| draw()).collect(),
        value: draw(),
    };
    let values = layout.tables.iter();
    let values = values.map(|table| table.placements.iter().map(|_| draw()).collect());
    let values: Vec<Vec<Scalar>> = values.collect();
    close(circuit, layout, &relations, &challenges, end, &values)
}

/// How many of some vectors are independent.
fn rank(mut vectors: Vec<Vec<Scalar>>) -> usize {
    let mut rank = 0;
    for column in 0..vectors.first().map_or(0, Vec::len) {
        let pivot = (rank..vectors.len()).find(|row| vectors[*row][column] != Scalar::default());
        let Some(pivot) = pivot else { continue };
        vectors.swap(rank, pivot);
        let pivot = vectors[rank].clone();
        let over = pivot[column].inverse().unwrap();
        for vector in &mut vectors[rank + 1..] {
            let factor = vector[column] * over;
            let cells = vector.iter_mut().zip(&pivot);
            cells.for_each(|(cell, other)| *cell -= factor * other);
        }
        rank += 1;
    }
    rank
}

/// The random cells that hide the values of columns hide nothing else, and as combinations of them all values are
/// independent.
#[test]
fn no_two_values_of_columns_are_hidden_by_the_same() {
    for images in [1, 3] {
        let key = ProvingKey::new(setup(), model(), Privacy::Public).unwrap();
        let layout = key.layout(images).unwrap();
        let claims = claims(&key, &layout);
        let of_random_cells = |claim: &Claim| {
            let mut weights = vec![Scalar::default(); layout.vectors.random];
            for term in &claim.terms {
                let rows = term
                    .vectors
                    .iter()
                    .filter(|(row, _)| *row == layout.vectors.mask);
                let coefficient: Scalar = rows.map(|(_, coefficient)| coefficient).sum();
                let of_columns = term.functional.coefficients(layout.columns);
                let sums = weights.iter_mut().zip(of_columns);
                sums.for_each(|(sum, weight)| *sum += coefficient * weight);
            }
            weights
        };
        let mask = FREE_CELLS + layout.mask_shape().num_coefficients();
        let is_zero = |cells: &[Scalar]| cells.iter().all(|cell| *cell == Scalar::default());
        let of_mask = of_random_cells(&claims[0]);
        assert!(is_zero(&of_mask[..FREE_CELLS]) && is_zero(&of_mask[mask..]));
        let of_values = claims[1..=layout.num_values()].iter().map(of_random_cells);
        let of_values: Vec<Vec<Scalar>> = of_values.collect();
        assert!(of_values.iter().all(|weights| is_zero(&weights[..mask])));
        assert_eq!(layout.vectors.random - mask, layout.num_values());
        assert_eq!(rank(of_values), layout.num_values());
    }
}

/// A black image and equal logits make all columns zero, so that each value is its blind times one scalar.
#[test]
fn equal_columns_have_values_that_are_not_equal() {
    let mut layers = Layers::new(preprocessing([2, 2], false), 3);
    layers.flatten();
    let weights = layers.random.weights(4 * 3, 127);
    layers.then(Op::Dense(Dense {
        weights,
        weight_scale: 8,
        bias: vec![5; 3],
    }));
    let key = ProvingKey::new(setup(), layers.finish("equal"), Privacy::Public).unwrap();
    let black = [Pixels::new([1, 2, 2], vec![0; 4]).unwrap()];
    let proved = prove(setup(), &key, &black, [0; 32], &mut rng(9)).unwrap();
    let Proved {
        statement, proof, ..
    } = &proved;
    let events = record(setup().verifier(), key.verifying(), statement, proof).unwrap();
    let values = events.iter().find_map(|event| match event {
        Event::Message { label, words } if *label == labels::COLUMN_VALUES => Some(words),
        _ => None,
    });
    let values = values.expect("the values of columns");
    assert_eq!(values.len(), key.layout(1).unwrap().num_values());
    let distinct: BTreeSet<_> = values.iter().chain([&[0; 32]]).collect();
    assert_eq!(distinct.len(), values.len() + 1);
}

/// All words on a proof's tape, with those of the input commitments.
fn words(key: &ProvingKey, proved: &Proved) -> Vec<[u8; 32]> {
    let setup = setup().verifier();
    let events = record(setup, key.verifying(), &proved.statement, &proved.proof).unwrap();
    let mut words: Vec<[u8; 32]> = Vec::new();
    for point in &proved.statement.inputs {
        words.extend(encode_point(point).as_chunks().0);
    }
    for event in events {
        if let Event::Message { words: sent, .. } = event {
            words.extend(sent);
        }
    }
    words
}

#[test]
fn two_proofs_of_one_statement_share_no_word() {
    for shipped in zklens_models::ALL {
        let key = ProvingKey::new(setup(), shipped.decode().unwrap(), Privacy::Public).unwrap();
        let image = [pixels(key.model(), 1)];
        let mut rng = rng(5);
        let mut prove = || prove(setup(), &key, &image, [0; 32], &mut rng).unwrap();
        let (first, second) = (prove(), prove());
        let first = words(&key, &first);
        let distinct: BTreeSet<_> = first.iter().collect();
        assert_eq!(
            distinct.len(),
            first.len(),
            "no word occurs twice in one proof"
        );
        assert!(
            words(&key, &second)
                .iter()
                .all(|word| !distinct.contains(word))
        );
    }
}

/// Two images of one label: in each word of their proofs, the low two bits are as
/// evenly spread. A sanity check of every word; the argument is in the book.
#[test]
fn low_bits_of_every_word_are_as_even_whatever_the_image() {
    const PROOFS: usize = 48;
    const KINDS: usize = 4;
    /// A chi-squared variable with three degrees of freedom exceeds this once in 10^7 times.
    const LIMIT: f64 = 35.0;
    let key = ProvingKey::new(setup(), model(), Privacy::Public).unwrap();
    let label = |image: &Pixels| key.model().run(image).unwrap().classification().label();
    // Of four images of three classes two have one label.
    let black = Pixels::new([1, 4, 4], vec![0; 16]).unwrap();
    let others = (0..3).map(|seed| pixels(key.model(), seed));
    let images: Vec<Pixels> = std::iter::once(black).chain(others).collect();
    let pairs = images.iter().enumerate();
    let (first, second) = pairs
        .flat_map(|(index, first)| images[..index].iter().map(move |second| (first, second)))
        .find(|(first, second)| label(first) == label(second))
        .unwrap();
    assert_ne!(first, second);
    let mut rng = rng(6);
    for image in [first, second] {
        let image = [image.clone()];
        let mut counts: Vec<[usize; KINDS]> = Vec::new();
        for _ in 0..PROOFS {
            let proved = prove(setup(), &key, &image, [0; 32], &mut rng).unwrap();
            let words = words(&key, &proved);
            counts.resize(words.len(), [0; KINDS]);
            for (counts, word) in counts.iter_mut().zip(words) {
                counts[usize::from(word[31]) % KINDS] += 1;
            }
        }
        let expected = PROOFS as f64 / KINDS as f64;
        for (word, counts) in counts.iter().enumerate() {
            let deviation = counts
                .iter()
                .map(|count| (*count as f64 - expected).powi(2));
            let deviation = deviation.sum::<f64>() / expected;
            assert!(deviation < LIMIT, "word {word}: {deviation}");
        }
    }
}

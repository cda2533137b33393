//! Keys and proof files from strangers, and images that are shown: each refusal, by name.

mod common;

use common::{key_with_columns, pixels, rng, setup};
use zklens_commitment::{Setup, VectorLength, VerifierSetup};
use zklens_field::{POINT_BYTES, Point, Scalar, encode_g2_point, g2_generator, generator};
use zklens_layers::{LayerError, Layout};
use zklens_model::{Model, Pixels};
use zklens_prover::{Privacy, Proved, ProvingKey, prove};
use zklens_testkit::models::perceptron;
use zklens_verifier::{
    InputOpening, KeyError, Names, ProofFile, ProofFileError, Verified, VerifyError, VerifyingKey,
    verify,
};

fn model() -> Model {
    perceptron([3, 3], &[4, 3], 1)
}

fn key() -> ProvingKey {
    ProvingKey::new(setup(), model(), Privacy::Public).unwrap()
}

fn proved(key: &ProvingKey) -> Proved {
    let images = [pixels(key.model(), 1), pixels(key.model(), 2)];
    prove(setup(), key, &images, [5; 32], &mut rng(1)).unwrap()
}

fn names() -> Names {
    Names {
        name: "perceptron".into(),
        classes: ["a", "b", "c"].map(String::from).to_vec(),
        preprocessing: *model().preprocessing(),
    }
}

/// A key of the model's circuit with other names.
fn named(names: Names) -> Result<VerifyingKey, KeyError> {
    let key = key();
    let key = key.verifying();
    VerifyingKey::new(
        names,
        key.circuit().clone(),
        key.columns(),
        key.weight_commitments(),
    )
}

#[test]
fn names_and_pixels_fit_the_circuit() {
    assert!(named(names()).is_ok());
    let refused = |change: fn(&mut Names)| {
        let mut names = names();
        change(&mut names);
        assert_eq!(named(names), Err(KeyError::Names));
    };
    refused(|names| names.preprocessing.width = 4);
    refused(|names| names.preprocessing.height = u16::MAX);
    refused(|names| names.classes.push("d".into()));
    refused(|names| names.classes[1] = "b\u{1b}[2J".into());
    refused(|names| names.name = String::new());
}

#[test]
fn commitments_are_as_many_as_vectors() {
    let key = key();
    let key = key.verifying();
    let mut weights = key.weight_commitments().to_vec();
    weights.push(generator());
    let refused = VerifyingKey::new(names(), key.circuit().clone(), key.columns(), &weights);
    let expected = key.weight_commitments().len();
    let got = expected + 1;
    assert_eq!(refused, Err(KeyError::Commitments { expected, got }));
    let short = VectorLength::new(8).unwrap();
    let refused = VerifyingKey::new(
        names(),
        key.circuit().clone(),
        short,
        key.weight_commitments(),
    );
    assert!(matches!(
        refused,
        Err(KeyError::Circuit(LayerError::MaskTooLong { .. }))
    ));
    let mut circuit = key.circuit().clone();
    circuit.tables.swap(0, 1);
    let refused = VerifyingKey::new(names(), circuit, key.columns(), key.weight_commitments());
    assert!(matches!(
        refused,
        Err(KeyError::Circuit(LayerError::Malformed { table: 0 }))
    ));
}

#[test]
fn key_files_that_are_none_are_refused() {
    let key = key();
    let file = key.verifying().encode();
    assert_eq!(VerifyingKey::decode(&file).as_ref(), Ok(key.verifying()));
    let refused = |file: &[u8]| VerifyingKey::decode(file).unwrap_err();
    assert_eq!(refused(b"ZKL"), KeyError::NotAKey);
    assert_eq!(refused(&file[1..]), KeyError::NotAKey);
    assert_eq!(
        refused(&[&file[..4], &[9, 0], &file[6..]].concat()),
        KeyError::Version { got: 9 }
    );
    assert_eq!(refused(&file[..file.len() - 1]), KeyError::Malformed);
    assert_eq!(refused(&[&file[..], &[0]].concat()), KeyError::Malformed);
    // The last point, which ends the file.
    let mut other = file.clone();
    *other.last_mut().unwrap() ^= 1;
    let row = key.verifying().weight_commitments().len() - 1;
    assert_eq!(refused(&other), KeyError::Point { vector: row });
    // Four names, preprocessing, then the columns.
    let at = 6 + (1 + 10) + 1 + 3 * (1 + "class 0".len()) + 5;
    let mut other = file;
    let columns = key.verifying().columns().count();
    let written = varint(columns);
    let end = at + written.len();
    assert_eq!(written, other[at..end]);
    for got in [0, VectorLength::MAX.count() + 1] {
        let body = [&other[..at], &varint(got), &other[end..]].concat();
        assert_eq!(refused(&body), KeyError::Columns { got });
    }
    other.truncate(end);
    assert_eq!(refused(&other), KeyError::Malformed);
}

/// The bytes of the weights, which end the file, are whole points.
#[test]
fn key_files_with_a_part_of_a_point_more_are_refused() {
    let key = key();
    let points = key.verifying().weight_commitments().len();
    let file = key.verifying().encode();
    let len = points * POINT_BYTES;
    let (body, weights) = file.split_at(file.len() - len);
    let body = body.strip_suffix(&*varint(len)).unwrap();
    let with = |weights: &[u8]| {
        let file = [body, &varint(weights.len()), weights].concat();
        VerifyingKey::decode(&file)
    };
    assert_eq!(with(weights).as_ref(), Ok(key.verifying()));
    for (more, whole) in [(1, 0), (32, 0), (POINT_BYTES - 1, 0), (POINT_BYTES, 1)] {
        let weights = [weights, &vec![0; more]].concat();
        let (expected, got) = (points, points + whole);
        let refused = Err(KeyError::Commitments { expected, got });
        assert_eq!(with(&weights), refused, "{more} bytes more");
    }
    for fewer in [1, 32, POINT_BYTES - 1, POINT_BYTES] {
        let (expected, got) = (points, points - 1);
        let refused = Err(KeyError::Commitments { expected, got });
        assert_eq!(with(&weights[..len - fewer]), refused, "{fewer} bytes less");
    }
}

/// Zeros that nothing blinds are committed to by the point at infinity, which has no encoding of its own.
#[test]
fn a_vector_of_zeros_is_a_commitment_of_a_key() {
    let key = key();
    let key = key.verifying();
    let mut weights = key.weight_commitments().to_vec();
    weights[0] = Point::default();
    let zeros = VerifyingKey::new(names(), key.circuit().clone(), key.columns(), &weights);
    let zeros = zeros.unwrap();
    assert_eq!(zeros.weight_commitments(), weights);
    let file = zeros.encode();
    assert_eq!(VerifyingKey::decode(&file), Ok(zeros));
    // A zero beside another coordinate encodes nothing.
    let at = file.len() - weights.len() * POINT_BYTES;
    assert_eq!(file[at..][..POINT_BYTES], [0; POINT_BYTES]);
    for coordinate in [at + 31, at + POINT_BYTES - 1] {
        let mut other = file.clone();
        other[coordinate] = 1;
        let refused = Err(KeyError::Point { vector: 0 });
        assert_eq!(VerifyingKey::decode(&other), refused);
    }
}

/// More images need longer vectors. A key must only have vectors that are long enough for one image.
#[test]
fn a_key_is_of_vectors_that_are_long_enough_for_one_image() {
    // More pixels than there are bytes, so that the pixels' table is the largest.
    let model = perceptron([20, 20], &[2, 3], 1);
    let own = ProvingKey::new(setup(), model.clone(), Privacy::Public).unwrap();
    let circuit = own.verifying().circuit();
    let layout =
        |columns: usize, images| Layout::new(circuit, VectorLength::new(columns).unwrap(), images);
    let shortest = (1..1000)
        .find(|columns| layout(*columns, 1).is_ok())
        .unwrap();
    let is_too_long =
        |layout: Result<Layout, LayerError>| matches!(layout, Err(LayerError::MaskTooLong { .. }));
    assert!(is_too_long(layout(shortest, 2)));
    let key = key_with_columns(&model, shortest);
    let images = [pixels(key.model(), 1)];
    let proved = prove(setup(), &key, &images, [5; 32], &mut rng(1)).unwrap();
    let checked =
        verified(&key, &proved).check_pixels(setup(), key.verifying(), &images, &proved.opening);
    assert_eq!(checked, Ok(()));
}

/// Seven bits a byte, the lowest first.
fn varint(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number > 0x7f {
        bytes.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
    bytes
}

#[test]
fn proof_files_that_are_none_are_refused() {
    let key = key();
    let Proved {
        statement,
        proof,
        opening,
    } = proved(&key);
    let file = ProofFile {
        statement,
        proof,
        opening: Some(opening),
    };
    let bytes = file.encode();
    assert_eq!(ProofFile::decode(&bytes), Ok(file.clone()));
    let hidden = ProofFile {
        opening: None,
        ..file
    };
    assert_eq!(ProofFile::decode(&hidden.encode()), Ok(hidden));
    let refused = |file: &[u8]| ProofFile::decode(file).unwrap_err();
    assert_eq!(refused(b"ZKL"), ProofFileError::NotAProof);
    assert_eq!(refused(&bytes[1..]), ProofFileError::NotAProof);
    let version = [&bytes[..4], &[9, 0], &bytes[6..]].concat();
    assert_eq!(refused(&version), ProofFileError::Version { got: 9 });
    assert_eq!(
        refused(&bytes[..bytes.len() - 1]),
        ProofFileError::Malformed
    );
    assert_eq!(
        refused(&[&bytes[..], &[0]].concat()),
        ProofFileError::Malformed
    );
}

fn verified(key: &ProvingKey, proved: &Proved) -> Verified {
    let statement = proved.statement.clone();
    verify(
        setup().verifier(),
        key.verifying(),
        statement,
        &proved.proof,
    )
    .unwrap()
}

#[test]
fn only_the_images_that_were_classified_are_shown() {
    let own_vectors = key_with_columns(&perceptron([6, 6], &[2, 3], 1), 64);
    for (key, rows) in [(key(), 1), (own_vectors, 2)] {
        let proved = proved(&key);
        assert_eq!(proved.statement.inputs.len(), rows);
        let verified = verified(&key, &proved);
        let show = |images: &[Pixels], opening: &InputOpening| {
            verified.check_pixels(setup(), key.verifying(), images, opening)
        };
        let check = |images: &[Pixels]| show(images, &proved.opening);
        let images = [1, 2].map(|seed| pixels(key.model(), seed));
        assert_eq!(check(&images), Ok(()));

        let other = |first, last| Err(VerifyError::OtherPixels { first, last });
        let [one, two] = &images;
        // Images that share a vector cannot be told apart.
        let [is_one, is_two] = [0, 1].map(|image| match rows {
            1 => other(0, 1),
            _ => other(image, image),
        });
        assert_eq!(check(&[two.clone(), one.clone()]), is_one);
        assert_eq!(check(&[one.clone(), one.clone()]), is_two);
        for (image, is_other) in [is_one, is_two].into_iter().enumerate() {
            let mut changed = images.clone();
            let mut values = changed[image].values().to_vec();
            values[8] ^= 1;
            changed[image] = Pixels::new(one.shape(), values.clone()).unwrap();
            assert_eq!(check(&changed), is_other);
            let turned = [1, 1, u16::try_from(values.len()).unwrap()];
            changed[image] = Pixels::new(turned, images[image].values().to_vec()).unwrap();
            assert_eq!(check(&changed), other(image, image));

            let mut opening = proved.opening.clone();
            opening.blindings[image % rows] += Scalar::from(1_u64);
            let of_row = [is_one, is_two][image % rows];
            assert_eq!(show(&images, &opening), of_row);
        }
        let (expected, got) = (2, 1);
        assert_eq!(
            check(&images[..1]),
            Err(VerifyError::Images { expected, got })
        );
        let blindings = Vec::new();
        assert_eq!(show(&images, &InputOpening { blindings }), other(0, 1));
    }
}

/// Two images of one pixel each share a vector: the last cell is the second's.
#[test]
fn images_of_one_pixel_are_counted_as_others_are() {
    let model = perceptron([1, 1], &[2, 3], 1);
    let key = ProvingKey::new(setup(), model, Privacy::Public).unwrap();
    let proved = proved(&key);
    let verified = verified(&key, &proved);
    let [first, second] = [1, 2].map(|seed| pixels(key.model(), seed));
    let check = |images: &[Pixels]| {
        verified.check_pixels(setup(), key.verifying(), images, &proved.opening)
    };
    assert_eq!(check(&[first.clone(), second.clone()]), Ok(()));
    let (is_first, last) = (0, 1);
    assert_eq!(
        check(&[second, first]),
        Err(VerifyError::OtherPixels {
            first: is_first,
            last
        })
    );
}

/// Two models with equal pixels and vectors. Their proofs' images lie alike, so the points would open under either key.
#[test]
fn images_are_shown_under_the_key_of_the_proof() {
    let (key, other) = (key(), perceptron([3, 3], &[4, 3], 2));
    let other = ProvingKey::new(setup(), other, Privacy::Public).unwrap();
    let [ours, theirs] = [&key, &other].map(ProvingKey::verifying);
    assert_eq!(ours.preprocessing(), theirs.preprocessing());
    assert_eq!(ours.columns(), theirs.columns());
    assert_eq!(
        key.layout(2).unwrap().vectors,
        other.layout(2).unwrap().vectors
    );
    let proved = proved(&key);
    let verified = verified(&key, &proved);
    let images = [1, 2].map(|seed| pixels(key.model(), seed));
    let check = |key| verified.check_pixels(setup(), key, &images, &proved.opening);
    assert_eq!(check(ours), Ok(()));
    let (expected, got) = (ours.id(), theirs.id());
    assert_eq!(
        check(theirs),
        Err(VerifyError::OtherModel { expected, got })
    );
}

#[test]
fn images_are_shown_under_the_setup_of_the_proof() {
    let key = key();
    let proved = proved(&key);
    let verified = verified(&key, &proved);
    let images = [1, 2].map(|seed| pixels(key.model(), seed));
    let check =
        |setup: &Setup| verified.check_pixels(setup, key.verifying(), &images, &proved.opening);
    // The powers are the ceremony's; the point of the second group is not.
    let one = encode_g2_point(&g2_generator());
    let other = Setup::decode(zklens_setup::STRING, &one).unwrap();
    assert_eq!(check(&other), Err(VerifyError::OtherSetup));
    let short = Setup::decode(&zklens_setup::STRING[..64 * 9], &zklens_setup::TAU_G2).unwrap();
    let expected = key.verifying().columns().count() + 1;
    assert_eq!(
        check(&short),
        Err(VerifyError::ShortSetup { expected, got: 9 })
    );
    let unlike = VerifierSetup::decode(&one).unwrap();
    let refused = verify(
        &unlike,
        key.verifying(),
        proved.statement.clone(),
        &proved.proof,
    );
    assert!(matches!(refused, Err(VerifyError::Opening(_))));
}

#[test]
fn statements_of_nothing_are_refused() {
    let key = key();
    let proved = proved(&key);
    let refused = |change: fn(&mut zklens_verifier::Statement)| {
        let mut statement = proved.statement.clone();
        change(&mut statement);
        verify(
            setup().verifier(),
            key.verifying(),
            statement,
            &proved.proof,
        )
        .unwrap_err()
    };
    let nothing = refused(|statement| statement.labels.clear());
    assert_eq!(nothing, VerifyError::Statement(LayerError::NoImages));
    let more = refused(|statement| statement.inputs.push(generator()));
    let (expected, got) = (1, 2);
    assert_eq!(more, VerifyError::Inputs { expected, got });
    let none = refused(|statement| statement.inputs.clear());
    let (expected, got) = (1, 0);
    assert_eq!(none, VerifyError::Inputs { expected, got });
    let class = refused(|statement| statement.labels[1] = 3);
    let (image, label, classes) = (1, 3, 3);
    let expected = LayerError::Label {
        image,
        label,
        classes,
    };
    assert_eq!(class, VerifyError::Statement(expected));
}

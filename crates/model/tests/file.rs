//! The file format: every file that `encode` writes is read, and no other.

use proptest::prelude::*;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use zklens_model::{
    COMPACT_FILE_VERSION, Crop, Dense, FILE_VERSION, FileError, Filter, GraphBuilder, GraphError,
    Interval, LookupTable, MAX_FILE_BYTES, Model, ModelError, NodeId, Op, OpError, Preprocessing,
    Relu, Resize, View, Weights,
};
use zklens_testkit::models::{class_names, lenet, perceptron, preprocessing};
use zklens_testkit::{Kind, Random, Recipe, recipe};

/// A file's body, in the order of its fields.
type Body = (
    String,
    Vec<String>,
    Preprocessing,
    Vec<(Op, Vec<NodeId>, Interval)>,
);

const HEADER_BYTES: usize = 10;
const DIGEST_BYTES: usize = 32;

fn body_of(model: &Model) -> Body {
    let nodes = model.graph().nodes().iter().skip(1);
    let nodes = nodes.map(|n| (n.op().clone(), n.inputs().to_vec(), n.tensor().bounds));
    let (name, classes) = (model.name().into(), model.classes().to_vec());
    (name, classes, *model.preprocessing(), nodes.collect())
}

/// A file around any body, with the right digest.
fn file_around(body: &[u8]) -> Vec<u8> {
    file_of_version(FILE_VERSION, body)
}

fn file_of_version(version: u16, body: &[u8]) -> Vec<u8> {
    let mut file = b"ZKLM".to_vec();
    file.extend(version.to_le_bytes());
    file.extend(u32::try_from(body.len()).unwrap().to_le_bytes());
    file.extend(body);
    sealed(file)
}

fn sealed(mut file: Vec<u8>) -> Vec<u8> {
    let digest = Sha256::digest(&file);
    file.extend(digest);
    file
}

fn bytes(value: &impl Serialize) -> Vec<u8> {
    postcard::to_allocvec(value).unwrap()
}

fn decode_body(body: &[u8]) -> Result<Model, FileError> {
    Model::decode(&file_around(body))
}

/// A small model: two nodes, weights of one byte.
fn small() -> Model {
    perceptron([1, 2], &[2], 1)
}

fn grown(seed: u64) -> Model {
    let mut random = Random::new(seed);
    let wishes = (0..4).map(|_| (random.pick(Kind::ALL), random.bits()));
    let recipe = Recipe {
        sides: [3, 3],
        rgb: false,
        wishes: wishes.collect(),
    };
    recipe.model()
}

proptest! {
    #[test]
    fn what_is_written_is_read(recipe in recipe::recipes()) {
        let model = recipe.model();
        let file = model.encode();
        prop_assert_eq!(&Model::decode(&file), &Ok(model.clone()));
        prop_assert!(file.ends_with(&model.digest()));
    }

    #[test]
    fn random_bodies_that_are_accepted_are_in_their_only_form(
        body in prop::collection::vec(any::<u8>(), 0..400),
    ) {
        if let Ok(model) = decode_body(&body) {
            prop_assert_eq!(model.encode(), file_around(&body));
        }
    }

    #[test]
    fn changed_bodies_that_are_accepted_are_in_their_only_form(
        recipe in recipe::recipes(),
        resize in prop::sample::select(resizes()),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
    ) {
        let mut body = body_of(&recipe.model());
        body.2.resize = resize;
        let mut body = bytes(&body);
        for (index, byte) in changes {
            let index = index.index(body.len());
            body[index] = byte;
        }
        // An accepted file is a model in its only form.
        if let Ok(model) = decode_body(&body) {
            prop_assert_eq!(model.encode(), file_around(&body));
        }
    }

    #[test]
    fn random_files_are_refused(file in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(Model::decode(&file).is_err());
    }
}

#[test]
fn the_usual_networks_are_written_and_read() {
    for model in [lenet(1), perceptron([28, 28], &[30, 10], 2)] {
        assert_eq!(Model::decode(&model.encode()), Ok(model));
    }
}

/// [`small`], for pictures that are resized in another way.
fn small_with(resize: Resize) -> Model {
    let model = small();
    let mut graph = GraphBuilder::new(Preprocessing {
        resize,
        ..*model.preprocessing()
    })
    .unwrap();
    for node in model.graph().nodes().iter().skip(1) {
        graph.push(node.op().clone(), node.inputs()).unwrap();
    }
    let graph = graph.finish().unwrap();
    Model::new(model.name(), model.classes().to_vec(), graph).unwrap()
}

fn resizes() -> Vec<Resize> {
    let crops = [
        None,
        Crop::new(1, 1),
        Crop::new(7, 8),
        Crop::new(1, u16::MAX),
    ];
    let views = crops.into_iter().flat_map(|crop| {
        let filters = [Filter::Nearest, Filter::Area].into_iter();
        filters.flat_map(move |filter| [false, true].map(|up| View::new(up, crop, filter)))
    });
    let views = views.flatten().map(Resize::View);
    [Resize::Nearest, Resize::Box]
        .into_iter()
        .chain(views)
        .collect()
}

#[test]
fn every_way_to_resize_is_written_and_read() {
    let resizes = resizes();
    assert_eq!(resizes.len(), 2 + 15);
    let mut digests = BTreeSet::new();
    for resize in resizes {
        let model = small_with(resize);
        assert_eq!(Model::decode(&model.encode()).as_ref(), Ok(&model));
        assert!(digests.insert(model.digest()), "{resize:?}");
    }
}

/// The numbers are those of `book/model-file.md`.
#[test]
fn a_view_has_one_form() {
    // Name, three class names and sides come before it, and whether to invert after it.
    let [before, after] = {
        let body = bytes(&body_of(&small_with(Resize::Box)));
        let name = "perceptron".len() + 1;
        let at = name + 1 + 2 * ("class 0".len() + 1) + 3;
        assert_eq!(body[at - 3..=at + 1], [1, 2, 0, 1, 0]);
        [body[..at].to_vec(), body[at + 1..].to_vec()]
    };
    let read = |resize: &[u8]| {
        let model = decode_body(&[&before, resize, &after].concat());
        model.map(|model| model.preprocessing().resize)
    };
    let view = |upright, crop, filter| Ok(Resize::View(View::new(upright, crop, filter).unwrap()));
    assert_eq!(read(&[0]), Ok(Resize::Nearest));
    assert_eq!(
        read(&[2, 1, 1, 7, 8, 1]),
        view(true, Crop::new(224, 256), Filter::Area)
    );
    assert_eq!(
        read(&[2, 0, 1, 1, 1, 0]),
        view(false, Crop::new(9, 9), Filter::Nearest)
    );
    assert_eq!(read(&[2, 1, 0, 0]), view(true, None, Filter::Nearest));
    assert_eq!(read(&[2, 0, 0, 1]), view(false, None, Filter::Area));
    for other in [
        &[3][..],                        // no such way to resize
        &[2, 0, 0, 0],                   // `Resize::Nearest`
        &[2, 2, 0, 1],                   // no truth value
        &[2, 1, 2, 1],                   // no option
        &[2, 1, 0, 2],                   // no such filter
        &[2, 1, 1, 14, 16, 1],           // not in lowest terms
        &[2, 1, 1, 0, 1, 1],             // nothing is kept
        &[2, 1, 1, 0, 0, 1],             // nothing of nothing
        &[2, 1, 1, 8, 7, 1],             // more than there is
        &[2, 1, 1, 0x87, 0, 8, 1],       // a number that is longer than it need be
        &[2, 1, 1, 1, 0x80, 0x80, 4, 1], // more than 16 bits
    ] {
        assert!(read(other).is_err(), "{other:?}");
    }
}

#[test]
fn a_crop_is_in_lowest_terms() {
    for of in 0..=300 {
        for kept in 0..=of + 1 {
            let crop = Crop::new(kept, of);
            assert_eq!(crop.is_some(), kept > 0 && kept <= of, "{kept}/{of}");
            let Some(crop) = crop else { continue };
            assert_eq!(
                u32::from(crop.kept()) * u32::from(of),
                u32::from(kept) * u32::from(crop.of())
            );
            let divides_both = |d: &u16| crop.kept() % d == 0 && crop.of() % d == 0;
            assert_eq!((2..=crop.kept()).find(divides_both), None, "{kept}/{of}");
        }
    }
    assert_eq!(Crop::new(u16::MAX, u16::MAX), Some(Crop::WITHOUT_BORDER));
}

#[test]
fn a_file_is_its_header_body_and_digest() {
    let model = grown(1);
    assert_eq!(model.encode(), file_around(&bytes(&body_of(&model))));
}

#[test]
fn models_that_differ_have_other_digests() {
    let models = [
        small(),
        perceptron([1, 2], &[2], 2),
        perceptron([2, 1], &[2], 1),
    ];
    assert_ne!(models[0].digest(), models[1].digest());
    assert_ne!(models[0].digest(), models[2].digest());
}

#[test]
fn refuses_every_flipped_bit() {
    for model in [small(), grown(2), grown(3)] {
        let file = model.encode();
        for bit in 0..8 * file.len() {
            let mut flipped = file.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let error = Model::decode(&flipped).unwrap_err();
            let expected = match bit / 8 {
                0..4 => error == FileError::NotAModel,
                4..6 => matches!(error, FileError::Version { .. }),
                6..10 => error == FileError::Length { got: file.len() },
                _ => error == FileError::Digest,
            };
            assert!(expected, "bit {bit}: {error}");
        }
    }
}

#[test]
fn refuses_every_truncation() {
    for model in [small(), grown(2), grown(3)] {
        let file = model.encode();
        for got in 0..file.len() {
            let expected = match got {
                0..4 => FileError::NotAModel,
                _ => FileError::Length { got },
            };
            assert_eq!(Model::decode(&file[..got]), Err(expected));
        }
    }
}

#[test]
fn refuses_every_truncated_body_with_a_right_digest() {
    let body = bytes(&body_of(&grown(2)));
    for end in 0..body.len() {
        assert_eq!(decode_body(&body[..end]), Err(FileError::Malformed));
    }
}

#[test]
fn refuses_bytes_after_the_digest_or_the_body() {
    let mut file = small().encode();
    file.push(0);
    let got = file.len();
    assert_eq!(Model::decode(&file), Err(FileError::Length { got }));
    let mut body = bytes(&body_of(&small()));
    body.push(0);
    assert_eq!(decode_body(&body), Err(FileError::Malformed));
}

#[test]
fn refuses_another_version_even_with_a_right_digest() {
    for got in [0, COMPACT_FILE_VERSION + 1, u16::MAX] {
        let mut file = small().encode();
        file.truncate(file.len() - DIGEST_BYTES);
        file[4..6].copy_from_slice(&got.to_le_bytes());
        assert_eq!(
            Model::decode(&sealed(file)),
            Err(FileError::Version { got })
        );
    }
}

#[test]
fn refuses_a_file_larger_than_the_limit() {
    let got = MAX_FILE_BYTES + 1;
    let file = vec![0; got];
    assert_eq!(Model::decode(&file), Err(FileError::TooLarge { got }));
    assert_eq!(Model::decode(&file[1..]), Err(FileError::NotAModel));
}

#[test]
fn refuses_bounds_that_the_graph_does_not_give() {
    let model = small();
    let computed = model.graph().output().unwrap().bounds;
    let wider = Interval {
        lo: computed.lo - 1,
        ..computed
    };
    let narrower = Interval {
        hi: computed.hi - 1,
        ..computed
    };
    for stored in [wider, narrower, Interval::ZERO, Interval { lo: 1, hi: 0 }] {
        let mut body = body_of(&model);
        body.3[1].2 = stored;
        let error = FileError::Bounds {
            node: 2,
            stored,
            computed,
        };
        assert_eq!(decode_body(&bytes(&body)), Err(error));
    }
}

#[test]
fn refuses_a_graph_that_cannot_be_built() {
    let refused = |change: fn(&mut Body)| {
        let mut body = body_of(&small());
        change(&mut body);
        decode_body(&bytes(&body)).unwrap_err()
    };
    let no_pixels = refused(|body| body.2.height = 0);
    assert_eq!(no_pixels, FileError::Graph(GraphError::InputShape));
    let loops = refused(|body| body.3[0].1 = vec![1]);
    let error = GraphError::Node {
        node: 1,
        operator: "Reshape",
        error: OpError::UnknownOperand,
    };
    assert_eq!(loops, FileError::Graph(error));
    let unused = refused(|body| {
        let pixels = Interval { lo: 0, hi: 255 };
        body.3.insert(0, (Op::Relu(Relu), vec![0], pixels));
        body.3[1].1 = vec![0];
        body.3[2].1 = vec![2];
    });
    assert_eq!(unused, FileError::Graph(GraphError::Unused { node: 1 }));
    let mut many = body_of(&small());
    let pixels = Interval { lo: 0, hi: 255 };
    let relus = (0..GraphBuilder::MAX_NODES).map(|last| (Op::Relu(Relu), vec![last], pixels));
    many.3 = relus.collect();
    let limit = GraphBuilder::MAX_NODES;
    let error = FileError::Graph(GraphError::TooManyNodes { limit });
    assert_eq!(decode_body(&bytes(&many)), Err(error));
}

#[test]
fn refuses_names_that_no_model_has() {
    let mut body = body_of(&small());
    body.0 = String::new();
    let error = FileError::Model(ModelError::Name);
    assert_eq!(decode_body(&bytes(&body)), Err(error));
    let mut body = body_of(&small());
    body.1 = class_names(3);
    let error = ModelError::Classes { outputs: 2, got: 3 };
    assert_eq!(decode_body(&bytes(&body)), Err(FileError::Model(error)));
}

#[test]
fn refuses_more_nodes_or_classes_than_a_model_may_have() {
    let mut body = body_of(&small());
    let node = (Op::Input, Vec::new(), Interval::ZERO);
    body.3 = vec![node; GraphBuilder::MAX_NODES + 1];
    assert_eq!(decode_body(&bytes(&body)), Err(FileError::Malformed));
    let mut body = body_of(&small());
    body.1 = vec![String::new(); Model::MAX_CLASSES + 1];
    assert_eq!(decode_body(&bytes(&body)), Err(FileError::Malformed));
}

/// The body, with one part that is written by hand.
fn with_operator(operator: &[u8], inputs: &[u8], bounds: &[u8]) -> Vec<u8> {
    let two = preprocessing([1, 2], false);
    let mut body = bytes(&("m".to_string(), class_names(2), two));
    body.push(1);
    body.extend(operator);
    body.extend(inputs);
    body.extend(bounds);
    body
}

#[test]
fn refuses_numbers_that_are_longer_than_they_need_be() {
    // Reshape (variant 12) to [2, 1, 1] of node 0, bounds 0…255 (zigzag: 0, 510 = 0xFE 0x03).
    let (operator, inputs, bounds) = ([12, 2, 1, 1], [1, 0], [0, 0xFE, 3]);
    assert!(decode_body(&with_operator(&operator, &inputs, &bounds)).is_ok());
    let spellings = [
        with_operator(&[0x8C, 0, 2, 1, 1], &inputs, &bounds),
        with_operator(&[12, 0x82, 0, 1, 1], &inputs, &bounds),
        with_operator(&[12, 0x82, 0x80, 0, 1, 1], &inputs, &bounds),
        with_operator(&operator, &[0x81, 0, 0], &bounds),
        with_operator(&operator, &[1, 0x80, 0], &bounds),
        with_operator(&operator, &inputs, &[0x80, 0, 0xFE, 3]),
        with_operator(&operator, &inputs, &[0, 0xFE, 0x83, 0]),
    ];
    for body in spellings {
        assert_eq!(decode_body(&body), Err(FileError::NotCanonical));
    }
}

#[test]
fn refuses_operators_that_do_not_exist() {
    let after_the_last = u8::try_from(Op::NAMES.len()).unwrap();
    for operator in [after_the_last, 127] {
        let body = with_operator(&[operator, 2, 1, 1], &[1, 0], &[0, 0xFE, 3]);
        assert_eq!(decode_body(&body), Err(FileError::Malformed));
    }
}

/// A body whose one node is a flat table on two pixels, its weights written by hand.
fn with_weights(weights: &[u8]) -> Vec<u8> {
    let mut operator = vec![7, 0];
    operator.push(u8::try_from(weights.len()).unwrap());
    operator.extend(weights);
    operator.push(0);
    with_operator(&operator, &[1, 0], &[0, 0])
}

#[test]
fn refuses_weights_wider_than_they_need_be_or_of_no_width() {
    let hands: [&[u8]; 8] = [
        &[],
        &[0, 1],
        &[3, 1, 2, 3],
        &[2, 1],
        &[2, 127, 0],
        &[4, 0xFF, 0x7F, 0, 0],
        &[4, 1, 2, 3],
        &[8, 1, 2, 3, 4, 5, 6, 7, 8],
    ];
    for weights in hands {
        let body = with_weights(weights);
        assert_eq!(decode_body(&body), Err(FileError::Malformed), "{weights:?}");
    }
    // With the right width they are read, and the graph then expects more of them.
    for weights in [[1, 127].as_slice(), &[2, 128, 0], &[4, 0, 0x80, 0, 0]] {
        let error = decode_body(&with_weights(weights)).unwrap_err();
        assert!(matches!(error, FileError::Graph(_)), "{weights:?}: {error}");
    }
}

#[test]
fn weights_take_as_few_bytes_as_they_need() {
    let width = |weight: i32| Weights::new(vec![0, weight]).width();
    assert_eq!([0, 127, -128].map(width), [1; 3]);
    assert_eq!([128, -129, 32_767, -32_768].map(width), [2; 4]);
    assert_eq!([32_768, -32_769, i32::MAX, i32::MIN].map(width), [4; 4]);
    for weight in [0, 128, -129, 32_768, i32::MAX, i32::MIN] {
        let mut body = body_of(&small());
        let Op::Dense(dense) = &mut body.3[1].0 else {
            panic!("a dense layer");
        };
        *dense = Dense {
            weights: Weights::new(vec![weight; 4]),
            weight_scale: 0,
            bias: vec![0; 2],
        };
        let reach = i64::from(weight) * 510;
        let bounds = Interval {
            lo: reach.min(0),
            hi: reach.max(0),
        };
        body.3[1].2 = bounds;
        assert!(decode_body(&bytes(&body)).is_ok(), "{weight}");
    }
}

#[test]
fn refuses_a_length_that_the_body_does_not_have() {
    let file = small().encode();
    let len = u32::try_from(file.len() - HEADER_BYTES - DIGEST_BYTES).unwrap();
    for length in [0, len - 1, len + 1, u32::MAX] {
        let mut lying = file[..file.len() - DIGEST_BYTES].to_vec();
        lying[6..10].copy_from_slice(&length.to_le_bytes());
        let got = file.len();
        assert_eq!(
            Model::decode(&sealed(lying)),
            Err(FileError::Length { got })
        );
    }
}

#[test]
fn tables_of_the_largest_size_are_written_and_read() {
    let mut graph = GraphBuilder::new(preprocessing([1, 2], false)).unwrap();
    let flat = graph.push(Op::flatten(2), &[0]).unwrap();
    let values = Random::new(1).weights(LookupTable::MAX_LEN, 0x7FFF);
    let table = LookupTable {
        first: -1000,
        values,
        scale: -7,
    };
    graph.push(Op::LookupTable(table), &[flat]).unwrap();
    let model = Model::new("table", class_names(2), graph.finish().unwrap()).unwrap();
    assert_eq!(Model::decode(&model.encode()), Ok(model));
}

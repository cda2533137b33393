//! Where the bytes of numbers lie, and that they are all looked up, whatever the circuit, the batch and the length of
//! rows.

use proptest::prelude::{ProptestConfig, prop_assume, proptest};
use std::collections::{BTreeMap, BTreeSet};
use zklens_commitment::{Claim, Columns, Term};
use zklens_field::{Field, Scalar};
use zklens_layers::array::{Array, Place};
use zklens_layers::closing::close;
use zklens_layers::gadget::{Column, Gadget, Key};
use zklens_layers::lookup::{HelperKeys, LookupChallenges};
use zklens_layers::plan::{DEGREE, FREE_CELLS, TablePlan};
use zklens_layers::{Challenges, Circuit, Plan, Relations};
use zklens_model::{MaxPool, Model, Op, Relu, Rescale, Window};
use zklens_multilinear::eq_table;
use zklens_sumcheck::EvalClaim;
use zklens_testkit::models::{Layers, lenet, padded, perceptron, preprocessing};
use zklens_testkit::recipe::recipes;

/// A committed row, and a cell of it.
type Cell = (usize, usize);

/// Two channels of nine by nine cells, of which the largest of four are taken.
fn convolution() -> Model {
    let mut layers = Layers::new(preprocessing([9, 9], false), 1);
    layers.conv2d(2, padded(3, 1, 1), 1);
    layers.then(Op::Rescale(Rescale { shift: 8 }));
    layers.then(Op::Relu(Relu));
    layers.conv2d(3, padded(3, 1, 1), 1);
    let window = Window::square(2, 2);
    layers.then(Op::MaxPool(MaxPool { window }));
    layers.flatten();
    layers.dense(3);
    layers.finish("convolution")
}

fn circuit(model: &Model) -> Circuit {
    Circuit::compile(model).expect("a model that can be proved")
}

/// `None` if the random cells do not fit.
fn plan(circuit: &Circuit, columns: usize, images: usize) -> Option<Plan> {
    Plan::new(circuit, Columns::new(columns).unwrap(), images).ok()
}

/// Plans of all kinds: of one row of bytes and of many, with pieces of a row and with rows of a piece.
fn plans() -> Vec<(Circuit, Plan)> {
    let models = [convolution(), perceptron([2, 2], &[3, 2], 1), lenet(1)];
    let circuits: Vec<Circuit> = models.iter().map(circuit).collect();
    let mut plans = Vec::new();
    for circuit in &circuits {
        for columns in [64, 80, 150, 500, 1000, 4096, Columns::MAX.count()] {
            for images in [1, 2, 5] {
                let plan = plan(circuit, columns, images);
                plans.extend(plan.map(|plan| (circuit.clone(), plan)));
            }
        }
    }
    plans
}

/// All numbers: their tables, their bytes and where these are.
fn numbers(plan: &Plan) -> impl Iterator<Item = (&TablePlan, usize, &Array)> {
    plan.tables.iter().flat_map(|layout| {
        let columns = layout.rules.columns.iter().zip(&layout.places);
        columns.filter_map(move |(column, place)| match column {
            Column::Number { bytes } => Some((layout, usize::from(*bytes), place.as_ref()?)),
            _ => None,
        })
    })
}

/// The columns of the table of all numbers' bytes.
fn pieces<'a>(circuit: &Circuit, plan: &'a Plan) -> Vec<&'a Array> {
    let range = &plan.tables[circuit.range()];
    let columns = range.rules.columns.iter().zip(&range.places);
    columns.filter_map(|(_, place)| place.as_ref()).collect()
}

/// Where every cell of an array lies.
fn cells(array: &Array) -> Vec<Cell> {
    let spans = array.spans().into_iter();
    let cells = spans.flat_map(|span| {
        let columns = span.offset..span.offset + span.cells.len();
        columns.map(move |column| (span.row, column))
    });
    cells.collect()
}

/// All that soundness asks of rows of bytes.
fn check(circuit: &Circuit, plan: &Plan) {
    let bytes = plan.rows.witness.start..plan.rows.mask;
    let in_bytes = |(row, column): &Cell| bytes.contains(row) && *column < plan.columns.count();
    let mut in_pieces = BTreeSet::new();
    for piece in pieces(circuit, plan) {
        for cell in cells(piece) {
            assert!(in_bytes(&cell), "{cell:?} is in a row of bytes");
            assert!(in_pieces.insert(cell), "{cell:?} is in one piece");
        }
    }
    let mut owned = BTreeSet::new();
    for (layout, bytes, array) in numbers(plan) {
        assert_eq!(array.dims(), [&[bytes][..], &layout.dims].concat());
        let cells = cells(array);
        assert_eq!(
            cells.len(),
            bytes * layout.dims.iter().product::<usize>(),
            "every byte has a place"
        );
        for cell in cells {
            assert!(in_pieces.contains(&cell), "{cell:?} is in a piece");
            assert!(owned.insert(cell), "{cell:?} is of one number");
        }
    }
    // Every row is used, and the last piece.
    let rows: BTreeSet<usize> = owned.iter().map(|(row, _)| *row).collect();
    assert!(rows.into_iter().eq(bytes));
    let last = pieces(circuit, plan).last().map(|piece| cells(piece));
    assert!(last.is_none_or(|cells| cells.iter().any(|cell| owned.contains(cell))));
    check_range(circuit, plan, owned.len());
}

/// The sides of the table of all numbers' bytes, and that all of it is looked up.
fn check_range(circuit: &Circuit, plan: &Plan, bytes: usize) {
    let (range, pieces) = (&plan.tables[circuit.range()], pieces(circuit, plan));
    assert_eq!(range.dims, sides(circuit, plan, bytes));
    assert_eq!(range.rules.columns.len(), pieces.len());
    assert_eq!(range.places.len(), pieces.len() + pieces.len().div_ceil(2));
    let is_byte = |column: &Column| *column == Column::Byte;
    assert!(range.rules.columns.iter().all(is_byte));
    let keys = (0..pieces.len()).map(Key::Byte);
    assert!(range.rules.keys.iter().copied().eq(keys));
    let keys = range.helpers.iter().map(|keys| match keys {
        HelperKeys::Asked { keys, table: None } => keys.clone(),
        other => panic!("{other:?}"),
    });
    assert_eq!(keys.collect::<Vec<_>>().concat(), range.rules.keys);

    let [_, _, height, width] = range.dims;
    let per_row = plan.columns.count() / width;
    for (index, piece) in pieces.iter().enumerate() {
        let first = cells(piece)[0];
        let row = plan.rows.witness.start + index / per_row * height;
        assert_eq!(first, (row, index % per_row * width));
        let rows = (plan.rows.mask - row).min(height);
        assert_eq!(piece.dims(), [1, 1, rows, width]);
    }
}

/// As the book has it.
fn sides(circuit: &Circuit, plan: &Plan, bytes: usize) -> [usize; 4] {
    let num_vars = |sides: [usize; 4]| 1 + sides.map(bits).iter().sum::<usize>();
    let others = plan.tables.iter().enumerate();
    let others = others.filter(|(table, _)| *table != circuit.range());
    let most = others.map(|(_, layout)| num_vars(layout.dims)).max();
    let columns = plan.columns.count();
    let of = |count: usize| {
        let wanted = bytes.div_ceil(count).max(1);
        if wanted <= columns {
            [1, 1, 1, columns / (columns / wanted)]
        } else {
            [1, 1, wanted.div_ceil(columns), columns]
        }
    };
    let few = (1..8).find(|count| Some(num_vars(of(*count))) <= most);
    of(few.unwrap_or(8))
}

/// `⌈log2 side⌉`
const fn bits(side: usize) -> usize {
    side.next_power_of_two().ilog2() as usize
}

/// No cell of any row is of two arrays, or random and of an array. Bytes are of a number and of a piece.
fn check_owners(circuit: &Circuit, plan: &Plan) {
    let mask = (0..plan.rows.random).map(|column| (plan.rows.mask, column));
    let mut owned: BTreeSet<Cell> = mask.collect();
    let mut own = |array: &Array, what: &str| {
        for cell in cells(array) {
            assert!(cell.1 < plan.columns.count(), "{what}: {cell:?}");
            assert!(owned.insert(cell), "{what}: {cell:?} is another's");
        }
    };
    plan.arrays.iter().for_each(|array| own(array, "weights"));
    for (table, layout) in plan.tables.iter().enumerate() {
        for (column, place) in layout.columns().into_iter().zip(&layout.places) {
            let place = place.as_ref().expect("every column lies somewhere");
            match column {
                Column::Byte if table == circuit.range() => {}
                Column::Fixed { array } => assert_eq!(place, &plan.arrays[array]),
                other => own(place, &format!("{other:?}")),
            }
        }
    }
    let blinds: Vec<usize> = plan
        .tables
        .iter()
        .flat_map(|layout| layout.blinds.iter().copied())
        .collect();
    assert_eq!(blinds.len(), plan.num_values());
    let first = FREE_CELLS + DEGREE * plan.num_vars;
    assert!(blinds.into_iter().eq(first..plan.rows.random));
    assert!(plan.rows.witness.contains(&plan.rows.mask));
    assert!(plan.rows.random <= plan.columns.count());
}

#[test]
fn every_byte_lies_in_one_piece_of_rows_that_have_nothing_else() {
    let plans = plans();
    for (circuit, plan) in &plans {
        check(circuit, plan);
        check_owners(circuit, plan);
    }
    // There are plans of all kinds among these.
    let dims = |(circuit, plan): &(Circuit, Plan)| plan.tables[circuit.range()].dims;
    let has = |is_such: &dyn Fn(&(Circuit, Plan)) -> bool| plans.iter().any(is_such);
    assert!(has(&|plan| dims(plan)[2] > 1));
    assert!(has(&|plan| pieces(&plan.0, &plan.1).len() == 1));
    assert!(has(&|plan| pieces(&plan.0, &plan.1).len() > 8));
    assert!(has(&|plan| plan.1.columns.count() % dims(plan)[3] > 0));
    assert!(has(&|plan| {
        let heights = pieces(&plan.0, &plan.1).into_iter();
        let heights: BTreeSet<usize> = heights.map(|piece| piece.dims()[2]).collect();
        heights.len() > 1
    }));
}

/// Where pieces do not fill a row, its end is for no number, although some would fit there.
#[test]
fn ends_of_rows_that_are_in_no_piece_are_not_used() {
    let circuit = circuit(&perceptron([2, 2], &[5, 7, 11, 13, 3], 1));
    let mut would_fit = 0;
    for columns in 100..1200 {
        let plan = plan(&circuit, columns, 3).unwrap();
        check(&circuit, &plan);
        let width = plan.tables[circuit.range()].dims[3];
        let arrays: Vec<&Array> = numbers(&plan).map(|(_, _, array)| array).collect();
        let ends: Vec<usize> = arrays
            .iter()
            .map(|array| {
                let span = &array.spans()[0];
                span.offset + span.cells.len()
            })
            .collect();
        let room = columns / width * width + 1..=columns;
        would_fit += usize::from(ends.iter().any(|end| {
            arrays
                .iter()
                .any(|array| room.contains(&(end + array.len())))
        }));
    }
    assert!(would_fit > 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_byte_of_a_random_circuit_lies_in_one_piece(
        recipe in recipes(),
        images in 1_usize..6,
        shift in 0_u32..9,
        columns in 0_usize..1 << 14,
    ) {
        let circuit = Circuit::compile(&recipe.model());
        prop_assume!(circuit.is_ok());
        let circuit = circuit.unwrap();
        // Short rows as often as long ones, but none that has no room for random cells.
        let shortest = (64..).find(|columns| plan(&circuit, *columns, images).is_some());
        let columns = (shortest.unwrap() + (columns >> shift)).min(Columns::MAX.count());
        let plan = plan(&circuit, columns, images);
        prop_assume!(plan.is_some());
        let plan = plan.unwrap();
        check(&circuit, &plan);
        check_owners(&circuit, &plan);
    }
}

#[test]
fn without_numbers_there_is_no_row_of_bytes() {
    let mut circuit = circuit(&perceptron([2, 2], &[3], 1));
    let label = circuit.label();
    circuit.tables[label].gadget = Gadget::Label { bytes: 0 };
    assert_eq!(circuit.check(), Ok(()));
    let plan = plan(&circuit, 512, 2).unwrap();
    assert_eq!(plan.rows.witness.start, plan.rows.mask);
    let range = &plan.tables[circuit.range()];
    assert!(range.places.is_empty() && range.helpers.is_empty());
    assert_eq!(range.dims, [1; 4]);
    check_owners(&circuit, &plan);
}

/// By hand: three classes, whose leads have three bytes; no other table has more than nine variables.
#[test]
fn sides_of_some_plans_are_as_worked_out_by_hand() {
    let circuit = circuit(&perceptron([2, 2], &[3], 1));
    let sides = |columns, images| {
        let plan = plan(&circuit, columns, images).unwrap();
        let [_, _, height, width] = plan.tables[circuit.range()].dims;
        (height, width, pieces(&circuit, &plan).len())
    };
    // 9 bytes: 11 pieces of a row of 100 cells, which are 9 each, and one is used.
    assert_eq!(sides(100, 1), (1, 9, 1));
    // 18: 5 pieces, of 20 each.
    assert_eq!(sides(100, 2), (1, 20, 1));
    assert_eq!(sides(104, 2), (1, 20, 1));
    assert_eq!(sides(105, 2), (1, 21, 1));
    // 90: one row.
    assert_eq!(sides(100, 10), (1, 100, 1));
    // 180: two rows make one piece of one variable and seven. But the 60 bytes of each kind have a row of their own.
    assert_eq!(sides(100, 20), (2, 100, 2));
    // 450: five or three rows would have more than nine variables. Each kind is cut into 32 and 18 images.
    assert_eq!(sides(100, 50), (2, 100, 3));
}

/// Numbers among which nothing coincides.
fn powers(seed: u64) -> impl Iterator<Item = Scalar> {
    let base = Scalar::from(seed).square() + Scalar::from(1_000_003_u64);
    std::iter::successors(Some(base), move |power| Some(*power * base))
}

/// The claims at the end of a sumcheck at `point`, whatever it was about.
fn claims(circuit: &Circuit, plan: &Plan, point: Vec<Scalar>) -> Vec<Claim> {
    let mut draws = powers(7);
    let mut draw = || draws.next().unwrap();
    let challenges = Challenges {
        lookup: LookupChallenges {
            alpha: draw(),
            beta: draw(),
        },
        point: (1..plan.num_vars).map(|_| draw()).collect(),
        lambda: draw(),
    };
    let labels = vec![0; plan.images];
    let relations = Relations::new(circuit, plan, &labels, &challenges).unwrap();
    let end = EvalClaim::<DEGREE> {
        point,
        value: draw(),
    };
    let values = plan.tables.iter();
    let values = values.map(|layout| layout.places.iter().map(|_| draw()).collect());
    let values: Vec<Vec<Scalar>> = values.collect();
    close(circuit, plan, &relations, &challenges, end, &values)
}

/// What a claim says of rows.
fn evaluate(plan: &Plan, claim: &Claim, rows: &[Vec<Scalar>]) -> Scalar {
    let term = |Term {
                    rows: of,
                    functional,
                }: &Term|
     -> Scalar {
        let weights = functional.weights(plan.columns);
        let row = |(row, coefficient): &(usize, Scalar)| {
            let cells = rows[*row].iter().zip(&weights);
            cells.map(|(cell, weight)| *cell * weight).sum::<Scalar>() * coefficient
        };
        of.iter().map(row).sum()
    };
    claim.terms.iter().map(term).sum()
}

/// `eq` of a point and the place of each cell of a table in the hypercube.
fn eq_cells(layout: &TablePlan, point: &[Scalar]) -> Vec<Scalar> {
    let bits = layout.dims.map(bits);
    let table = eq_table(&point[point.len() - bits.iter().sum::<usize>()..]);
    let axes = layout.dims.into_iter().zip(bits).rev();
    let place = |cell: usize| {
        let start = (0, 0, cell);
        let add = |(place, shift, rest): (usize, usize, usize), (side, bits): (usize, usize)| {
            (place | (rest % side) << shift, shift + bits, rest / side)
        };
        axes.clone().fold(start, add).0
    };
    (0..layout.dims.iter().product())
        .map(|cell| table[place(cell)])
        .collect()
}

/// Whatever rows hold, the claim of a number is about `Σ 256^i·byte_i`, and that of a piece about its cells; however
/// they are cut.
#[test]
fn claims_are_about_the_numbers_that_bytes_make_up() {
    let circuit = circuit(&convolution());
    let mut cut = BTreeMap::<&str, BTreeSet<usize>>::new();
    for (columns, images) in [(80, 3), (100, 3), (200, 3), (400, 5), (700, 3), (2000, 1)] {
        let plan = plan(&circuit, columns, images).unwrap();
        let mut random = powers(columns as u64);
        let rows = (0..plan.rows.helpers.end).map(|_| random.by_ref().take(columns).collect());
        let rows: Vec<Vec<Scalar>> = rows.collect();
        let point: Vec<Scalar> = random.by_ref().take(plan.num_vars).collect();
        let claims = claims(&circuit, &plan, point.clone());
        let (blinding, point) = point.split_last().unwrap();
        let mut of_columns = claims.iter().skip(1);
        for layout in &plan.tables {
            let eq = eq_cells(layout, point);
            let columns = layout.columns().into_iter().zip(&layout.places);
            for ((column, place), blind) in columns.zip(&layout.blinds) {
                let place = place.as_ref().unwrap();
                let kind = match column {
                    Column::Number { .. } => "numbers",
                    Column::Byte => "bytes",
                    _ => "others",
                };
                if let Place::Cut { axis, .. } = place.place() {
                    cut.entry(kind).or_default().insert(axis);
                }
                let cells = cells(place);
                let cells = cells.chunks(eq.len()).enumerate();
                let value = cells.map(|(byte, cells)| {
                    let cells = cells.iter().zip(&eq);
                    let value = cells.map(|((row, column), eq)| rows[*row][*column] * eq);
                    value.sum::<Scalar>() * Scalar::from(256_u64).pow([byte as u64])
                });
                let expected = (Scalar::ONE - blinding) * value.sum::<Scalar>()
                    + *blinding * rows[plan.rows.mask][*blind];
                let claim = of_columns.next().unwrap();
                assert_eq!(evaluate(&plan, claim, &rows), expected, "{column:?}");
            }
        }
        assert_eq!(of_columns.next(), None);
    }
    // Along every axis: between bytes, images, channels and rows of a number; rows of a piece.
    assert_eq!(cut["numbers"], (0..4).collect());
    assert!(cut["bytes"].contains(&2));
}

//! Where the bytes of numbers lie, and that they are all looked up, whatever the circuit, the batch and the length of
//! rows.

use proptest::prelude::{ProptestConfig, prop_assume, proptest};
use std::collections::{BTreeMap, BTreeSet};
use zklens_commitment::{Claim, Term, VectorLength};
use zklens_field::{Field, Scalar};
use zklens_layers::gadgets::lookup::{Helper, LookupChallenges};
use zklens_layers::gadgets::{Column, Gadget, Label, Query};
use zklens_layers::layout::array::{Array, Placement};
use zklens_layers::layout::{DEGREE, FREE_CELLS, TableLayout};
use zklens_layers::relation::closing::close;
use zklens_layers::{Challenges, Circuit, Layout, Relations};
use zklens_model::{MaxPool, Model, Op, Relu, Rescale, Window};
use zklens_multilinear::eq_table;
use zklens_sumcheck::EvalClaim;
use zklens_testkit::models::{Layers, lenet, padded, perceptron, preprocessing};
use zklens_testkit::recipe::recipes;

/// A committed row, and a cell of it.
type Cell = (usize, usize);

/// A convolution with two channels of nine by nine cells, and the maximum of every four cells.
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
fn layout(circuit: &Circuit, columns: usize, images: usize) -> Option<Layout> {
    Layout::new(circuit, VectorLength::new(columns).unwrap(), images).ok()
}

/// Plans of all kinds: of one row of bytes and of many, with pieces of a row and with rows of a piece.
fn layouts() -> Vec<(Circuit, Layout)> {
    let models = [convolution(), perceptron([2, 2], &[3, 2], 1), lenet(1)];
    let circuits: Vec<Circuit> = models.iter().map(circuit).collect();
    let mut layouts = Vec::new();
    for circuit in &circuits {
        for columns in [64, 80, 150, 500, 1000, 4096, VectorLength::MAX.count()] {
            for images in [1, 2, 5] {
                let layout = layout(circuit, columns, images);
                layouts.extend(layout.map(|layout| (circuit.clone(), layout)));
            }
        }
    }
    layouts
}

/// All numbers: their tables, their bytes and where these are.
fn numbers(layout: &Layout) -> impl Iterator<Item = (&TableLayout, usize, &Array)> {
    layout.tables.iter().flat_map(|table_layout| {
        let columns = table_layout
            .rules
            .columns
            .iter()
            .zip(&table_layout.placements);
        columns.filter_map(move |(column, place)| match column {
            Column::Number { bytes } => Some((table_layout, usize::from(*bytes), place.as_ref()?)),
            _ => None,
        })
    })
}

/// The columns of the table of all numbers' bytes.
fn pieces<'a>(circuit: &Circuit, layout: &'a Layout) -> Vec<&'a Array> {
    let range = &layout.tables[circuit.range_table()];
    let columns = range.rules.columns.iter().zip(&range.placements);
    columns.filter_map(|(_, place)| place.as_ref()).collect()
}

/// Where every cell of an array lies.
fn cells(array: &Array) -> Vec<Cell> {
    let spans = array.spans().into_iter();
    let cells = spans.flat_map(|span| {
        let columns = span.offset..span.offset + span.cells.len();
        columns.map(move |column| (span.vector, column))
    });
    cells.collect()
}

/// All that soundness asks of rows of bytes.
fn check(circuit: &Circuit, layout: &Layout) {
    let bytes = layout.vectors.witness.start..layout.vectors.mask;
    let in_bytes = |(row, column): &Cell| bytes.contains(row) && *column < layout.columns.count();
    let mut in_pieces = BTreeSet::new();
    for piece in pieces(circuit, layout) {
        for cell in cells(piece) {
            assert!(in_bytes(&cell), "{cell:?} is in a row of bytes");
            assert!(in_pieces.insert(cell), "{cell:?} is in one piece");
        }
    }
    let mut owned = BTreeSet::new();
    for (table_layout, bytes, array) in numbers(layout) {
        assert_eq!(array.dims(), [&[bytes][..], &table_layout.dims].concat());
        let cells = cells(array);
        assert_eq!(
            cells.len(),
            bytes * table_layout.dims.iter().product::<usize>(),
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
    let last = pieces(circuit, layout).last().map(|piece| cells(piece));
    assert!(last.is_none_or(|cells| cells.iter().any(|cell| owned.contains(cell))));
    check_range(circuit, layout, owned.len());
}

/// The sides of the table of all numbers' bytes, and that all of it is looked up.
fn check_range(circuit: &Circuit, layout: &Layout, bytes: usize) {
    let (range, pieces) = (
        &layout.tables[circuit.range_table()],
        pieces(circuit, layout),
    );
    assert_eq!(range.dims, sides(circuit, layout, bytes));
    assert_eq!(range.rules.columns.len(), pieces.len());
    assert_eq!(
        range.placements.len(),
        pieces.len() + pieces.len().div_ceil(2)
    );
    let is_byte = |column: &Column| *column == Column::Byte;
    assert!(range.rules.columns.iter().all(is_byte));
    let keys = (0..pieces.len()).map(Query::Byte);
    assert!(range.rules.queries.iter().copied().eq(keys));
    let keys = range.helpers.iter().map(|keys| match keys {
        Helper::Queries {
            queries: keys,
            table: None,
        } => keys.clone(),
        other => panic!("{other:?}"),
    });
    assert_eq!(keys.collect::<Vec<_>>().concat(), range.rules.queries);

    let [_, _, height, width] = range.dims;
    let per_row = layout.columns.count() / width;
    for (index, piece) in pieces.iter().enumerate() {
        let first = cells(piece)[0];
        let row = layout.vectors.witness.start + index / per_row * height;
        assert_eq!(first, (row, index % per_row * width));
        let rows = (layout.vectors.mask - row).min(height);
        assert_eq!(piece.dims(), [1, 1, rows, width]);
    }
}

/// As the book has it.
fn sides(circuit: &Circuit, layout: &Layout, bytes: usize) -> [usize; 4] {
    let num_vars = |sides: [usize; 4]| 1 + sides.map(bits).iter().sum::<usize>();
    let others = layout.tables.iter().enumerate();
    let others = others.filter(|(table, _)| *table != circuit.range_table());
    let most = others
        .map(|(_, table_layout)| num_vars(table_layout.dims))
        .max();
    let columns = layout.columns.count();
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
fn check_owners(circuit: &Circuit, layout: &Layout) {
    let mask = (0..layout.vectors.random).map(|column| (layout.vectors.mask, column));
    let mut owned: BTreeSet<Cell> = mask.collect();
    let mut own = |array: &Array, what: &str| {
        for cell in cells(array) {
            assert!(cell.1 < layout.columns.count(), "{what}: {cell:?}");
            assert!(owned.insert(cell), "{what}: {cell:?} is another's");
        }
    };
    layout.arrays.iter().for_each(|array| own(array, "weights"));
    for (table, table_layout) in layout.tables.iter().enumerate() {
        for (column, place) in table_layout
            .columns()
            .into_iter()
            .zip(&table_layout.placements)
        {
            let place = place.as_ref().expect("every column lies somewhere");
            match column {
                Column::Byte if table == circuit.range_table() => {}
                Column::Fixed { array } => assert_eq!(place, &layout.arrays[array]),
                other => own(place, &format!("{other:?}")),
            }
        }
    }
    let blinds: Vec<usize> = layout
        .tables
        .iter()
        .flat_map(|table_layout| table_layout.blinds.iter().copied())
        .collect();
    assert_eq!(blinds.len(), layout.num_values());
    let first = FREE_CELLS + DEGREE * layout.num_vars;
    assert!(blinds.into_iter().eq(first..layout.vectors.random));
    assert!(layout.vectors.witness.contains(&layout.vectors.mask));
    assert!(layout.vectors.random <= layout.columns.count());
}

#[test]
fn every_byte_lies_in_one_piece_of_rows_that_have_nothing_else() {
    let layouts = layouts();
    for (circuit, layout) in &layouts {
        check(circuit, layout);
        check_owners(circuit, layout);
    }
    // There are layouts of all kinds among these.
    let dims = |(circuit, layout): &(Circuit, Layout)| layout.tables[circuit.range_table()].dims;
    let has = |is_such: &dyn Fn(&(Circuit, Layout)) -> bool| layouts.iter().any(is_such);
    assert!(has(&|layout| dims(layout)[2] > 1));
    assert!(has(&|layout| pieces(&layout.0, &layout.1).len() == 1));
    assert!(has(&|layout| pieces(&layout.0, &layout.1).len() > 8));
    assert!(has(&|layout| layout.1.columns.count() % dims(layout)[3] > 0));
    assert!(has(&|layout| {
        let heights = pieces(&layout.0, &layout.1).into_iter();
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
        let layout = layout(&circuit, columns, 3).unwrap();
        check(&circuit, &layout);
        let width = layout.tables[circuit.range_table()].dims[3];
        let arrays: Vec<&Array> = numbers(&layout).map(|(_, _, array)| array).collect();
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
        let shortest = (64..).find(|columns| layout(&circuit, *columns, images).is_some());
        let columns = (shortest.unwrap() + (columns >> shift)).min(VectorLength::MAX.count());
        let layout = layout(&circuit, columns, images);
        prop_assume!(layout.is_some());
        let layout = layout.unwrap();
        check(&circuit, &layout);
        check_owners(&circuit, &layout);
    }
}

#[test]
fn without_numbers_there_is_no_row_of_bytes() {
    let mut circuit = circuit(&perceptron([2, 2], &[3], 1));
    let label = circuit.label_table();
    circuit.tables[label].gadget = Gadget::Label(Label { bytes: 0 });
    assert_eq!(circuit.check(), Ok(()));
    let layout = layout(&circuit, 512, 2).unwrap();
    assert_eq!(layout.vectors.witness.start, layout.vectors.mask);
    let range = &layout.tables[circuit.range_table()];
    assert!(range.placements.is_empty() && range.helpers.is_empty());
    assert_eq!(range.dims, [1; 4]);
    check_owners(&circuit, &layout);
}

/// By hand: three classes, whose margins have three bytes; no other table has more than nine variables.
#[test]
fn sides_of_some_layouts_are_as_worked_out_by_hand() {
    let circuit = circuit(&perceptron([2, 2], &[3], 1));
    let sides = |columns, images| {
        let layout = layout(&circuit, columns, images).unwrap();
        let [_, _, height, width] = layout.tables[circuit.range_table()].dims;
        (height, width, pieces(&circuit, &layout).len())
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
fn claims(circuit: &Circuit, layout: &Layout, point: Vec<Scalar>) -> Vec<Claim> {
    let mut draws = powers(7);
    let mut draw = || draws.next().unwrap();
    let challenges = Challenges {
        lookup: LookupChallenges {
            alpha: draw(),
            beta: draw(),
        },
        point: (1..layout.num_vars).map(|_| draw()).collect(),
        lambda: draw(),
    };
    let labels = vec![0; layout.images];
    let relations = Relations::new(circuit, layout, &labels, &challenges).unwrap();
    let end = EvalClaim::<DEGREE> {
        point,
        value: draw(),
    };
    let values = layout.tables.iter();
    let values =
        values.map(|table_layout| table_layout.placements.iter().map(|_| draw()).collect());
    let values: Vec<Vec<Scalar>> = values.collect();
    close(circuit, layout, &relations, &challenges, end, &values)
}

/// The left side of a claim, on these committed vectors.
fn evaluate(layout: &Layout, claim: &Claim, rows: &[Vec<Scalar>]) -> Scalar {
    let term = |Term {
                    vectors: of,
                    functional,
                }: &Term|
     -> Scalar {
        let weights = functional.coefficients(layout.columns);
        let row = |(row, coefficient): &(usize, Scalar)| {
            let cells = rows[*row].iter().zip(&weights);
            cells.map(|(cell, weight)| *cell * weight).sum::<Scalar>() * coefficient
        };
        of.iter().map(row).sum()
    };
    claim.terms.iter().map(term).sum()
}

/// `eq` of a point and the place of each cell of a table in the hypercube.
fn eq_cells(table_layout: &TableLayout, point: &[Scalar]) -> Vec<Scalar> {
    let bits = table_layout.dims.map(bits);
    let table = eq_table(&point[point.len() - bits.iter().sum::<usize>()..]);
    let axes = table_layout.dims.into_iter().zip(bits).rev();
    let place = |cell: usize| {
        let start = (0, 0, cell);
        let add = |(place, shift, rest): (usize, usize, usize), (side, bits): (usize, usize)| {
            (place | (rest % side) << shift, shift + bits, rest / side)
        };
        axes.clone().fold(start, add).0
    };
    (0..table_layout.dims.iter().product())
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
        let layout = layout(&circuit, columns, images).unwrap();
        let mut random = powers(columns as u64);
        let rows = (0..layout.vectors.helpers.end).map(|_| random.by_ref().take(columns).collect());
        let rows: Vec<Vec<Scalar>> = rows.collect();
        let point: Vec<Scalar> = random.by_ref().take(layout.num_vars).collect();
        let claims = claims(&circuit, &layout, point.clone());
        let (blinding, point) = point.split_last().unwrap();
        let mut of_columns = claims.iter().skip(1);
        for table_layout in &layout.tables {
            let eq = eq_cells(table_layout, point);
            let columns = table_layout
                .columns()
                .into_iter()
                .zip(&table_layout.placements);
            for ((column, place), blind) in columns.zip(&table_layout.blinds) {
                let place = place.as_ref().unwrap();
                let kind = match column {
                    Column::Number { .. } => "numbers",
                    Column::Byte => "bytes",
                    _ => "others",
                };
                if let Placement::Cut { axis, .. } = place.place() {
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
                    + *blinding * rows[layout.vectors.mask][*blind];
                let claim = of_columns.next().unwrap();
                assert_eq!(evaluate(&layout, claim, &rows), expected, "{column:?}");
            }
        }
        assert_eq!(of_columns.next(), None);
    }
    // Along every axis: between bytes, images, channels and rows of a number; rows of a piece.
    assert_eq!(cut["numbers"], (0..4).collect());
    assert!(cut["bytes"].contains(&2));
}

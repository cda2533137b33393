//! Where arrays come to lie in rows, against the book's words: the first row with room, among those opened before.

use proptest::prelude::{ProptestConfig, any, proptest};
use zklens_layers::layout::array::Placement;
use zklens_layers::layout::packer::Packer;

/// Rows of the arrays that are cut, then first fit by looking at every row.
fn naive(cells: usize, first_row: usize, shapes: &[Vec<usize>]) -> (Vec<(usize, usize)>, usize) {
    let volume = |dims: &[usize]| dims.iter().product::<usize>();
    let mut order: Vec<usize> = (0..shapes.len()).collect();
    order.sort_by_key(|index| (std::cmp::Reverse(volume(&shapes[*index])), *index));
    let mut used: Vec<usize> = Vec::new();
    let mut places = vec![(0, 0); shapes.len()];
    for index in order {
        let dims = &shapes[index];
        let len = volume(dims);
        if len > cells {
            places[index] = (first_row + used.len(), 0);
            let inside = |axis: usize| volume(&dims[axis + 1..]);
            let axis = (0..dims.len()).find(|axis| inside(*axis) <= cells).unwrap();
            let per_row = 1 << (cells / inside(axis)).ilog2();
            for _ in 0..volume(&dims[..axis]) {
                let starts = (0..dims[axis]).step_by(per_row);
                used.extend(starts.map(|at| per_row.min(dims[axis] - at) * inside(axis)));
            }
            continue;
        }
        let row = used.iter().position(|used| used + len <= cells);
        let row = row.unwrap_or_else(|| {
            used.push(0);
            used.len() - 1
        });
        places[index] = (first_row + row, used[row]);
        used[row] += len;
    }
    (places, used.len())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn arrays_lie_in_the_first_row_that_has_room(
        cells in 1_usize..60,
        first_row in 0_usize..5,
        seed in any::<u64>(),
        count in 0_usize..60,
    ) {
        let mut random = zklens_testkit::Random::new(seed);
        let mut side = || 1 + (random.bits() >> 33) as usize % 5;
        let shapes: Vec<Vec<usize>> = (0..count)
            .map(|_| (0..side().min(4)).map(|_| side()).collect())
            .collect();
        let mut packer = Packer::new(cells, first_row);
        let placed = packer.place(&shapes).unwrap();
        let places = placed.iter().map(|array| match array.place() {
            Placement::Whole { vector: row, offset } => (row, offset),
            Placement::Cut { first_vector: first_row, .. } => (first_row, 0),
        });
        let (expected, rows) = naive(cells, first_row, &shapes);
        assert!(places.eq(expected));
        assert_eq!(packer.vectors(), rows);
    }
}

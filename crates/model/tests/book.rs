//! The book's table of operators.

use std::fs;
use std::path::PathBuf;
use zklens_model::Op;

/// `| 1 | [`Dense`](operators/dense.md) | …` is number 1 and the name `Dense`.
fn row(line: &str) -> Option<(usize, &str)> {
    let (number, rest) = line.strip_prefix("| ")?.split_once(" | [`")?;
    let (name, _) = rest.split_once("`](operators/")?;
    Some((number.parse().ok()?, name))
}

#[test]
fn the_book_has_every_operator_by_its_number_in_files() {
    let chapter = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../book/model.md");
    let text = fs::read_to_string(chapter).unwrap();
    let listed: Vec<_> = text.lines().filter_map(row).collect();
    // Number 0 is the input, which is not in a file's list of nodes.
    let operators: Vec<_> = Op::NAMES.iter().copied().enumerate().skip(1).collect();
    assert_eq!(listed, operators);
}

//! Pixels out of range, and pixels of another image.

use crate::case::{Case, REFUSED};
use crate::common::pixels;
use crate::models;
use crate::rules::Rule;

#[test]
fn a_pixel_that_is_no_byte_is_refused() {
    for pixel in [-1, 256, i64::MAX] {
        let mut case = Case::new(models::constant(&[3, 4]), 1);
        *case.cell(0, 0, 2) = pixel;
        case.count();
        case.is_refused_for(Rule::Entry {
            table: 0,
            column: 0,
        });
    }
    for pixel in [-1, 256] {
        let mut case = Case::new(models::pooled(), 1);
        *case.cell(0, 0, 5) = pixel;
        case.retell(1);
        case.is_refused_for(Rule::Entry {
            table: 0,
            column: 0,
        });
    }
}

/// The rest of the witness is of the image before.
#[test]
fn another_pixel_is_refused() {
    let mut case = Case::new(models::pooled(), 1);
    let pixel = case.cell(0, 0, 5);
    *pixel = (*pixel + 1) % 256;
    case.count();
    let activation = case.network.activation();
    let broken = case.broken();
    assert!(!broken.is_empty());
    assert!(
        broken
            .iter()
            .all(|rule| matches!(rule, Rule::Input { table, .. } if *table == activation))
    );
    assert_eq!(case.verify(case.prove()), Err(REFUSED));
}

/// The proof of one image, with the commitment to another of the same label.
#[test]
fn other_pixels_than_committed_are_refused() {
    let model = models::constant(&[3, 4]);
    let images = [pixels(&model, 0), pixels(&model, 1)];
    let [first, second] = images.map(|image| Case::of(models::constant(&[3, 4]), &[image]));
    let (mut proved, other) = (first.prove(), second.prove());
    assert_eq!(proved.statement.labels, other.statement.labels);
    proved.statement.inputs = other.statement.inputs;
    assert_eq!(first.verify(proved), Err(REFUSED));
}

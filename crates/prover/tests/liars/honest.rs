//! Witnesses that break no rule, which are proved, and the simplest false labels.

use crate::case::Case;
use crate::models;
use crate::rules::Rule;
use std::collections::BTreeSet;
use zklens_field::{AdditiveGroup, Scalar};
use zklens_layers::gadgets::{Column, Query};

#[test]
fn the_truth_breaks_no_rule() {
    for model in models::all() {
        Case::new(model, 2).is_proved();
    }
}

#[test]
fn retelling_the_truth_changes_nothing() {
    for model in models::all() {
        let mut case = Case::new(model, 2);
        let told = case.witness.clone();
        case.retell(1);
        assert_eq!(case.witness, told, "{}", case.model.name());
    }
}

/// Cells of the hypercube that no row of a tensor has are zeros, which have to obey every rule.
#[test]
fn rows_of_padding_break_no_rule() {
    for model in models::all() {
        let case = Case::new(model, 1);
        for table_layout in &case.network.layout.tables {
            let zeros = vec![Scalar::ZERO; table_layout.placements.len()];
            let inputs = table_layout
                .rules
                .inputs
                .iter()
                .map(|input| &input.polynomial);
            for rule in table_layout.rules.zero.iter().chain(inputs) {
                assert_eq!(rule.evaluate(&zeros), Scalar::ZERO);
            }
        }
    }
}

#[test]
fn another_label_is_refused() {
    let mut case = Case::new(models::pooled(), 1);
    let table = case.network.circuit().label_table();
    let winner = case.labels[0];
    case.labels[0] = (winner + 1) % 3;
    // The margin is negative, and so is its highest byte.
    case.retell_margins();
    case.is_refused_for(case.out_of_range(table, 0, winner));
}

#[test]
fn a_label_with_the_margin_of_another_is_refused() {
    let mut case = Case::new(models::pooled(), 1);
    let table = case.network.circuit().label_table();
    case.labels[0] = (case.labels[0] + 1) % 3;
    case.is_refused_for(Rule::Input { table, input: 0 });
}

#[test]
fn of_equal_logits_only_the_first_wins() {
    for logits in [[5, 5, 1], [1, 5, 5], [5, 1, 5], [5, 5, 5]] {
        let mut case = Case::new(models::constant(&logits), 1);
        case.is_proved();
        let first = case.labels[0];
        let table = case.network.circuit().label_table();
        for (label, logit) in logits.into_iter().enumerate() {
            case.labels[0] = label;
            case.retell_margins();
            if label == first {
                case.is_proved();
            } else {
                assert!(logit < 5 || label > first);
                case.is_refused_for(case.out_of_range(table, 0, first));
            }
        }
    }
}

#[test]
fn every_rule_is_broken_by_some_noise() {
    for model in models::all() {
        let mut case = Case::new(model, 1);
        let tables = case.network.layout.tables.iter();
        let all: BTreeSet<Rule> = tables
            .enumerate()
            .flat_map(|(table, table_layout)| {
                let rules = &table_layout.rules;
                let zero = (0..rules.zero.len()).map(move |index| Rule::Zero { table, index });
                let inputs = (0..rules.inputs.len()).map(move |input| Rule::Input { table, input });
                let columns = rules.columns.iter().enumerate();
                let numbers = columns.filter(|(_, kind)| matches!(kind, Column::Number { .. }));
                let numbers = numbers.map(move |(column, _)| Rule::Bytes { table, column });
                let keys = rules.queries.iter().map(move |key| match *key {
                    Query::Byte(column) => Rule::Entry { table, column },
                    Query::Entry { position, .. } => Rule::Entry {
                        table,
                        column: position,
                    },
                });
                zero.chain(inputs).chain(numbers).chain(keys)
            })
            .collect();
        for (noise, cell) in (1_i64..).zip(case.witness.tables.iter_mut().flatten().flatten()) {
            *cell += noise * 1000 + 7;
        }
        assert!(case.broken().is_superset(&all));
    }
}

//! Being told how far a proof is, and ending it.

mod common;

use common::{pixels, rng, setup};
use std::ops::ControlFlow;
use std::time::Duration;
use zklens_prover::{Privacy, Progress, ProveError, ProvingKey, Stage, prove, prove_with};

fn key() -> ProvingKey {
    let model = zklens_models::ALL[1].decode().unwrap();
    ProvingKey::new(setup(), model, Privacy::Public).unwrap()
}

/// The reports of a proof of this many images, up to the one with the index `last`; and whether it was made.
fn reports(
    key: &ProvingKey,
    images: usize,
    last: usize,
) -> (Vec<Progress>, Result<(), ProveError>) {
    let images: Vec<_> = (0..images).map(|seed| pixels(key.model(), seed)).collect();
    let mut reports = Vec::new();
    let mut progress = |report| {
        reports.push(report);
        if reports.len() > last {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    let proved = prove_with(setup(), key, &images, [3; 32], &mut rng(7), &mut progress);
    (reports, proved.map(drop))
}

#[test]
fn tells_of_every_stage_and_changes_nothing() {
    let key = key();
    let images = [pixels(key.model(), 4)];
    let mut stages = Vec::new();
    let mut progress = |report: Progress| {
        stages.push(report.stage);
        ControlFlow::Continue(())
    };
    let told = prove_with(setup(), &key, &images, [3; 32], &mut rng(7), &mut progress);
    stages.dedup();
    assert_eq!(stages, Stage::ALL);
    let untold = prove(setup(), &key, &images, [3; 32], &mut rng(7));
    assert_eq!(told, untold);
    assert!(told.is_ok());
}

#[test]
fn goes_forward_from_nothing_to_all() {
    let (reports, proved) = reports(&key(), 12, usize::MAX);
    assert_eq!(proved, Ok(()));
    assert_eq!(reports[0].done, 0);
    assert!(reports.is_sorted_by_key(|report| report.done));
    assert!(reports.is_sorted_by_key(|report| report.stage.index()));
    let total = reports[0].total;
    assert!(
        reports
            .iter()
            .all(|report| report.total == total && report.done <= total)
    );
    let stages: Vec<_> = Stage::ALL
        .into_iter()
        .map(|stage| {
            let mut of_stage = reports.iter().filter(|report| report.stage == stage);
            (
                of_stage.next().unwrap().done,
                of_stage.next_back().map(|report| report.done),
            )
        })
        .collect();
    for (stage, pair) in Stage::ALL.iter().zip(stages.windows(2)) {
        let [(begin, end), (next, _)] = pair else {
            unreachable!()
        };
        assert!(begin < next, "{stage:?} is work");
        assert!(
            end.is_none_or(|end| end <= *next),
            "{stage:?} ends before the next begins"
        );
    }
}

#[test]
fn ends_at_any_report() {
    let key = key();
    let (all, proved) = reports(&key, 1, usize::MAX);
    assert_eq!(proved, Ok(()));
    for last in 0..all.len() {
        let (told, cancelled) = reports(&key, 1, last);
        assert_eq!(cancelled, Err(ProveError::Cancelled));
        assert_eq!(told, all[..=last]);
    }
}

#[test]
fn estimates_the_time_left_by_the_pace_so_far() {
    let (reports, _) = reports(&key(), 8, usize::MAX);
    let elapsed = Duration::from_secs(8);
    let first = reports[0];
    assert_eq!(first.time_left(elapsed), None);
    let last = reports[reports.len() - 1];
    let fraction = last.done as f64 / last.total as f64;
    assert!(0.1 < fraction && fraction < 1.0, "{last:?}");
    assert!((last.fraction() - fraction).abs() < 1e-9);
    let left = last.time_left(elapsed).unwrap().as_secs_f64();
    assert!((left - (8.0 / fraction - 8.0)).abs() < 1e-6, "{left}");
}

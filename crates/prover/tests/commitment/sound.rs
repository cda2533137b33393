//! Provers and verifiers that do not mean the same claims, and malicious provers.

use crate::case::*;
use crate::slow::*;
use zklens_commitment::{Claim, Functional, OpeningError};
use zklens_field::{AdditiveGroup, Field, Point, Scalar};
use zklens_prover::commitment::{Cells, open};
use zklens_transcript::Writer;

#[test]
fn rejects_other_claims_and_other_rows() {
    let case = case(8, 11);
    let tape = prove(&case);
    type Change = fn(&mut Vec<Point>, &mut Vec<Claim>);
    let changes: [(&str, Change); 19] = [
        ("another value", |_, claims| claims[0].value += Scalar::ONE),
        ("values swapped", |_, claims| {
            let [a, b] = claims.get_disjoint_mut([0, 1]).unwrap();
            std::mem::swap(&mut a.value, &mut b.value);
        }),
        ("functionals swapped", |_, claims| {
            let [a, b] = claims.get_disjoint_mut([0, 1]).unwrap();
            std::mem::swap(&mut a.terms[0].functional, &mut b.terms[0].functional);
        }),
        ("another weight", |_, claims| {
            change_weights(&mut claims[2], |weights| weights[1] += Scalar::ONE);
        }),
        ("weights in another order", |_, claims| {
            change_weights(&mut claims[2], |weights| weights.reverse());
        }),
        ("another stride", |_, claims| {
            claims[4].terms[0].functional.factors[0].stride -= 1;
        }),
        ("strides exchanged", |_, claims| {
            let factors = &mut claims[4].terms[0].functional.factors;
            let [a, b] = factors.get_disjoint_mut([0, 1]).unwrap();
            std::mem::swap(&mut a.stride, &mut b.stride);
        }),
        ("a factor missing", |_, claims| {
            claims[4].terms[0].functional.factors.truncate(1);
        }),
        ("another offset", |_, claims| {
            claims[4].terms[1].functional.offset -= 1;
        }),
        ("another cell", |_, claims| {
            claims[3].terms[2].functional = Functional::cell(2);
        }),
        ("another coefficient", |_, claims| {
            claims[1].terms[0].vectors[1].1 += Scalar::ONE;
        }),
        ("another vector in a claim", |_, claims| {
            claims[1].terms[0].vectors[1].0 = 3;
        }),
        ("the mask vector left out", |_, claims| {
            claims[1].terms[0].vectors.truncate(2);
        }),
        ("a term in another claim", |_, claims| {
            let term = claims[4].terms.pop().unwrap();
            claims[5].terms.push(term);
        }),
        ("a term missing", |_, claims| drop(claims[3].terms.pop())),
        ("commitments swapped", |commitments, _| {
            commitments.swap(1, 2);
        }),
        ("claims in another order", |_, claims| claims.swap(0, 1)),
        ("a claim missing", |_, claims| drop(claims.pop())),
        ("a claim twice", |_, claims| claims.push(claims[0].clone())),
    ];
    for (name, change) in changes {
        let refused = Err(OpeningError::Refused);
        assert_eq!(verify_changed(&case, &tape, change), refused, "{name}");
    }
}

#[test]
fn rejects_the_opening_of_other_rows() {
    let case = case(8, 12);
    let mut other = case.clone();
    let Cells::Integers(cells) = &mut other.vectors[1].cells else {
        panic!()
    };
    let mut changed = cells.to_vec();
    changed[5] += 1;
    *cells = changed.into();
    // The opening of `other`, behind the commitments of `case`.
    let (mut writer, _) = begin(&case, |_| ());
    let (_, claims) = read(&case, &writer.clone().finish())
        .map(|(_, c, claims)| (c, claims))
        .unwrap();
    let claims: Vec<Claim> = claims
        .into_iter()
        .map(|claim| Claim {
            value: truth(&other, &claim),
            ..claim
        })
        .collect();
    open(&SETUP, other.columns, &other.vectors, &claims, &mut writer);
    assert_eq!(verify(&case, &writer.finish()), Err(OpeningError::Refused));
}

/// A prover that proves something else than it should, which is true.
#[test]
fn rejects_the_opening_of_other_claims() {
    let case = case(8, 15);
    type Change = fn(&mut [Claim]);
    let changes: [(&str, Change); 6] = [
        ("another vector", |claims| {
            claims[1].terms[0].vectors[1].0 = 3;
        }),
        ("the mask vector left out", |claims| {
            claims[1].terms[0].vectors.truncate(2);
        }),
        ("a cell moved", |claims| {
            claims[3].terms[2].functional = Functional::cell(2);
        }),
        ("a window moved", |claims| {
            claims[4].terms[1].functional.offset -= 1;
        }),
        ("a term left out", |claims| drop(claims[4].terms.pop())),
        ("a claim of nothing", |claims| claims[5].terms.clear()),
    ];
    for (name, change) in changes {
        let (mut writer, claims) = begin(&case, change);
        open(&SETUP, case.columns, &case.vectors, &claims, &mut writer);
        let refused = verify(&case, &writer.finish());
        assert_eq!(refused, Err(OpeningError::Refused), "{name}");
    }
}

#[test]
fn the_fast_prover_sends_what_the_protocol_says() {
    for count in [2, 3, 4, 7, 8, 12, 31, 64] {
        let case = case(count, 13);
        assert_eq!(prove(&case), prove_slowly(&case, &TRUTH), "{count} columns");
    }
}

#[test]
fn rejects_every_malicious_prover() {
    let lies = [
        Lie {
            name: "a wrong value, B as it is",
            value: 1,
            ..TRUTH
        },
        Lie {
            name: "a wrong value, F as it is",
            value: 1,
            at_inverse: |d, other| *d = other,
            ..TRUTH
        },
        // The constant term of 1 missing, were z = 2: 2·c = −1, and c/2 = −1.
        Lie {
            name: "a wrong value, A bent to hold at a guess",
            value: 1,
            product: |a, _| a[0] -= Scalar::from(2).inverse().unwrap(),
            ..TRUTH
        },
        Lie {
            name: "a wrong value, B bent to hold at a guess",
            value: 1,
            product: |_, b| b[0] -= Scalar::from(2),
            ..TRUTH
        },
        Lie {
            name: "another A",
            product: |a, _| a[2] += Scalar::ONE,
            ..TRUTH
        },
        Lie {
            name: "another A, B as F needs it",
            product: |a, _| a[2] += Scalar::ONE,
            at_inverse: |d, other| *d = other,
            ..TRUTH
        },
        Lie {
            name: "another B",
            product: |_, b| b[2] += Scalar::ONE,
            ..TRUTH
        },
        Lie {
            name: "another B, F as it is",
            product: |_, b| b[2] += Scalar::ONE,
            at_inverse: |d, other| *d = other,
            ..TRUTH
        },
        Lie {
            name: "A for B and B for A",
            product: <[Scalar]>::swap_with_slice,
            ..TRUTH
        },
        // z·A(z) gains what 1/z·B(1/z) loses, were z = 2.
        Lie {
            name: "some of B in A",
            product: |a, b| {
                a[0] += Scalar::ONE;
                b[0] -= Scalar::from(4);
            },
            ..TRUTH
        },
        Lie {
            name: "A and B of double the claim",
            product: |a, b| {
                a.iter_mut().chain(b).for_each(|c| {
                    c.double_in_place();
                });
            },
            ..TRUTH
        },
        Lie {
            name: "another evaluation",
            at_inverse: |d, _| *d += Scalar::ONE,
            ..TRUTH
        },
        Lie {
            name: "another quotient",
            quotient: |q| q[0] += Scalar::ONE,
            ..TRUTH
        },
        Lie {
            name: "the quotient of another polynomial",
            quotient: |q| q.reverse(),
            ..TRUTH
        },
        // Q + (X − 2) would pass, were x = 2.
        Lie {
            name: "a quotient bent at a guess",
            quotient: |q| {
                q[0] -= Scalar::from(2);
                q[1] += Scalar::ONE;
            },
            ..TRUTH
        },
        Lie {
            name: "another witness",
            witness: |w| w[1] += Scalar::ONE,
            ..TRUTH
        },
    ];
    let case = case(8, 14);
    assert_eq!(
        verify(&case, &prove_slowly(&case, &TRUTH)),
        Ok(()),
        "{}",
        TRUTH.name
    );
    for lie in lies {
        let tape = prove_slowly(&case, &lie);
        assert_eq!(
            verify(&case, &tape),
            Err(OpeningError::Refused),
            "{}",
            lie.name
        );
    }
}

#[test]
#[should_panic(expected = "a functional beyond column 8")]
fn the_prover_refuses_a_functional_that_does_not_fit() {
    let case = case(8, 16);
    let (mut writer, mut claims) = begin(&case, |_| ());
    claims[3].terms[0].functional.offset = 8;
    open(&SETUP, case.columns, &case.vectors, &claims, &mut writer);
}

#[test]
#[should_panic(expected = "there is a claim with a term")]
fn the_prover_refuses_to_open_nothing() {
    let case = case(8, 16);
    open(
        &SETUP,
        case.columns,
        &case.vectors,
        &[],
        &mut Writer::new(&[7; 32]),
    );
}

/// Changes the weights of a claim's first factor.
fn change_weights(claim: &mut Claim, change: fn(&mut [Scalar])) {
    let factor = &mut claim.terms[0].functional.factors[0];
    let mut weights = factor.axis.values();
    change(&mut weights);
    factor.axis = weights.into();
}

//! Polynomials of a row, ready for fast evaluation: on scalars, and on integers.
//!
//! A polynomial is a sum of products of linear forms, and a linear part. The linear parts are not evaluated here: rows
//! have a cell for them.

use crate::integers::add_multiple;
use zklens_field::{AdditiveGroup, Field, Scalar, small_integer};
use zklens_layers::gadgets::polynomial::{Linear, Polynomial};

/// A linear form, `constant + Σ coefficient·cell`, whose first coefficient is one.
#[derive(Debug, PartialEq)]
struct Form {
    constant: Scalar,
    first: usize,
    others: Vec<(usize, Scalar)>,
}

impl Form {
    /// A form, and the factor between it and `linear`. `None` for a constant.
    fn new(linear: &Linear) -> Option<(Self, Scalar)> {
        let mut terms = linear.terms.iter().filter(|(_, c)| *c != Scalar::ZERO);
        let (first, factor) = terms.next()?;
        let inverse = factor.inverse()?;
        let form = Self {
            constant: linear.constant * inverse,
            first: *first,
            others: terms.map(|(cell, c)| (*cell, *c * inverse)).collect(),
        };
        Some((form, *factor))
    }

    fn evaluate(&self, cells: &[Scalar], with_constant: bool) -> Scalar {
        let mut value = cells[self.first];
        if with_constant {
            value += self.constant;
        }
        for (cell, coefficient) in &self.others {
            value += *coefficient * cells[*cell];
        }
        value
    }
}

/// A sum of products on scalars: `Σ form·Σ coefficient·Π forms`.
#[derive(Debug, Default)]
pub(super) struct Kernel {
    forms: Vec<Form>,
    groups: Vec<Group>,
    /// The groups of the products of the highest degree.
    leading: Vec<Group>,
    degree: usize,
}

/// Products with a factor in common.
#[derive(Clone, Debug)]
struct Group {
    form: usize,
    /// For each product, its coefficient and its other factors.
    products: Vec<(Scalar, Vec<usize>)>,
}

impl Kernel {
    /// The products of a polynomial. `None` if one has a constant factor.
    pub(super) fn new(polynomial: &Polynomial) -> Option<Self> {
        let mut kernel = Self::default();
        let mut products = Vec::new();
        for product in &polynomial.products {
            let mut coefficient = product.coefficient;
            let mut forms = Vec::new();
            for factor in &product.factors {
                let (form, scale) = Form::new(factor)?;
                coefficient *= scale;
                let known = kernel.forms.iter().position(|known| *known == form);
                forms.push(known.unwrap_or_else(|| {
                    kernel.forms.push(form);
                    kernel.forms.len() - 1
                }));
            }
            if coefficient != Scalar::ZERO {
                products.push((coefficient, forms));
            }
        }
        let degrees = products.iter().map(|(_, forms)| forms.len());
        kernel.degree = degrees.max().unwrap_or(1);
        let highest = products
            .iter()
            .filter(|(_, forms)| forms.len() == kernel.degree);
        kernel.leading = grouped(highest.cloned().collect());
        kernel.groups = grouped(products);
        Some(kernel)
    }

    /// The degree, at least one.
    pub(super) const fn degree(&self) -> usize {
        self.degree
    }

    /// The number of scalars that an evaluation needs room for.
    pub(super) const fn room(&self) -> usize {
        self.forms.len()
    }

    /// The products on a row of cells.
    pub(super) fn evaluate(&self, cells: &[Scalar], room: &mut [Scalar]) -> Scalar {
        self.fill(cells, room, true);
        sum(&self.groups, room)
    }

    /// The coefficient of the highest degree along a line of these slopes.
    pub(super) fn leading(&self, slopes: &[Scalar], room: &mut [Scalar]) -> Scalar {
        self.fill(slopes, room, false);
        sum(&self.leading, room)
    }

    fn fill(&self, cells: &[Scalar], room: &mut [Scalar], with_constant: bool) {
        for (value, form) in room.iter_mut().zip(&self.forms) {
            *value = form.evaluate(cells, with_constant);
        }
    }
}

fn sum(groups: &[Group], forms: &[Scalar]) -> Scalar {
    let mut sum = Scalar::ZERO;
    for group in groups {
        let common = forms[group.form];
        if common == Scalar::ZERO {
            continue;
        }
        let mut rest = Scalar::ZERO;
        for (coefficient, factors) in &group.products {
            let factors = factors.iter();
            rest += factors.fold(*coefficient, |product, form| product * forms[*form]);
        }
        sum += common * rest;
    }
    sum
}

/// Groups products by the factor that most of them have.
fn grouped(mut products: Vec<(Scalar, Vec<usize>)>) -> Vec<Group> {
    let mut groups = Vec::new();
    while !products.is_empty() {
        let all = products.iter().flat_map(|(_, forms)| forms);
        let count = |form: &usize| products.iter().filter(|(_, f)| f.contains(form)).count();
        let form = all.max_by_key(|form| count(form)).copied().unwrap_or(0);
        let (with, without) = products
            .into_iter()
            .partition::<Vec<_>, _>(|(_, forms)| forms.contains(&form));
        let products_with = with.into_iter().map(|(coefficient, mut forms)| {
            let at = forms.iter().position(|f| *f == form);
            forms.swap_remove(at.expect("the group's form"));
            (coefficient, forms)
        });
        groups.push(Group {
            form,
            products: products_with.collect(),
        });
        products = without;
    }
    groups
}

/// A sum of products on integers.
#[derive(Debug)]
pub(super) struct IntegerKernel {
    forms: Vec<IntegerForm>,
    products: Vec<(Scalar, Vec<usize>)>,
    degree: usize,
}

#[derive(Debug, PartialEq)]
struct IntegerForm {
    constant: i128,
    terms: Vec<(usize, i128)>,
}

/// Products of integers stay below this.
const BOUND: f64 = (1_u128 << 120) as f64;

/// Along a line, values at two are up to three times as large as at zero and one.
const GROWTH: f64 = 3.0;

impl IntegerKernel {
    /// The products of a polynomial, for cells of at most `largest`. `None` if their coefficients or their values are not
    /// small integers.
    pub(super) fn new(polynomial: &Polynomial, largest: &[u64]) -> Option<Self> {
        let mut kernel = Self {
            forms: Vec::new(),
            products: Vec::new(),
            degree: polynomial.degree(),
        };
        for product in &polynomial.products {
            let mut forms = Vec::new();
            let mut bound = 1.0;
            for factor in &product.factors {
                let form = IntegerForm::new(factor)?;
                bound *= form.bound(largest);
                let known = kernel.forms.iter().position(|known| *known == form);
                forms.push(known.unwrap_or_else(|| {
                    kernel.forms.push(form);
                    kernel.forms.len() - 1
                }));
            }
            if bound > BOUND {
                return None;
            }
            kernel.products.push((product.coefficient, forms));
        }
        Some(kernel)
    }

    /// The number of integers that an evaluation needs room for.
    pub(super) const fn room(&self) -> usize {
        self.forms.len()
    }

    /// The products on a row of cells, over the radix: see [`zklens_field::over_radix`].
    pub(super) fn evaluate(&self, cells: &[i128], room: &mut [i128]) -> Scalar {
        for (value, form) in room.iter_mut().zip(&self.forms) {
            *value = form.evaluate(cells, form.constant);
        }
        self.sum(room, 0)
    }

    /// The coefficient of the highest degree along a line of these slopes, over the radix.
    pub(super) fn leading(&self, slopes: &[i128], room: &mut [i128]) -> Scalar {
        for (value, form) in room.iter_mut().zip(&self.forms) {
            *value = form.evaluate(slopes, 0);
        }
        self.sum(room, self.degree)
    }

    fn sum(&self, forms: &[i128], least_degree: usize) -> Scalar {
        let mut sum = Scalar::ZERO;
        for (coefficient, factors) in &self.products {
            if factors.len() >= least_degree {
                let product = factors.iter().map(|form| forms[*form]).product();
                add_multiple(&mut sum, coefficient, product);
            }
        }
        sum
    }
}

impl IntegerForm {
    fn new(linear: &Linear) -> Option<Self> {
        let terms = linear.terms.iter();
        let terms = terms.map(|(cell, c)| Some((*cell, small_integer(c)?)));
        Some(Self {
            constant: small_integer(&linear.constant)?,
            terms: terms.collect::<Option<_>>()?,
        })
    }

    fn evaluate(&self, cells: &[i128], constant: i128) -> i128 {
        let terms = self.terms.iter();
        terms.fold(constant, |sum, (cell, c)| sum + c * cells[*cell])
    }

    /// A bound of the absolute value on rows and on lines through them.
    fn bound(&self, largest: &[u64]) -> f64 {
        let terms = self.terms.iter();
        let terms = terms.map(|(cell, c)| c.unsigned_abs() as f64 * largest[*cell] as f64);
        (self.constant.unsigned_abs() as f64 + GROWTH * terms.sum::<f64>()).max(1.0)
    }
}

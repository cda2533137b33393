"""Where arrays lie in committed rows, and sums over them as terms on those rows."""

from dataclasses import dataclass, field
from math import prod

from .arithmetic import ORDER


@dataclass
class Term:
    """Weights for the cells of a row: the product of the factors' weights, each factor an axis with
    its stride, from the cell `offset` on, times the coefficient."""

    row: int
    coefficient: int
    offset: int = 0
    factors: list[tuple[list[int], int]] = field(default_factory=list)

    def at(self, point: int) -> int:
        """The weights as a polynomial's coefficients, at a point."""
        result = self.coefficient * pow(point, self.offset, ORDER) % ORDER
        for weights, stride in self.factors:
            step, value = pow(point, stride, ORDER), 0
            for weight in reversed(weights):
                value = (value * step + weight) % ORDER
            result = result * value % ORDER
        return result


@dataclass
class Place:
    """An array is in one row from `offset` on, or cut along `axis` into runs, each in a row of its
    own from `row` on."""

    sides: list[int]
    row: int
    offset: int = 0
    axis: int | None = None
    run: int = 0

    def runs(self) -> list[int]:
        """The cells in each row of an array that is cut."""
        inside = prod(self.sides[self.axis + 1 :])
        side = self.sides[self.axis]
        starts = range(0, side, self.run)
        return [min(self.run, side - start) * inside for start in starts] * prod(
            self.sides[: self.axis]
        )

    def terms(self, weights: list[list[int]], coefficient: int) -> list[Term]:
        """The sum over all cells with a list of weights for every axis."""
        strides = [prod(self.sides[axis + 1 :]) for axis in range(len(self.sides))]
        factors = list(zip(weights, strides, strict=True))
        if self.axis is None:
            return [Term(self.row, coefficient, self.offset, factors)]
        outer = [coefficient]
        for axis_weights in weights[: self.axis]:
            outer = [left * right % ORDER for left in outer for right in axis_weights]
        along, stride = factors[self.axis]
        terms = []
        for before in outer:
            for start in range(0, self.sides[self.axis], self.run):
                part = (along[start : start + self.run], stride)
                row = self.row + len(terms)
                terms.append(Term(row, before, 0, [part, *factors[self.axis + 1 :]]))
        return terms


@dataclass
class OpenRow:
    """Its first `used` cells are taken."""

    number: int
    used: int


class Packer:
    """Places arrays into rows of `cells` cells, from row number `first` on; `next` is the first row
    after them."""

    def __init__(self, cells: int, first: int):
        self.cells = cells
        self.next = first
        self.rows: list[OpenRow] = []

    def open(self, used: int = 0) -> OpenRow:
        self.rows.append(OpenRow(self.next, used))
        self.next += 1
        return self.rows[-1]

    def pack(self, arrays: list[list[int]]) -> list[Place]:
        places = [None] * len(arrays)
        for number in sorted(range(len(arrays)), key=lambda number: -prod(arrays[number])):
            sides = arrays[number]
            size = prod(sides)
            if size > self.cells:
                places[number] = self.cut(sides)
                continue
            room = (row for row in self.rows if row.used + size <= self.cells)
            row = next(room, None) or self.open()
            places[number] = Place(sides, row.number, row.used)
            row.used += size
        return places

    def cut(self, sides: list[int]) -> Place:
        inner = [prod(sides[axis + 1 :]) for axis in range(len(sides))]
        axis = next(axis for axis, volume in enumerate(inner) if volume <= self.cells)
        run = 1 << (self.cells // inner[axis]).bit_length() - 1
        place = Place(sides, self.next, axis=axis, run=run)
        for cells in place.runs():
            self.open(cells)
        return place

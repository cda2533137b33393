"""The placement of arrays in committed vectors, and sums over arrays as terms on those vectors."""

from dataclasses import dataclass, field
from math import prod

from .arithmetic import ORDER


@dataclass
class Term:
    """Weights for the cells of a committed vector, from the cell `offset` on: the coefficient
    times the product of the factors' weights. A factor is the weights along an axis and the axis's
    stride."""

    vector: int
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
class Placement:
    """An array lies in one vector from the cell `offset` on, or it is cut along `axis` into runs,
    each in a vector of its own, the first of which is `vector`."""

    sides: list[int]
    vector: int
    offset: int = 0
    axis: int | None = None
    run: int = 0

    def runs(self) -> list[int]:
        """The number of cells in each vector of an array that is cut."""
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
            return [Term(self.vector, coefficient, self.offset, factors)]
        outer = [coefficient]
        for axis_weights in weights[: self.axis]:
            outer = [left * right % ORDER for left in outer for right in axis_weights]
        along, stride = factors[self.axis]
        terms = []
        for before in outer:
            for start in range(0, self.sides[self.axis], self.run):
                part = (along[start : start + self.run], stride)
                vector = self.vector + len(terms)
                terms.append(Term(vector, before, 0, [part, *factors[self.axis + 1 :]]))
        return terms


@dataclass
class OpenVector:
    """A vector whose first `used` cells are taken."""

    number: int
    used: int


class Packer:
    """Places arrays into vectors of `cells` cells, from vector number `first` on; `next` is the
    number after the last."""

    def __init__(self, cells: int, first: int):
        self.cells = cells
        self.next = first
        self.vectors: list[OpenVector] = []

    def open(self, used: int = 0) -> OpenVector:
        self.vectors.append(OpenVector(self.next, used))
        self.next += 1
        return self.vectors[-1]

    def pack(self, arrays: list[list[int]]) -> list[Placement]:
        placements = [None] * len(arrays)
        for number in sorted(range(len(arrays)), key=lambda number: -prod(arrays[number])):
            sides = arrays[number]
            size = prod(sides)
            if size > self.cells:
                placements[number] = self.cut(sides)
                continue
            room = (vector for vector in self.vectors if vector.used + size <= self.cells)
            vector = next(room, None) or self.open()
            placements[number] = Placement(sides, vector.number, vector.used)
            vector.used += size
        return placements

    def cut(self, sides: list[int]) -> Placement:
        inner = [prod(sides[axis + 1 :]) for axis in range(len(sides))]
        axis = next(axis for axis, volume in enumerate(inner) if volume <= self.cells)
        run = 1 << (self.cells // inner[axis]).bit_length() - 1
        placement = Placement(sides, self.next, axis=axis, run=run)
        for cells in placement.runs():
            self.open(cells)
        return placement

"""One table of a key, in a statement about a number of images."""

from dataclasses import dataclass
from math import prod

from . import gadgets, wiring
from .arithmetic import ORDER, dot, equality, equality_weights
from .gadgets import Helper, Row
from .key import KeyTable
from .packing import Placement, Term


@dataclass
class Challenges:
    alpha: int
    """The challenge that is added to a query or an entry to make a denominator."""
    beta: int
    """The factor of the second part of a pair that is looked up."""
    point: list[int]
    base: int
    """Every rule has a power of this challenge."""
    lookup_powers: list[int]
    """For every table, the power of the sum over lookups in it."""


class Table:
    def __init__(self, key: KeyTable, number: int, byte_table: int, images: int):
        self.key = key
        self.number = number
        self.byte_table = byte_table
        self.sides = [1 if key.gadget.name in gadgets.UNITS else images, *key.sides]
        self.bits = [(side - 1).bit_length() for side in self.sides]
        self.variables = sum(self.bits) + 1
        self.row, helpers = self.apply(Row())
        self.helpers = len(helpers)
        self.columns = len(self.row.columns) + self.helpers
        self.placements: list[Placement] = []
        self.blinds: range = range(0)

    def apply(self, row: Row) -> tuple[Row, list[Helper]]:
        gadgets.apply(self.key.gadget, row)
        return row, row.helpers(self.number, self.byte_table)

    def numbers(self) -> list[list[int]]:
        """The sides of every number: its bytes come first."""
        return [[column.bytes, *self.sides] for column in self.row.columns if column.bytes]

    def size(self) -> int:
        """The number of cells that count towards the limit. Each byte of a number is a column
        here."""
        columns = sum(column.bytes or 1 for column in self.row.columns)
        return 2**self.variables * (columns + self.helpers + 1)

    def own(self, point: list[int]) -> list[int]:
        """The coordinates of a point that this table uses, without that of the blinding
        variable."""
        return point[len(point) - (self.variables - 1) :]

    def axis_weights(self, point: list[int]) -> list[list[int]]:
        coordinates = self.own(point)
        weights = []
        for side, bits in zip(self.sides, self.bits, strict=True):
            weights.append(equality_weights(coordinates[:bits])[:side])
            coordinates = coordinates[bits:]
        return weights

    def owe(self, challenges: Challenges, powers, labels: list[int]):
        """Takes the table's powers, and computes its share of the constant and its covectors."""
        self.rule_powers = [next(powers) for _ in self.row.rules]
        self.helper_powers = [next(powers) for _ in range(self.helpers)]
        self.input_powers = [next(powers) for _ in self.row.inputs]
        self.constant, self.covectors = 0, []
        if self.key.operand is None:
            return
        weights = self.axis_weights(challenges.point)
        rows = prod(map(sum, weights))
        for power, row_input in zip(self.input_powers, self.row.inputs, strict=True):
            self.constant -= power * row_input.shift * rows
        first = self.input_powers[0]
        self.covectors = wiring.covectors(self.key, weights, first, challenges.base, labels)
        if self.key.gadget.name == "Label":
            self.constant += wiring.label_constant(weights, first, labels)

    def close(self, challenges: Challenges, point: list[int], mask: int, values: list[int]) -> int:
        """The share of the table's rules and lookups in the sum, from the columns' values at the
        sumcheck's point, whose last coordinate is `mask`."""
        own = self.own(point)
        index = sum(bit << power for power, bit in enumerate(reversed(own)))
        # Only tables that are one for all images use the index.
        row, helpers = self.apply(Row(values, index % ORDER, challenges.beta))
        constraints = dot(self.rule_powers, row.rules)
        constraints += dot(self.input_powers, [given.value for given in row.inputs])
        lookup_sum = 0
        helper_values = values[len(row.columns) :]
        for power, helper, value in zip(self.helper_powers, helpers, helper_values, strict=True):
            constraints += power * helper.rule(value, challenges.alpha)
            lookup_sum += helper.sign * challenges.lookup_powers[helper.table] * value
        scale = pow(2, self.variables, ORDER) * (1 - mask)
        self.weights = self.axis_weights(point)
        self.scaled_output = scale * row.output % ORDER
        equal = equality(self.own(challenges.point), own)
        return scale * (equal * constraints + lookup_sum) % ORDER

    def column_terms(self, column: int, mask: int, mask_vector: int) -> list[Term]:
        """The terms that add up to a column's value at the sumcheck's point: its cells and its
        blind."""
        weights = self.weights
        if column < len(self.row.columns) and (size := self.row.columns[column].bytes):
            weights = [[256**byte for byte in range(size)], *weights]
        cells = self.placements[column].terms(weights, (1 - mask) % ORDER)
        return [*cells, Term(mask_vector, mask, self.blinds[column])]

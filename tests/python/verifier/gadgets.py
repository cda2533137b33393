"""The gadgets: columns, rules, inputs, queries and output of a row.

Every gadget is one function on numbers. Applied to a row of zeros, it gives the number of columns,
rules, inputs and queries; applied to the values of the columns at the random point, it gives the
values of the polynomials there.
"""

from dataclasses import dataclass, field
from math import prod

from .arithmetic import ORDER
from .key import Gadget

QUERIES_PER_HELPER = 2
GAPS_PER_RULE = 2
UNITS = ["Range", "Bytes", "Entries"]
"""The gadgets whose tables are one for all images."""


@dataclass
class Input:
    """`value = operand + shift` on real rows. An input that is not wired to an operand says
    `value = shift`."""

    value: int
    shift: int


@dataclass
class Helper:
    """A column that is the sum of `numerator / (alpha + query)` over its fractions. It counts
    `sign` times in the sum over lookups in table number `table`."""

    table: int
    sign: int
    fractions: list[tuple[int, int]]

    def rule(self, value: int, alpha: int) -> int:
        """Zero if `value` is that sum."""
        result = value * prod(alpha + query for _, query in self.fractions)
        for at, (numerator, _) in enumerate(self.fractions):
            others = self.fractions[:at] + self.fractions[at + 1 :]
            result -= numerator * prod(alpha + query for _, query in others)
        return result % ORDER


@dataclass
class Column:
    """The place of a column's cells: the array `array` of the key; or, for a number, one array for
    each of its `bytes`; or an array of their own."""

    array: int | None = None
    bytes: int = 0


@dataclass
class Row:
    """`values` are the values of the gadget's columns, in order; `None` stands for zeros. `beta`
    is the factor of the second part of a pair that is looked up."""

    values: list[int] | None = None
    index: int = 0
    beta: int = 0
    columns: list[Column] = field(default_factory=list)
    rules: list[int] = field(default_factory=list)
    inputs: list[Input] = field(default_factory=list)
    byte_queries: list[int] = field(default_factory=list)
    pair_queries: list[tuple[int, int]] = field(default_factory=list)
    entry: tuple[int, int] | None = None
    output: int = 0

    def column(self, array: int | None = None, size: int = 0) -> int:
        """The next column."""
        self.columns.append(Column(array, size))
        return self.values[len(self.columns) - 1] if self.values is not None else 0

    def byte(self) -> int:
        """A column that is looked up in the table of bytes."""
        byte = self.column()
        self.byte_queries.append(byte)
        return byte

    def number(self, size: int) -> int:
        """A column of numbers of `size` bytes. With no bytes there is no column, and the number is
        zero."""
        return self.column(size=size) if size else 0

    def bit(self) -> int:
        bit = self.number(1)
        self.rules.append(bit * bit - bit)
        return bit

    def input(self, value: int, shift: int):
        self.inputs.append(Input(value, shift))

    def helpers(self, number: int, byte_table: int) -> list[Helper]:
        """The helpers of this row, which is of table number `number`."""
        if self.entry is not None:
            count, entry = self.entry
            return [Helper(number, -1, [(count * entry, entry)])]
        doubled = [(query, query) for query in self.byte_queries]
        helpers = [
            Helper(byte_table, 1, doubled[at : at + QUERIES_PER_HELPER])
            for at in range(0, len(doubled), QUERIES_PER_HELPER)
        ]
        return helpers + [Helper(table, 1, [(query, query)]) for table, query in self.pair_queries]


def signed(sign: int, magnitude: int) -> int:
    return (1 - 2 * sign) * magnitude - sign


def positive(sign: int, magnitude: int) -> int:
    """The larger of `signed` and zero."""
    return (1 - sign) * magnitude


def apply(gadget: Gadget, row: Row) -> Row:
    GADGETS[gadget.name](row, **gadget.fields)
    return row


def pixels(row: Row):
    row.output = row.byte()


def maximum(row: Row, window, gap: int, largest: int, total: int, choice):
    """`largest` is the largest operand under the window plus `total`; `choice` adds a column."""
    if window is None:
        row.input(largest, total)
        return
    gaps = []
    for _ in range(window[0].kernel * window[1].kernel):
        gaps.append(row.number(gap))
        row.input(largest - gaps[-1], total)
    # A group's product may differ from zero only where its choice is zero. Choices add up to 1.
    groups = [gaps[at : at + GAPS_PER_RULE] for at in range(0, len(gaps), GAPS_PER_RULE)]
    choices = [choice() for _ in groups[1:]]
    choices.append(1 - sum(choices))
    row.rules += [choice * prod(group) for choice, group in zip(choices, groups, strict=True)]


def activation(row: Row, window, gap: int, shift: int, relu: bool, offset: int, magnitude: int):
    remainder = row.number(shift // 8)
    if relu:
        sign = row.bit()
        size = row.number(magnitude)
        quotient, row.output = signed(sign, size), positive(sign, size)
    else:
        quotient = row.number(magnitude)
        row.output = quotient - offset
    largest = remainder + 2**shift * quotient
    half = 2 ** (shift - 1) if shift else 0
    total = half + offset * 2**shift
    maximum(row, window, gap, largest, total, lambda: row.number(1))


def clip(row: Row, lo: int, hi: int, below: int, above: int):
    low_sign = row.bit()
    low = row.number(below)
    high_sign = row.bit()
    high = row.number(above)
    row.input(signed(low_sign, low), -lo)
    row.input(positive(low_sign, low) + signed(high_sign, high), hi - lo)
    row.output = hi - positive(high_sign, high)


def lookup(row: Row, first: int, entries: int):
    position, row.output = row.column(), row.column()
    row.pair_queries.append((entries, position + row.beta * row.output))
    row.input(position, 1 - first)


def copy(row: Row):
    row.output = row.column()
    row.input(row.output, 0)


def label(row: Row, size: int):
    row.input(row.number(size), 0)


def byte_range(row: Row, columns: int):
    """The columns that the layout cuts vectors of bytes into; the key does not give their
    number."""
    for _ in range(columns):
        row.byte()


def byte_table(row: Row):
    row.entry = row.column(), row.index


def entries(row: Row, array: int):
    count, value = row.column(), row.column(array)
    row.entry = count, row.index + row.beta * value


def p_relu(row: Row, positive_factor: int, negative_factor: int, magnitude: int):
    sign = row.bit()
    size = row.number(magnitude)
    operand, above = signed(sign, size), positive(sign, size)
    row.input(operand, 0)
    row.output = positive_factor * above + negative_factor * (operand - above)


def saturation(row: Row, window, gap: int, shift: int, lo: int, size: int, excess: int):
    remainder = row.number(shift // 8)
    place, beyond = row.number(size), row.number(excess)
    width = 256**size - 1
    # 1 at the upper end of the interval, -1 at the lower.
    side = 2 * place * pow(width, -1, ORDER) - 1
    if excess:
        row.rules.append(beyond * place * (width - place))
    row.output = lo + place
    half = 2 ** (shift - 1) if shift else 0
    largest = remainder + 2**shift * (place + side * beyond)
    maximum(row, window, gap, largest, half - lo * 2**shift, row.column)


GADGETS = {
    "Pixels": pixels,
    "Activation": activation,
    "Clip": clip,
    "Lookup": lookup,
    "Copy": copy,
    "Label": label,
    "Range": byte_range,
    "Bytes": byte_table,
    "Entries": entries,
    "PRelu": p_relu,
    "Saturation": saturation,
}

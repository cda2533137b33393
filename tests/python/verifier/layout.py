"""The tables of a statement, and the committed vectors that hold their columns."""

from dataclasses import replace

from .gadgets import Column
from .key import Gadget, Key
from .packing import Packer
from .ranges import Ranges
from .table import Table
from .transcript import Refused

MOST_IMAGES = 1024
MOST_CELLS = 2**32
MOST_COLUMNS = 2**14 - 1
FREE_CELLS = 3
"""The number of free cells at the beginning of the mask vector."""
ROUND_COEFFICIENTS = 4
"""The number of coefficients of the sumcheck's mask for each variable. They stand in the mask
vector, after its free cells."""


class Layout:
    """Vectors are numbered in this order: weights, pixels, bytes, mask and plain columns,
    helpers."""

    def __init__(self, key: Key, images: int):
        if not 1 <= images <= MOST_IMAGES:
            raise Refused("no image, or too many")
        cells = key.columns
        if not 1 <= cells <= MOST_COLUMNS:
            raise Refused("no columns, or too many")
        last = len(key.tables) - 1
        tables = {
            at: Table(table, at, last, images)
            for at, table in enumerate(key.tables)
            if at != last - 1
        }
        if sum(table.size() for table in tables.values()) > MOST_CELLS:
            raise Refused("too many cells")

        weights = Packer(cells, 0)
        self.arrays = weights.pack(key.arrays)
        pixels = Packer(cells, weights.next)
        pixel_placement = pixels.pack([tables[0].sides])[0]
        numbers = [sides for table in tables.values() for sides in table.numbers()]
        variables = max(table.variables for table in tables.values())
        ranges = Ranges(numbers, variables, cells, pixels.next)
        tables[last - 1] = range_table(key, ranges, last)
        self.tables = [tables[at] for at in range(len(tables))]

        self.variables = max(table.variables for table in self.tables)
        self.mask_vector = ranges.next
        plain = Packer(cells, self.mask_vector)
        mask = plain.open(self.place_blinds())
        if mask.used > cells:
            raise Refused("the mask vector does not fit")
        plain_placements = iter(plain.pack(self.plain_sides()))
        helpers = Packer(cells, plain.next)
        helper_sides = [table.sides for table in self.tables for _ in range(table.helpers)]
        helper_placements = iter(helpers.pack(helper_sides))

        number_placements = iter(ranges.numbers)
        for table in self.tables:
            if table.number == 0:
                table.placements = [pixel_placement]
            elif table.number == last - 1:
                table.placements = list(ranges.columns)
            else:
                table.placements = [
                    self.arrays[column.array]
                    if column.array is not None
                    else next(number_placements if column.bytes else plain_placements)
                    for column in table.row.columns
                ]
            table.placements += [next(helper_placements) for _ in range(table.helpers)]

        self.weight_vectors = weights.next
        self.pixel_vectors = pixels.next - weights.next
        self.witness_vectors = plain.next - pixels.next
        self.helper_vectors = helpers.next - plain.next

    def place_blinds(self) -> int:
        """Returns the first cell that is not random."""
        at = FREE_CELLS + ROUND_COEFFICIENTS * self.variables
        for table in self.tables:
            table.blinds = range(at, at + table.columns)
            at += table.columns
        return at

    def plain_sides(self) -> list[list[int]]:
        """The sides of the columns that are neither pixels, bytes nor arrays of the key."""
        return [
            table.sides
            for table in [*self.tables[1:-2], self.tables[-1]]
            for column in table.row.columns
            if column == Column()
        ]

    def columns(self) -> int:
        return sum(table.columns for table in self.tables)


def range_table(key: Key, ranges: Ranges, last: int) -> Table:
    """The table `Range`, the last but one, whose sides and columns the layout decides."""
    gadget = Gadget("Range", {"columns": len(ranges.columns)})
    table = replace(key.tables[last - 1], gadget=gadget, sides=ranges.sides)
    return Table(table, last - 1, last, 1)

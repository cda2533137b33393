"""The tables of a statement, and which row of which commitment their columns are in."""

from .key import Key
from .layout import Packer
from .table import Table
from .transcript import Refused

MOST_IMAGES = 1024
MOST_CELLS = 2**28
MOST_COLUMNS = 2**14 - 1
FREE_CELLS = 2
ROUND_COEFFICIENTS = 4
"""Of the sumcheck's mask, for each variable; they are after the free cells of the mask row."""


class Plan:
    """Rows are numbered: weights, pixels, witness, mask, helpers."""

    def __init__(self, key: Key, images: int):
        if not 1 <= images <= MOST_IMAGES:
            raise Refused("no image, or too many")
        last = len(key.tables) - 1
        self.tables = [Table(table, at, last, images) for at, table in enumerate(key.tables)]
        self.variables = max(table.variables for table in self.tables)
        cells = sum(2**table.variables * (table.columns + 1) for table in self.tables)
        if cells > MOST_CELLS:
            raise Refused("too many cells")

        cells = key.columns
        if not 1 <= cells <= MOST_COLUMNS:
            raise Refused("no columns, or too many")
        weights = Packer(cells, 0)
        self.arrays = weights.pack(key.arrays)
        pixels = Packer(cells, weights.next)
        pixel_place = pixels.pack_pixels(self.tables[0].sides)
        witness = Packer(cells, pixels.next)
        witness_places = iter(witness.pack(self.witness_sides()))
        self.mask_row = witness.next
        helpers = Packer(cells, self.mask_row + 1)
        helper_sides = [table.sides for table in self.tables for _ in range(table.helpers)]
        helper_places = iter(helpers.pack(helper_sides))

        for table in self.tables:
            if table.number == 0:
                table.places = [pixel_place]
            else:
                table.places = [
                    next(witness_places) if array is None else self.arrays[array]
                    for array in table.row.arrays
                ]
            table.places += [next(helper_places) for _ in range(table.helpers)]

        self.weight_rows = weights.next
        self.pixel_rows = pixels.next - weights.next
        self.witness_rows = witness.next - pixels.next
        self.helper_rows = helpers.next - self.mask_row - 1
        self.place_blinds(cells)

    def witness_sides(self) -> list[list[int]]:
        """Of columns that are neither pixels, helpers nor arrays of the key."""
        return [
            table.sides for table in self.tables[1:] for array in table.row.arrays if array is None
        ]

    def place_blinds(self, cells: int):
        at = FREE_CELLS + ROUND_COEFFICIENTS * self.variables
        for table in self.tables:
            table.blinds = range(at, at + table.columns)
            at += table.columns
        if at > cells:
            raise Refused("the mask row does not fit")

    def columns(self) -> int:
        return sum(table.columns for table in self.tables)

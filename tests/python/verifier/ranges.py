"""The rows of bytes of all numbers, and the columns that the table `Range` cuts them into."""

from math import prod

from .layout import Packer, Place

MOST_COLUMNS = 8
"""For which there is a choice of sides. There are more if packing leaves cells unused."""


class Ranges:
    """`numbers` are the sides of every number: its bytes, then those of its table. `variables` are
    the most that a table but `Range` has. Rows have `cells` cells, and begin at row `first`."""

    def __init__(self, numbers: list[list[int]], variables: int, cells: int, first: int):
        height, length = sides(sum(map(prod, numbers)), variables, cells)
        self.sides = [1, height, length]
        packer = Packer(cells // length * length, first)
        self.numbers = packer.pack(numbers)
        self.next = packer.next
        self.columns = pieces(packer, length) if height == 1 else blocks(packer, first, height)


def sides(total: int, variables: int, cells: int) -> tuple[int, int]:
    """Of columns for `total` bytes: as few as are no longer than other tables."""
    for columns in range(1, MOST_COLUMNS + 1):
        least = max(-(-total // columns), 1)
        if least <= cells:
            found = 1, cells // (cells // least)
        else:
            found = -(-least // cells), cells
        if sum((side - 1).bit_length() for side in found) + 1 <= variables:
            break
    return found


def pieces(packer: Packer, length: int) -> list[Place]:
    """Every row is some columns, of the last only those with a cell that is used."""
    places = []
    for row in packer.rows:
        end = row.used if row is packer.rows[-1] else packer.cells
        places += [Place([1, 1, 1, length], row.number, at) for at in range(0, end, length)]
    return places


def blocks(packer: Packer, first: int, height: int) -> list[Place]:
    """Every column is `height` rows, the last what is left."""
    return [
        Place([1, 1, min(height, packer.next - row), packer.cells], row, axis=2, run=1)
        for row in range(first, packer.next, height)
    ]

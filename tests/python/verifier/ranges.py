"""The vectors of bytes of all numbers, and the columns of the table `Range`, into which they are
cut."""

from math import prod

from .packing import Packer, Placement

MOST_COLUMNS = 8
"""The most columns that `sides` tries for. There are more if packing leaves cells unused."""


class Ranges:
    """`numbers` has the sides of every number: its bytes, then the sides of its table. `variables`
    is the largest number of variables of the other tables. Vectors have `cells` cells, and the
    first has the number `first`."""

    def __init__(self, numbers: list[list[int]], variables: int, cells: int, first: int):
        height, length = sides(sum(map(prod, numbers)), variables, cells)
        self.sides = [1, height, length]
        packer = Packer(cells // length * length, first)
        self.numbers = packer.pack(numbers)
        self.next = packer.next
        self.columns = chunks(packer, length) if height == 1 else blocks(packer, first, height)


def sides(total: int, variables: int, cells: int) -> tuple[int, int]:
    """The sides of `Range` for `total` bytes: with the fewest columns with which it is no longer
    than the other tables."""
    for columns in range(1, MOST_COLUMNS + 1):
        least = max(-(-total // columns), 1)
        if least <= cells:
            found = 1, cells // (cells // least)
        else:
            found = -(-least // cells), cells
        if sum((side - 1).bit_length() for side in found) + 1 <= variables:
            break
    return found


def chunks(packer: Packer, length: int) -> list[Placement]:
    """Cuts every vector into columns. The last vector gives only columns that hold a used cell."""
    placements = []
    for vector in packer.vectors:
        end = vector.used if vector is packer.vectors[-1] else packer.cells
        starts = range(0, end, length)
        placements += [Placement([1, 1, 1, length], vector.number, at) for at in starts]
    return placements


def blocks(packer: Packer, first: int, height: int) -> list[Placement]:
    """Makes a column of every `height` vectors, and the last column of those that are left."""
    return [
        Placement([1, 1, min(height, packer.next - vector), packer.cells], vector, axis=2, run=1)
        for vector in range(first, packer.next, height)
    ]

"""Numbers modulo the order of the group of BN254, and points of its first group."""

from math import prod

from py_ecc import optimized_bn128 as curve

ORDER = curve.curve_order
FIELD = curve.field_modulus


def inverse(number: int) -> int:
    return pow(number, -1, ORDER)


def dot(left: list[int], right: list[int]) -> int:
    return sum(a * b for a, b in zip(left, right, strict=True)) % ORDER


def product(numbers) -> int:
    return prod(numbers) % ORDER


def powers(base: int):
    """1, base, base squared, and so on."""
    power = 1
    while True:
        yield power
        power = power * base % ORDER


def equality_weights(point: list[int]) -> list[int]:
    """`eq(point, k)` for every k: the first coordinate belongs to the most significant bit."""
    weights = [1]
    for coordinate in point:
        weights = [
            weight * factor % ORDER for weight in weights for factor in (1 - coordinate, coordinate)
        ]
    return weights


def equality(left: list[int], right: list[int]) -> int:
    """`eq` of two points."""
    return product(1 - a - b + 2 * a * b for a, b in zip(left, right, strict=True))


def decode_point(data: bytes, zero_allowed: bool = False):
    """The point in 64 bytes; None if they are not a point. Only commitments to weights may be
    infinity."""
    x, y = int.from_bytes(data[:32], "big"), int.from_bytes(data[32:], "big")
    if x == y == 0:
        return curve.Z1 if zero_allowed else None
    if x >= FIELD or y >= FIELD or (y * y - x**3 - 3) % FIELD != 0:
        return None
    return curve.FQ(x), curve.FQ(y), curve.FQ(1)


def sum_of_products(pairs):
    """The sum of number · point."""
    total = curve.Z1
    for number, point in pairs:
        total = curve.add(total, curve.multiply(point, number % ORDER))
    return total


def pairings_agree(left, right) -> bool:
    """`e(A, B) = e(C, D)`, each side a point of the first group and one of the second."""
    (first, second), (third, fourth) = left, right
    ratio = curve.pairing(second, first, False) * curve.pairing(fourth, curve.neg(third), False)
    return curve.final_exponentiate(ratio) == curve.FQ12.one()

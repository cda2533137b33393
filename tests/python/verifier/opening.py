"""The opening of committed vectors: all claims about them in one pairing check."""

from dataclasses import dataclass

from py_ecc import optimized_bn128 as curve

from .arithmetic import ORDER, inverse, pairings_agree, powers, sum_of_products
from .packing import Term
from .transcript import Refused, Transcript


@dataclass
class Claim:
    """The terms on committed vectors add up to `value`."""

    terms: list[Term]
    value: int


def check(claims: list[Claim], commitments: list, secret, transcript: Transcript):
    """`secret` is the setup's point of the second group."""
    claim_base = transcript.draw("commitment/claims")
    above, below = transcript.points("commitment/product", 2)
    point = transcript.draw("commitment/point")
    (value,) = transcript.scalars("commitment/value", 1)
    (quotient,) = transcript.points("commitment/quotient", 1)
    fold = transcript.draw("commitment/fold")
    (witness,) = transcript.points("commitment/witness", 1)
    transcript.end()

    if point in (0, 1, ORDER - 1) or fold in (point, inverse(point)):
        raise Refused("a challenge that is excluded")
    reflected = inverse(point)
    at_point = inverse(fold - point)
    at_reflected = inverse(fold - reflected)

    vector_weights = [0] * len(commitments)
    total = 0
    for claim, power in zip(claims, powers(claim_base), strict=False):
        total += power * claim.value
        for term in claim.terms:
            vector_weights[term.vector] += power * at_point * term.at(reflected)
    shown = (total + value * reflected) * at_point + value * at_reflected
    combined = sum_of_products(
        [
            *zip(vector_weights, commitments, strict=True),
            (-point * at_point, above),
            (at_reflected, below),
            (-shown, curve.G1),
            (-1, quotient),
            (fold, witness),
        ]
    )
    if not pairings_agree((combined, curve.G2), (witness, secret)):
        raise Refused("the opening does not show the claims")

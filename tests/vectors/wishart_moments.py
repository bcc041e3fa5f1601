"""Writes wishart_moments.json: invariant Wishart moments up to degree 6 by the package WishartMoments.

The package computes them through Jack polynomials and zonal spherical functions, not through
pairings. With a fresh virtual environment:

    pip install WishartMoments==0.0.3 passagemath-standard==10.8.13
    python wishart_moments.py > wishart_moments.json

W = X X' has N degrees of freedom and the covariance Lambda; every record states E[variable] == moment.
"""

import json
import re

from WishartMoments import Expectations


def in_claim_language(expression):
    text = str(expression)
    text = re.sub(r"tr\((\w), (\d+)\)", r"tr(\1^\2)", text)
    text = re.sub(r"\bS\b", "Lambda", text)
    text = re.sub(r"\bn\b", "N", text)
    return re.sub(r"\bW\b", "(X*X')", text)


records = []
for degree in range(1, 7):
    expectations = Expectations(degree)
    for index in range(expectations.number_of_expectations()):
        moment = expectations.moment(index)
        records.append(
            {
                "degree": degree,
                "variable": in_claim_language(moment["var"]),
                "moment": in_claim_language(moment["moment"]),
            }
        )
print(
    json.dumps(
        {
            "about": "invariant Wishart moments E[variable] == moment, W = X X', in the claim language",
            "made_by": "wishart_moments.py with WishartMoments 0.0.3 and passagemath 10.8.13",
            "declarations": "space d, N\nmatrix Lambda[d,d] pd\ngaussian X[d,N] ~ Lambda\n",
            "records": records,
        },
        indent=1,
    )
)

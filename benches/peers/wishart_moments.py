"""Times E[W^k] for W = X X' in the package WishartMoments, in seconds, after its import.

    pip install WishartMoments==0.0.3 passagemath-standard==10.8.13
    python benches/peers/wishart_moments.py
"""

import time

from WishartMoments import Expectations

for degree in (6, 7, 8):
    start = time.perf_counter()
    expectations = Expectations(degree)
    moment = expectations.moment(expectations.number_of_expectations() - 1)
    print(degree, str(moment["var"]), f"{time.perf_counter() - start:.2f} s", flush=True)

"""Times E[(X X')^2] at one size in coordinates with sympy, in seconds: X = L G, E g^2k = (2k - 1)!!.

    pip install sympy==1.14.0
    python benches/peers/sympy_coordinates.py
"""

import statistics
import time

import sympy


def moment(d, n):
    """E[(X X')^2] for columns with covariance L L', L free symbols."""
    factor = sympy.Matrix(d, d, lambda i, j: sympy.Symbol(f"l{i}{j}"))
    gauss = sympy.Matrix(d, n, lambda i, j: sympy.Symbol(f"g{i}_{j}"))
    data = factor * gauss
    gram = data * data.T
    letters = list(gauss)

    def expectation(entry):
        total = 0
        for exponents, coefficient in sympy.Poly(entry, *letters).terms():
            if all(exponent % 2 == 0 for exponent in exponents):
                for exponent in exponents:
                    coefficient *= sympy.factorial2(max(exponent - 1, 1))
                total += coefficient
        return sympy.expand(total)

    return (gram * gram).applyfunc(expectation)


for d, n in ((2, 2), (2, 3), (3, 3)):
    times = []
    for _ in range(3):
        start = time.perf_counter()
        value = moment(d, n)
        times.append(time.perf_counter() - start)
    factor = sympy.Matrix(d, d, lambda i, j: sympy.Symbol(f"l{i}{j}"))
    covariance = factor * factor.T
    known = n * (n + 1) * covariance**2 + n * covariance.trace() * covariance
    assert (value - known).applyfunc(sympy.expand) == sympy.zeros(d, d)
    print(f"d = {d}, N = {n}: {statistics.median(times):.3f} s", flush=True)

"""The protocol of a competitor: it answers the driver on its standard streams, one line each.

    prepare D N BATCH -> ready      sets up and warms up
    run STEPS -> LOSS               does so many steps of stochastic gradient descent
"""

import sys

RATE = 1e-3


def serve(prepare):
    """`prepare(d, n, batch)` gives a function that does some steps and returns the last loss."""
    run = None
    for line in sys.stdin:
        command, *numbers = line.split()
        numbers = [int(number) for number in numbers]
        if command == "prepare":
            run = prepare(*numbers)
            run(2)
            print("ready", flush=True)
        else:
            print(float(run(*numbers)), flush=True)

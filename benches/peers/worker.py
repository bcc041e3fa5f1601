"""The protocol of a competitor: it answers the driver on its standard streams, one line each.

    prepare D N BATCH -> ready      sets up and warms up
    run STEPS -> LOSS DONE          does at least so many steps of stochastic gradient descent
"""

import sys

RATE = 1e-3


def serve(prepare):
    """`prepare(d, n, batch)` gives a function that does at least so many steps and returns the last
    loss and how many it did."""
    run = None
    for line in sys.stdin:
        command, *numbers = line.split()
        numbers = [int(number) for number in numbers]
        if command == "prepare":
            run = prepare(*numbers)
            run(1)
            print("ready", flush=True)
        else:
            loss, done = run(*numbers)
            print(float(loss), done, flush=True)

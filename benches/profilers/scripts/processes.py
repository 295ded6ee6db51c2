"""Worker processes that compute different things."""

import multiprocessing
import sys
from truth import costs, take, tell


def primes():
    return [n for n in range(2, 1_500) if all(n % d for d in range(2, int(n**0.5) + 1))]


def words():
    return len({str(i)[::-1] for i in range(14_000)})


def work(rounds):
    for _ in range(rounds):
        with costs("primes"):
            primes()
        with costs("words"):
            words()
    return take()


if __name__ == "__main__":
    rounds = int(900 * float(sys.argv[1]))
    with multiprocessing.get_context("fork").Pool(2) as pool:
        tell(pool.map(work, [rounds, rounds], chunksize=1))

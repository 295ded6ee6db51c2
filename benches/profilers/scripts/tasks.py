"""asyncio: tasks that compute and tasks that wait on one thread. The truth is of the computing parts."""

import asyncio
import sys
from truth import costs, tell


def render():
    return sum(i * i % 7 for i in range(25_000))


def parse():
    return sum(int(str(i)) for i in range(6_000))


async def request():
    with costs("parse"):
        parse()
    await asyncio.sleep(0.004)
    with costs("render"):
        render()


async def main(rounds):
    for _ in range(rounds):
        await asyncio.gather(*(request() for _ in range(4)))


asyncio.run(main(int(430 * float(sys.argv[1]))))
tell()

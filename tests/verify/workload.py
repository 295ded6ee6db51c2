"""A program that uses the module in a thread and in a child process."""

import subprocess
import sys
import threading

from original import Account, Point, first, middle, sort_in_place, total

if len(sys.argv) > 1:
    total([4711])
    sys.exit(0)

print(greeting)  # noqa: F821
for number in range(5000):
    total([number, number])
total([1, 1])
middle(Point(0.0, 1.0), b=Point(2.0, 3.0))
sort_in_place([2, 1])
try:
    first({"a": 1}, "b")
except KeyError:
    pass
account = Account("Ada")
thread = threading.Thread(target=account.deposit, args=(100,))
thread.start()
thread.join()
subprocess.run([sys.executable, __file__, "child"], check=True)

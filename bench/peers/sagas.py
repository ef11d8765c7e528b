"""The bench's sagas as dbos does them: each case a durable workflow of five steps, on the same PostgreSQL.

    sagas.py CASES

The database's address comes as TONGBAN_BENCH_PEER_URL. Prints `ready` when its tables are there and one case is
done, and for each line on standard input the seconds that so many cases took from the first start to the last end.
"""
import os
import sys
import time

from dbos import DBOS

STEPS = 5


@DBOS.step()
def act(case, number):
    # What the fake department of the bench does: it says that it did it, with a number.
    return {"outcome": "accepted", "number": f"{case}-{number}"}


@DBOS.workflow()
def saga(case):
    return [act(case, number) for number in range(STEPS)]


def run(round, cases):
    start = time.perf_counter()
    handles = [DBOS.start_workflow(saga, f"{round}-{case}") for case in range(cases)]
    for handle in handles:
        handle.get_result()
    return time.perf_counter() - start


def main():
    DBOS(config={
        "name": "bench-sagas", "system_database_url": os.environ["TONGBAN_BENCH_PEER_URL"],
        "log_level": "ERROR", "console_log_level": "ERROR",
    })
    DBOS.launch()
    run("first", 1)
    print("ready", flush=True)
    for round, _ in enumerate(sys.stdin):
        print(run(round, int(sys.argv[1])), flush=True)
    DBOS.destroy()


main()

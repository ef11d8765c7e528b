"""One way of doing one piece of the bench's work, in a process of its own.

    peer.py TASK HOME INPUT OUTPUT

Does the work on every record of INPUT once and writes what comes out to OUTPUT, a line a record, so
that it can be compared. Then prints `ready`, and for each line on standard input does the work again and
prints the CPU seconds that it took. INPUT holds one body a line, in base64 where a body has lines.
"""
import base64
import gc
import json
import sys
import time

import orjson

import mappings
import models
import readers
import schemas

def dump(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def lines(values):
    return b"\n".join(map(orjson.dumps, values))


def mapped_file(read, standardise, check):
    def work(body):
        return b"\n".join([orjson.dumps(check(standardise(record))) for record in read(body)])
    return work


def modelled_file(read, standardise, model):
    def work(body):
        return b"\n".join([
            model.model_validate(standardise(record)).model_dump_json(exclude_none=True).encode()
            for record in read(body)
        ])
    return work


class Task:
    """`work` takes what `prepare` makes of a body; `show` makes of its result what is compared."""

    def __init__(self, work, prepare=bytes, show=bytes):
        self.work, self.prepare, self.show = work, prepare, show


def validating(check):
    return Task(check, prepare=orjson.loads, show=lambda _: b"valid")


def tasks(home):
    tax, person, insurance = "std.tax-registration.v1", "std.person.v1", "std.social-insurance.v1"
    model, standard = models.TaxRegistration, mappings.tax_registration
    fast, rust = schemas.by_fastjsonschema, schemas.by_jsonschema_rs

    def tax_checked(check):
        return Task(lambda body: orjson.dumps(check(standard(orjson.loads(body)))))

    return {
        "tax-json": lambda: Task(lambda body: dump(standard(json.loads(body)))),
        "tax-pydantic": lambda: Task(
            lambda body: model.model_validate(standard(orjson.loads(body)))
            .model_dump_json(exclude_none=True).encode()),
        "tax-fastjsonschema": lambda: tax_checked(fast(home, tax)),
        "tax-jsonschema-rs": lambda: tax_checked(rust(home, tax)),
        "household-pydantic": lambda: Task(
            modelled_file(readers.rows_by_lxml, mappings.person, models.Person)),
        "household-fastjsonschema": lambda: Task(
            mapped_file(readers.rows_by_lxml, mappings.person, fast(home, person))),
        "household-jsonschema-rs": lambda: Task(
            mapped_file(readers.rows_by_lxml, mappings.person, rust(home, person))),
        "insurance-fastjsonschema": lambda: Task(
            mapped_file(readers.insurance_lines, mappings.social_insurance, fast(home, insurance))),
        "insurance-jsonschema-rs": lambda: Task(
            mapped_file(readers.insurance_lines, mappings.social_insurance, rust(home, insurance))),
        "parse-orjson": lambda: Task(orjson.loads, show=orjson.dumps),
        "parse-json": lambda: Task(json.loads, show=dump),
        "write-orjson": lambda: Task(orjson.dumps, prepare=orjson.loads),
        "write-json": lambda: Task(dump, prepare=orjson.loads),
        "xml-lxml": lambda: Task(readers.rows_by_lxml, show=lines),
        "xml-elementtree": lambda: Task(readers.rows_by_elementtree, show=lines),
        "check-tax-fastjsonschema": lambda: validating(fast(home, tax)),
        "check-tax-jsonschema-rs": lambda: validating(rust(home, tax)),
        "check-tax-pydantic": lambda: validating(models.TaxRegistration.model_validate),
        "check-person-fastjsonschema": lambda: validating(fast(home, person)),
        "check-person-jsonschema-rs": lambda: validating(rust(home, person)),
        "check-person-pydantic": lambda: validating(models.Person.model_validate),
    }


def bodies(path):
    with open(path, "rb") as file:
        for line in file.read().splitlines():
            yield line if line.startswith(b"{") else base64.b64decode(line)


def main(name, home, source, target):
    task = tasks(home)[name]()
    prepared = [task.prepare(body) for body in bodies(source)]
    with open(target, "wb") as file:
        for body in prepared:
            file.write(task.show(task.work(body)) + b"\n")
    # What was prepared lives to the end; the collector need not look at it again and again.
    gc.collect()
    gc.freeze()
    print("ready", flush=True)
    work = task.work
    for _ in sys.stdin:
        start = time.process_time()
        for body in prepared:
            work(body)
        print(time.process_time() - start, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])

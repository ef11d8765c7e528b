"""The standard schemas of topology/schemas, compiled by what PyPI offers."""
import pathlib

import fastjsonschema
import jsonschema_rs
import orjson

import identifiers


def accept_all(_):
    return True


def formats():
    """The numbers' formats; those that no record of the bench has accept everything."""
    known = dict(identifiers.FORMATS)
    for name in ("residence-permit", "foreign-permanent-residence", "hk-macao-permit", "taiwan-permit"):
        known[name] = accept_all
    return known


def document(home, name):
    return orjson.loads((pathlib.Path(home) / "topology" / "schemas" / f"{name}.json").read_bytes())


def by_fastjsonschema(home, name):
    """fastjsonschema knows draft 7 at most; these schemas use nothing that is newer."""
    schema = document(home, name) | {"$schema": "http://json-schema.org/draft-07/schema#"}
    return fastjsonschema.compile(schema, formats=formats())


def by_jsonschema_rs(home, name):
    schema = document(home, name)
    validator = jsonschema_rs.Draft202012Validator(
        schema, formats=formats(), validate_formats=True)

    def check(instance):
        if not validator.is_valid(instance):
            raise ValueError("the instance is not valid")
        return instance

    return check

"""The standard schemas as pydantic models."""
from datetime import date, datetime
from typing import Annotated, Literal, Optional

from pydantic import BaseModel, ConfigDict, Field, model_validator

import identifiers


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


ShortText = Annotated[str, Field(min_length=1, max_length=64)]
Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1F\x7F]*\S[^\x00-\x1F\x7F]*$")]
Division = Annotated[str, Field(pattern=r"^[0-9]{6}$")]
Number = Annotated[str, Field(pattern=r"^[0-9A-Z][0-9A-Z()-]{0,39}$")]

CHECKS = {
    "resident-id": identifiers.is_identity_number,
    "uscc": identifiers.is_credit_code,
    "tax-number": identifiers.is_taxpayer_number,
    "tax-serial": lambda number: len(number) == 20 and number.isdigit(),
}


class Identifier(Strict):
    kind: Literal[
        "resident-id", "residence-permit", "foreign-permanent-residence", "passport", "hk-macao-permit",
        "taiwan-permit", "social-insurance-number", "uscc", "tax-number", "tax-serial"]
    number: Number

    @model_validator(mode="after")
    def number_is_of_its_kind(self):
        check = CHECKS.get(self.kind)
        if check and not check(self.number):
            raise ValueError("not a number of its kind")
        return self


Identifiers = Annotated[list[Identifier], Field(min_length=1, max_length=16)]


class Address(Strict):
    division: Division
    text: Annotated[str, Field(max_length=400)]


class Record(Strict):
    id: ShortText
    version: Annotated[str, Field(min_length=1, max_length=40)]


class Representative(Strict):
    name: Name
    identifiers: Optional[Annotated[list[Identifier], Field(max_length=16)]] = None


class TaxRegistration(Strict):
    identifiers: Identifiers
    name: Name
    registrationType: Annotated[str, Field(pattern=r"^[0-9]{3}$")]
    status: Literal["normal", "suspended", "abnormal", "cancelled", "reported"]
    industry: Optional[Annotated[str, Field(pattern=r"^([A-T]|[A-T]?[0-9]{2,4})$")]] = None
    legalRepresentative: Optional[Representative] = None
    address: Optional[Address] = None
    authority: Optional[Annotated[str, Field(pattern=r"^[0-9]{9,11}$")]] = None
    registeredOn: Optional[date] = None
    valid: bool
    record: Record
    changedAt: datetime


class Household(Strict):
    number: ShortText
    relation: Optional[Annotated[str, Field(pattern=r"^[0-9]{1,2}$")]] = None


class Person(Strict):
    identifiers: Identifiers
    name: Name
    formerName: Optional[Name] = None
    sex: Literal["0", "1", "2", "9"]
    ethnicity: Optional[Annotated[str, Field(pattern=r"^(0[1-9]|[1-4][0-9]|5[0-6]|97|98)$")]] = None
    birthDate: date
    deathDate: Optional[date] = None
    status: Literal["alive", "deceased"]
    address: Optional[Address] = None
    household: Optional[Household] = None
    record: Record
    changedAt: datetime

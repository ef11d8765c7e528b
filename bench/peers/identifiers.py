"""The check characters of GB 11643, GB 32100 and GB 11714, as one writes them in Python."""
from datetime import date

CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CREDIT_VALUES = {character: value for value, character in enumerate(CREDIT_ALPHABET)}
CREDIT_WEIGHTS = [pow(3, place, 31) for place in range(17)]
IDENTITY_WEIGHTS = [pow(2, 17 - place, 11) for place in range(17)]
IDENTITY_CHECKS = "10X98765432"


def is_identity_number(text):
    if len(text) != 18 or not text[:17].isdigit():
        return False
    remainder = sum(int(digit) * weight for digit, weight in zip(text, IDENTITY_WEIGHTS)) % 11
    if text[17] != IDENTITY_CHECKS[remainder]:
        return False
    try:
        date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    return True


def is_credit_code(text):
    if len(text) != 18 or text[0] not in "123456789ANY" or not text[2:8].isdigit():
        return False
    try:
        total = sum(CREDIT_VALUES[character] * weight for character, weight in zip(text, CREDIT_WEIGHTS))
    except KeyError:
        return False
    return text[17] == CREDIT_ALPHABET[-total % 31]


def is_taxpayer_number(text):
    return is_credit_code(text) or is_identity_number(text)


FORMATS = {"gb11643": is_identity_number, "gb32100": is_credit_code, "taxpayer-number": is_taxpayer_number}

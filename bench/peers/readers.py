"""Native bodies into records: dictionaries of texts."""
from xml.etree import ElementTree

from lxml import etree

INSURANCE_COLUMNS = [
    ("AAZ157", 1, 20), ("AAC001", 21, 20), ("AAC002", 41, 18), ("AAC003", 59, 40), ("AAC004", 99, 1),
    ("AAC006", 100, 8), ("AAE140", 108, 3), ("AAC008", 111, 1), ("AAB001", 112, 20), ("AAB004", 132, 100),
    ("AAB301", 232, 6), ("AAE030", 238, 8), ("AAE031", 246, 8), ("AAE036", 254, 14), ("CXBZ", 268, 1),
]
SLICES = [(name, slice(start - 1, start - 1 + length)) for name, start, length in INSURANCE_COLUMNS]


def rows_by_lxml(body):
    return [{field.tag: field.text or "" for field in row} for row in etree.fromstring(body)]


def rows_by_elementtree(body):
    """The standard library's expat knows no GB18030, so the text is decoded first."""
    text = body.decode("gb18030").replace('encoding="GB18030"', "", 1)
    return [{field.tag: field.text or "" for field in row} for row in ElementTree.fromstring(text)]


def insurance_lines(body):
    return [
        {name: line[place].decode("gb18030").strip() for name, place in SLICES}
        for line in body.split(b"\n") if line
    ]

"""The mappings of adapters/, written by hand in plain Python: a native record in, a standard record out.

They check no numbers: that is left to the schema or to the model, whichever is measured.
"""
from datetime import date, datetime

REGISTRATION_TYPES = {
    code: code
    for code in (
        "100 110 120 130 140 141 142 143 149 150 151 159 160 170 171 172 173 174 175 179 190 200 210 "
        "220 230 240 290 300 310 320 330 340 390 900 410 411").split()
}
TAXPAYER_STATES = {"03": "normal", "04": "suspended", "05": "abnormal", "06": "cancelled", "07": "reported"}
DOCUMENT_TYPES = {
    "201": "resident-id", "208": "passport", "210": "hk-macao-permit", "213": "taiwan-permit",
    "227": "passport", "233": "foreign-permanent-residence",
}
ETHNICITIES = {f"{code:02}": f"{code:02}" for code in [*range(1, 57), 97, 98]}
ETHNICITIES.update({str(code): f"{code:02}" for code in range(1, 10)})
SEXES = {code: code for code in "0129"}
INSURANCE_KINDS = {code: code for code in "110 120 170 210 310 390 410 510".split()} | {"150": "170"}
INSURANCE_STATES = {"1": "insured", "2": "paused", "3": "terminated"}


def text(record, name):
    """A member without the blanks around it; None if nothing is left."""
    value = record.get(name)
    return (value.strip() or None) if value else None


def basic_date(value):
    return date(int(value[:4]), int(value[4:6]), int(value[6:8])).isoformat()


def basic_time(value):
    """yyyyMMddHHmmss in China."""
    return datetime(
        int(value[:4]), int(value[4:6]), int(value[6:8]), int(value[8:10]), int(value[10:12]),
        int(value[12:14])).isoformat() + "+08:00"


def tax_registration(record):
    identifiers = []
    if number := text(record, "SHXYDM"):
        identifiers.append({"kind": "uscc", "number": number})
    if number := text(record, "NSRSBH"):
        identifiers.append({"kind": "tax-number", "number": number})
    identifiers.append({"kind": "tax-serial", "number": text(record, "DJXH")})
    standard = {
        "identifiers": identifiers,
        "name": text(record, "NSRMC"),
        "registrationType": REGISTRATION_TYPES[text(record, "DJZCLX_DM")],
        "status": TAXPAYER_STATES[text(record, "NSRZT_DM")],
    }
    if industry := text(record, "HY_DM"):
        standard["industry"] = industry
    if name := text(record, "FDDBRXM"):
        representative = standard["legalRepresentative"] = {"name": name}
        kind, number = text(record, "FDDBRSFZJLX_DM"), text(record, "FDDBRSFZJHM")
        if kind and number:
            representative["identifiers"] = [{"kind": DOCUMENT_TYPES[kind], "number": number}]
    if address := text(record, "SCJYDZ") or text(record, "ZCDZ"):
        standard["address"] = {"division": text(record, "XZQH_DM")[:6], "text": address}
    if authority := text(record, "ZGSWJ_DM"):
        standard["authority"] = authority
    if registered := text(record, "DJRQ"):
        standard["registeredOn"] = date.fromisoformat(registered).isoformat()
    standard["valid"] = {"Y": True, "N": False}[text(record, "YXBZ")]
    standard["record"] = {"id": text(record, "DJXH"), "version": text(record, "BGXH")}
    standard["changedAt"] = datetime.fromisoformat(text(record, "XGRQ")).isoformat() + "+08:00"
    return standard


def person(record):
    standard = {
        "identifiers": [{"kind": "resident-id", "number": text(record, "GMSFHM")}],
        "name": text(record, "XM"),
    }
    if former := text(record, "CYM"):
        standard["formerName"] = former
    standard["sex"] = SEXES[text(record, "XB")]
    if ethnicity := text(record, "MZ"):
        standard["ethnicity"] = ETHNICITIES[ethnicity]
    standard["birthDate"] = basic_date(text(record, "CSRQ"))
    is_dead = text(record, "YWLX") == "SWZX" and text(record, "CXBZ") != "1"
    if is_dead and (died := text(record, "SWRQ")) and died != "00000000":
        standard["deathDate"] = basic_date(died)
    standard["status"] = "deceased" if is_dead else "alive"
    division, address = text(record, "SSXQ"), text(record, "MLXZ")
    if division and address:
        standard["address"] = {"division": division[:6], "text": address}
    if household := text(record, "HH"):
        standard["household"] = {"number": household}
        if relation := text(record, "YHZGX"):
            standard["household"]["relation"] = relation
    standard["record"] = {
        "id": text(record, "RYID") or text(record, "GMSFHM"), "version": text(record, "HJYWID")}
    standard["changedAt"] = basic_time(text(record, "SLSJ"))
    return standard


def social_insurance(record):
    identifiers = [{"kind": "resident-id", "number": text(record, "AAC002")}]
    if number := text(record, "AAC001"):
        identifiers.append({"kind": "social-insurance-number", "number": number})
    standard = {
        "identifiers": identifiers,
        "name": text(record, "AAC003"),
        "sex": SEXES[text(record, "AAC004")],
        "birthDate": basic_date(text(record, "AAC006")),
        "insurance": INSURANCE_KINDS[text(record, "AAE140")],
        "status": INSURANCE_STATES[text(record, "AAC008")],
    }
    if employer := text(record, "AAB001"):
        standard["employer"] = {"number": employer}
        if name := text(record, "AAB004"):
            standard["employer"]["name"] = name
    standard["division"] = text(record, "AAB301")[:6]
    started, ended = text(record, "AAE030"), text(record, "AAE031")
    if started and started != "00000000":
        standard["startedOn"] = basic_date(started)
    if ended and ended != "00000000" and not ended.startswith("9999") and ended[:8] not in ("20991231", "29991231"):
        standard["endedOn"] = basic_date(ended)
    standard["record"] = {
        "id": text(record, "AAC001") or text(record, "AAC002"), "version": text(record, "AAZ157")}
    standard["changedAt"] = basic_time(text(record, "AAE036"))
    return standard

# adapters/tax/mappings/registration-change.json5 in jq. It checks no numbers and no dates, and trims one blank.

def value: if . == null then null else (ltrimstr(" ") | rtrimstr(" ") | if . == "" then null else . end) end;

{"100": 1, "110": 1, "120": 1, "130": 1, "140": 1, "141": 1, "142": 1, "143": 1, "149": 1, "150": 1,
 "151": 1, "159": 1, "160": 1, "170": 1, "171": 1, "172": 1, "173": 1, "174": 1, "175": 1, "179": 1,
 "190": 1, "200": 1, "210": 1, "220": 1, "230": 1, "240": 1, "290": 1, "300": 1, "310": 1, "320": 1,
 "330": 1, "340": 1, "390": 1, "900": 1, "410": 1, "411": 1} as $types
| {"03": "normal", "04": "suspended", "05": "abnormal", "06": "cancelled", "07": "reported"} as $states
| {"201": "resident-id", "208": "passport", "210": "hk-macao-permit", "213": "taiwan-permit",
   "227": "passport", "233": "foreign-permanent-residence"} as $documents
| (.SHXYDM | value) as $code
| (.NSRSBH | value) as $number
| (.DJXH | value) as $serial
| (.DJZCLX_DM | value) as $type
| (.HY_DM | value) as $industry
| (.FDDBRXM | value) as $representative
| (.FDDBRSFZJLX_DM | value) as $document
| (.FDDBRSFZJHM | value) as $documentNumber
| ((.SCJYDZ | value) // (.ZCDZ | value)) as $address
| (.ZGSWJ_DM | value) as $authority
| (.DJRQ | value) as $registered
| (.XGRQ | value) as $changed
| {
    identifiers: (
      (if $code then [{kind: "uscc", number: $code}] else [] end)
      + (if $number then [{kind: "tax-number", number: $number}] else [] end)
      + [{kind: "tax-serial", number: $serial}]),
    name: (.NSRMC | value),
    registrationType: (if $types[$type] then $type else error("registration type") end),
    status: ($states[.NSRZT_DM | value] // error("state"))
  }
+ (if $industry then {industry: $industry} else {} end)
+ (if $representative then
    {legalRepresentative: (
      {name: $representative}
      + (if $document and $documentNumber
         then {identifiers: [{kind: $documents[$document], number: $documentNumber}]} else {} end))}
   else {} end)
+ (if $address then {address: {division: (.XZQH_DM | value)[0:6], text: $address}} else {} end)
+ (if $authority then {authority: $authority} else {} end)
+ (if $registered then {registeredOn: $registered} else {} end)
+ {
    valid: ((.YXBZ | value) == "Y"),
    record: {id: $serial, version: (.BGXH | value)},
    changedAt: ($changed[0:10] + "T" + $changed[11:19] + "+08:00")
  }

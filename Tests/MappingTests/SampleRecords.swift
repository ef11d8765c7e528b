/// One native record of each department, and what it becomes.
enum SampleRecords {
  static let birth = """
    {"HJYWID":"1000000000000000001","YWLX":"CSDJ","RYID":"77","GMSFHM":"11010519491231002x","XM":"张䶮","CYM":"",
     "XB":"2","MZ":"1","CSRQ":"19491231","SWRQ":"","HH":"330106001","YHZGX":"01","SSXQ":"330106",
     "MLXZ":"浙江省杭州市西湖区文一路1号","PCS":"330106001","SLSJ":"20240131093000","CXBZ":"0","CXHJYWID":""}
    """

  static let person = """
    {"identifiers":[{"kind":"resident-id","number":"11010519491231002X"}],"name":"张䶮","sex":"2",\
    "ethnicity":"01","birthDate":"1949-12-31","status":"alive",\
    "address":{"division":"330106","text":"浙江省杭州市西湖区文一路1号"},\
    "household":{"number":"330106001","relation":"01"},\
    "record":{"id":"77","version":"1000000000000000001"},"changedAt":"2024-01-31T09:30:00+08:00"}
    """

  static let registration = """
    {"DJXH":"10113301000000000001","NSRSBH":"91350100M000100Y43","SHXYDM":"91350100M000100Y43","NSRMC":"杭州样例（贸易）有限公司",
     "DJZCLX_DM":"173","NSRZT_DM":"03","HY_DM":"5191","FDDBRXM":"李样","FDDBRSFZJLX_DM":"201","FDDBRSFZJHM":"440524188001010014",
     "ZCDZ":"西湖区文一路1号","SCJYDZ":"","XZQH_DM":"330106","ZGSWJ_DM":"13301060000","DJRQ":"2024-01-31","YXBZ":"Y",
     "XGRQ":"2024-02-01 10:20:30","BGXH":"5000001"}
    """

  static let taxRegistration = """
    {"identifiers":[{"kind":"uscc","number":"91350100M000100Y43"},{"kind":"tax-number","number":"91350100M000100Y43"},\
    {"kind":"tax-serial","number":"10113301000000000001"}],"name":"杭州样例（贸易）有限公司","registrationType":"173",\
    "status":"normal","industry":"5191","legalRepresentative":{"name":"李样",\
    "identifiers":[{"kind":"resident-id","number":"440524188001010014"}]},\
    "address":{"division":"330106","text":"西湖区文一路1号"},"authority":"13301060000","registeredOn":"2024-01-31",\
    "valid":true,"record":{"id":"10113301000000000001","version":"5000001"},"changedAt":"2024-02-01T10:20:30+08:00"}
    """

  static let insurance = """
    {"AAZ157":"0000000000000000042","AAC001":"3301000001","AAC002":"11010519491231002X","AAC003":"张䶮","AAC004":"2",
     "AAC006":"19491231","AAE140":"110","AAC008":"1","AAB001":"DW0001","AAB004":"杭州样例有限公司","AAB301":"330106",
     "AAE030":"20240101","AAE031":"99991231","AAE036":"20240131093000","CXBZ":"0"}
    """

  static let socialInsurance = """
    {"identifiers":[{"kind":"resident-id","number":"11010519491231002X"},{"kind":"social-insurance-number",\
    "number":"3301000001"}],"name":"张䶮","sex":"2","birthDate":"1949-12-31","insurance":"110","status":"insured",\
    "employer":{"number":"DW0001","name":"杭州样例有限公司"},"division":"330106","startedOn":"2024-01-01",\
    "record":{"id":"3301000001","version":"0000000000000000042"},"changedAt":"2024-01-31T09:30:00+08:00"}
    """
}

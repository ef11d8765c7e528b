/// What names of fields say: the initials that departments use, the national columns of social security and
/// medical insurance, English names and Chinese headings.
enum Clue {
  struct Hit: Equatable {
    let role: Role
    /// In percent.
    let sureness: Int
    let reason: String
  }

  /// The roles that a name speaks for, the surest first.
  static func roles(of name: String) -> [Hit] {
    let key = folded(name)
    guard !key.isEmpty else { return [] }
    if let hits = table[key] { return hits.map { hit($0, name, key) } }
    for ending in ["DM", "BM", "CODE", "MC"]
    where key.hasSuffix(ending) && key.count > ending.count + 1 {
      guard let hits = table[String(key.dropLast(ending.count))] else { continue }
      // NSRZTMC is the name beside the code NSRZT_DM.
      if ending == "MC" { return hits.filter { !$0.role.isCode }.map { hit($0, name, key) } }
      return hits.map { hit($0, name, key) }
    }
    for owner in others where key.hasPrefix(owner.prefix) && key.count > owner.prefix.count {
      let rest = table[String(key.dropFirst(owner.prefix.count))]
      if let role = rest?.first?.role, personal.contains(role) {
        return [Hit(role: .otherPerson, sureness: 85, reason: "\(name) is of \(owner.who)")]
      }
    }
    return []
  }

  private static func hit(
    _ entry: (role: Role, sureness: Int), _ name: String, _ key: String
  ) -> Hit {
    Hit(role: entry.role, sureness: entry.sureness, reason: "called \(name)")
  }

  /// `NSRZT_DM`, `nsrzt-dm` and `@NSRZT.DM` are one name.
  static func folded(_ name: String) -> String {
    var key = ""
    for scalar in name.unicodeScalars where !"_-.@#:/() ".unicodeScalars.contains(scalar) {
      key.unicodeScalars.append(scalar)
    }
    return key.uppercased()
  }

  private static let personal: Set<Role> = [
    .identityNumber, .personName, .phone, .birthDate, .sex, .ethnicity, .documentKind, .address,
  ]

  private static let others: [(prefix: String, who: String)] = [
    ("MQ", "the mother"), ("FQ", "the father"), ("MUQIN", "the mother"), ("FUQIN", "the father"),
    ("JHR", "the guardian"), ("PO", "the spouse"), ("SBR", "the one who reports"),
    ("BSR", "the tax agent"),
    ("CWFZR", "the head of finance"), ("LXR", "the one to ask"), ("JBR", "the official"),
    ("LRR", "the official"), ("SLR", "the official"), ("CXR", "the official"),
    ("BGQ", "the time before"),
    ("HZ", "the head of the household"), ("OPTER", "the official"), ("母亲", "the mother"),
    ("父亲", "the father"), ("监护人", "the guardian"), ("配偶", "the spouse"), ("经办人", "the official"),
    ("联系人", "the one to ask"), ("申报人", "the one who reports"),
  ]

  private static let table: [String: [(role: Role, sureness: Int)]] = {
    var table: [String: [(role: Role, sureness: Int)]] = [:]
    for (role, sureness, names) in entries {
      for name in names.split(separator: " ") {
        table[String(name), default: []].append((role, sureness))
      }
    }
    return table.mapValues { $0.sorted { $0.sureness > $1.sureness } }
  }()

  private static let entries: [(Role, Int, String)] = [
    (
      .eventID, 92,
      "HJYWID YWID LSH YWLSH BGXH AAZ157 YWBH SLBH MSGID 流水号 业务流水号 业务编号 受理编号 EVENTID JYLSH QFLSH CZXH CDBATCH"
    ),
    (.eventID, 62, "ID XH BWBH UUID GUID 序号 编号 SERIAL SERIALNO SEQ RID UNID"),
    (.recordNumber, 88, "RYID DJXH PRIPID AAC001 PSNNO RYBH GRBH GRZH 人员编号 个人编号 个人账号 PERSONID"),
    (
      .operation, 90,
      "CDOPERATION YWLX BGLX CZLX RECORDFLAG OPTYPE OPERATION 业务类型 变更类型 操作类型 业务类别 CZ CZLX OPERTYPE OPER OP"
    ),
    (
      .changedAt, 90,
      "SLSJ XGRQ XGSJ GXSJ BGSJ AAE036 CZSJ JBSJ JBRQ UPDATETIME UPDATEDAT SEXTDATATIME CDTIME INFTIME 变更时间 更新时间 修改时间 修改日期 办理时间 受理时间 经办时间 操作时间 UPDTTIME"
    ),
    (.changedAt, 75, "BGRQ SBSJ GXRQ DJSJ ALTDATE SJ 变更日期 登记时间 申报时间 JZRQ TIME"),
    (.changedAt, 55, "LRRQ LRSJ SJTBSJ APPRDATE CJSJ CREATETIME"),
    (.reversalFlag, 94, "CXBZ ZFBZ ZFBZ1 冲销标志 作废标志"),
    (
      .reversalOf, 92,
      "CXHJYWID YYWLSH YLSH CXYWID 原流水号 原业务编号 被冲销业务编号 CXYWLSH YYWID YQFLSH YCZXH CDORIGIN"
    ),
    (.validity, 90, "YXBZ VALID 有效标志 是否有效"),

    (
      .identityNumber, 95,
      "GMSFHM SFZH SFZHM SFZJHM GMSFZHM SFZ IDCARD IDCARDNO IDNUMBER AAC002 AAC147 SHBZHM 公民身份号码 身份证号 身份证号码 身份证件号码 居民身份证号 居民身份证号码 公民身份证号码 身份号码 SZSFZH SZZJHM"
    ),
    (.identityNumber, 78, "ZJHM ZJH CERTNO IDNO ZJHAOMA 证件号码 证件号"),
    (.personName, 95, "XM XINGMING AAC003 PSNNAME RYXM FULLNAME XSEXM SZXM 姓名 人员姓名"),
    (.personName, 60, "NAME QLR"),
    (.formerName, 94, "CYM 曾用名 FORMERNAME"),
    (.sex, 95, "XB XINGBIE AAC004 GEND SEX GENDER XSEXB 性别 SZXB"),
    (.ethnicity, 95, "MZ MINZU AAC005 NATY NATION ETHNICITY 民族"),
    (.birthDate, 95, "CSRQ AAC006 BRDY BIRTHDAY BIRTHDATE CHUSHENGRIQI 出生日期 出生年月日 SZCSRQ XSECSRQ"),
    (.deathDate, 95, "SWRQ DEATHDATE 死亡日期"),
    (.lifeStatus, 92, "AAC060 SWBZ SCZT 生存状态 死亡标志"),
    (.householdNumber, 92, "HH HUHAO 户号 HOUSEHOLDNO"),
    (.relation, 92, "YHZGX HZGX 与户主关系 户主关系"),
    (.documentKind, 90, "ZJLX ZJZL SFZJLX AAC058 PSNCERTTYPE CERTTYPE 证件类型 证件种类 身份证件类型"),
    (.phone, 92, "LXDH SJHM YDDH DHHM LXFS MOBILE PHONE TEL AAE005 联系电话 手机号码 手机号 电话 联系方式"),
    (.mail, 92, "EMAIL DZYX AAE159 YX 电子邮箱 邮箱"),
    (.bankCard, 90, "YHKH YHZH AAE010 银行账号 银行卡号"),
    (.socialInsuranceNumber, 86, "AAC001 GRBH SBBH 个人编号 社保编号"),
    (.residencePermit, 92, "JZZH JZZHM 居住证号 居住证号码"),
    (.passport, 90, "HZH HZHM PASSPORT PASSPORTNO 护照号 护照号码"),

    (
      .division, 92,
      "XZQH SSXQ SSX QXDM AAB301 QH XZQHSZ DOMDISTRICT INSUPLCADMDVS ADMVS AREACODE REGIONCODE XZQHDM 行政区划 行政区划代码 区划代码 区划"
    ),
    (
      .division, 70,
      "ZCDZXZQHSZ SCJYDZXZQHSZ CSDSSXQ MDTRTAREAADMVS HJDXZQH SJGSDQ REGION CERTIFICATEAREACODE FROMAREACODE"
    ),
    (
      .address, 92,
      "DZ ZZ XZZ MLXZ HJDZ JTZZ XXDZ TXDZ ADDRESS AAE006 ZL 地址 住址 现住址 户籍地址 家庭住址 通讯地址 联系地址 坐落"
    ),
    (.businessAddress, 94, "SCJYDZ 生产经营地址 经营地址 经营场所"),
    (.registeredAddress, 94, "ZCDZ DOM 注册地址 住所"),

    (
      .creditCode, 95,
      "SHXYDM TYSHXYDM TYXYDM UNISCID USCC XYDM CREDITCODE UNISOCIALCRDCD 统一社会信用代码 社会信用代码 信用代码"
    ),
    (.creditCode, 60, "AAB003 证照号码 CERTIFICATEHOLDERCODE"),
    (.taxNumber, 95, "NSRSBH 纳税人识别号 税号"),
    (.taxSerial, 95, "DJXH 登记序号"),
    (.organisationCode, 94, "ZZJGDM ZZJG 组织机构代码 机构代码"),
    (.registrationNumber, 92, "REGNO ZCH 注册号 工商注册号"),
    (.enterpriseName, 95, "NSRMC QYMC DWMC AAB004 ENTNAME EMPNAME 企业名称 单位名称 纳税人名称 公司名称 市场主体名称"),
    (.enterpriseName, 60, "JGMC ZTMC 名称"),
    (.formerEnterpriseName, 90, "OLDNAME YMC 曾用名称 原名称"),
    (.enterpriseType, 92, "ENTTYPE QYLX ZTLX 主体类型 企业类型"),
    (.enterpriseStatus, 92, "REGSTATE ENTSTATUS QYZT DJZT 登记状态 企业状态"),
    (.enterpriseStatus, 35, "ZT 状态 STATUS"),
    (.industry, 92, "HY INDUSTRYCO 行业 行业代码"),
    (.industry, 60, "INDUSTRYPHY 行业门类"),
    (.representativeName, 94, "FDDBRXM FDDBR FRXM FRDB FRDBXM LEREP FRMC 法定代表人 法定代表人姓名 负责人 负责人姓名"),
    (.representativeKind, 92, "FDDBRSFZJLX FRZJLX FDDBRZJLX CERTYPE 法定代表人证件类型"),
    (
      .representativeNumber, 94,
      "FDDBRSFZJHM FDDBRSFZH FRSFZH FRZJHM FDDBRZJHM CERNO 法定代表人证件号码 法定代表人身份证号"
    ),
    (.otherPerson, 85, "FDDBRYDDH FRDH FRLXDH"),
    (.registeredCapital, 92, "REGCAP ZCZB 注册资本 注册资金"),
    (.currency, 90, "REGCAPCUR BZDM 币种"),
    (.businessScope, 92, "OPSCOPE JYFW 经营范围"),
    (.registrationAuthority, 90, "REGORG DJJG 登记机关"),
    (.establishedOn, 92, "ESTDATE ESDATE CLRQ 成立日期 成立时间"),
    (.approvedOn, 92, "APPRDATE HZRQ 核准日期"),
    (.termFrom, 92, "OPFROM YYQXQ JYQXZI 经营期限自 营业期限自"),
    (.termTo, 92, "OPTO YYQXZ JYQXZHI 经营期限至 营业期限至"),

    (.registrationType, 94, "DJZCLX 登记注册类型"),
    (.taxpayerStatus, 94, "NSRZT 纳税人状态"),
    (.taxAuthority, 94, "ZGSWJ ZGSWJG 主管税务机关 主管税务局"),
    (.registeredOn, 90, "DJRQ KYSLRQ 登记日期 税务登记日期"),

    (.insuranceKind, 94, "AAE140 XZ XZLX INSUTYPE 险种 险种类型"),
    (.insuranceStatus, 94, "AAC008 CBZT PSNINSUSTAS 参保状态 人员参保状态"),
    (.employerNumber, 92, "AAB001 DWBH DWZH EMPNO 单位编号 单位账号"),
    (.startedOn, 90, "AAE030 CBRQ KSRQ QSRQ PSNINSUDATE 开始日期 参保日期 起始日期"),
    (.endedOn, 90, "AAE031 ZZRQ JSRQ TBRQ 终止日期 结束日期 截止日期"),

    (.accountStatus, 92, "GRZHZT ZHZT 账户状态 个人账户状态"),
    (.base, 92, "GRJCJS JCJS 缴存基数 个人缴存基数"),
    (.personalRate, 92, "GRJCBL 个人缴存比例"),
    (.employerRate, 92, "DWJCBL 单位缴存比例"),
    (.personalAmount, 92, "GRYJCE 个人月缴存额"),
    (.employerAmount, 92, "DWYJCE 单位月缴存额"),
    (.balance, 92, "GRZHYE BALC ZHYE 余额 账户余额 个人账户余额"),
    (.paidUntil, 92, "GRJZNY JZNY 缴至年月 个人缴至年月"),
    (.openedOn, 92, "KHRQ 开户日期"),
    (.closedOn, 92, "XHRQ 销户日期"),
    (.closeReason, 92, "XHYY 销户原因"),
    (.pausedOn, 94, "PAUSINSUDATE 暂停日期 暂停参保日期"),

    (
      .certificateNumber, 92,
      "CSZMBH SWZMBH HHZBH ZSBH BDCQZH CERTIFICATENUMBER 证书编号 证照编号 证明编号 权证号"
    ),
    (.issuer, 90, "QFJG FZJG JSJG BYGMC ISSUEDEPT 签发机构 签发机关 发证机关 颁发机构"),
    (.issuerCode, 90, "QFJGDM FZJGDM JSJGDM ISSUEDEPTCODE 颁发机构代码"),
    (.issuedOn, 92, "QFRQ FZRQ BFRQ ISSUEDATE 签发日期 发证日期 颁发日期"),
    (.validFrom, 90, "YXQQ YXQZI QYRQ 有效期自 有效期起"),
    (.validTo, 90, "YXQZ YXQZHI EXPIREDATE 有效期至 有效期止"),
    (.replaces, 90, "YCSZMBH YZSBH YZZBH 原证编号 原证书编号 原证照编号"),

    (.motherName, 94, "MQXM 母亲姓名"),
    (.motherNumber, 94, "MQZJHM MQGMSFHM MQSFZH 母亲证件号码 母亲身份证号"),
    (.motherBirthDate, 94, "MQCSRQ 母亲出生日期"),
    (.fatherName, 94, "FQXM 父亲姓名"),
    (.fatherNumber, 94, "FQZJHM FQGMSFHM FQSFZH 父亲证件号码 父亲身份证号"),
    (.fatherBirthDate, 94, "FQCSRQ 父亲出生日期"),
    (.bornAt, 80, "CSSJ 出生时间"),
    (.gestationWeeks, 92, "CSYZ YZ 出生孕周 孕周"),
    (.weight, 90, "TZ CSTZ 体重 出生体重"),
    (.length, 90, "SC CSSC 身长 出生身长"),
    (.crematedOn, 92, "HHRQ 火化日期"),
    (.cause, 90, "GBSY SWYY 根本死因 死亡原因"),

    (.money, 85, "JE GZ AAC040 金额 工资 申报工资"),
    (.remark, 85, "BZ AAE013 FJ REMARK MEMO 备注 附记"),
  ]
}

// Check characters computed here a second time, on purpose: the sample city must not be vouched for
// by the code that it tries.

/// GB 11643-1999, as `(1 − 2·n) mod 11` with n the first 17 digits read in base 13.
func identityCheck(_ body: String) -> String {
  var remainder = 0
  for digit in body.utf8 { remainder = (remainder * 13 + Int(digit - 0x30)) % 11 }
  let check = ((1 - 2 * remainder) % 11 + 11) % 11
  return check == 10 ? "X" : String(check)
}

/// GB 11714-1997: eight characters and their check character.
func organisationCode(_ body: String) -> String {
  let weights = [3, 7, 9, 10, 5, 8, 4, 2]
  let sum = zip(body.utf8, weights).reduce(0) { $0 + Int($1.0 - 0x30) * $1.1 }
  switch 11 - sum % 11 {
  case 10: return body + "X"
  case 11: return body + "0"
  case let check: return body + String(check)
  }
}

/// GB 32100-2015: weights 3^i modulo 31 over an alphabet without I, O, S, V, Z.
func creditCheck(_ body: String) -> String {
  let alphabet = Array("0123456789ABCDEFGHJKLMNPQRTUWXY")
  var (sum, weight) = (0, 1)
  for character in body {
    sum += (alphabet.firstIndex(of: character) ?? 0) * weight
    weight = weight * 3 % 31
  }
  return String(alphabet[(31 - sum % 31) % 31])
}

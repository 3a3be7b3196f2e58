#!/usr/bin/env bash
# What: phonenumbers 9.0.43 (Python), the port of libphonenumber.
#
# Expected: parse() takes one number. Of a cell with two it says that this is none, as it does when a slash, a comma or a
# blank parts them ("too long", "did not seem to be a phone number").
#
# Seen: with a semicolon between them the first is valid, and all eleven digits of the second are its extension, which no
# telephone system has: a semicolon is taken for a dialler's wait before an extension of up to fifteen digits, as ",," is.
# is_valid_number says yes, since it looks at no extension; E.164 leaves it out. PhoneNumberMatcher finds both numbers.
#
# In this field: sheets of volunteers hold "landline;mobile" in one cell. The landline is kept, the mobile is lost without a word,
# and no text message ever reaches the volunteer.
#
# Instead: put another sign in the place of semicolons before parsing, or use PhoneNumberMatcher, and take the first mobile.
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check phonenumbers==9.0.43
"$work/venv/bin/python" - <<'PY'
import sys
from importlib.metadata import version

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberMatcher, PhoneNumberType

print("phonenumbers", version("phonenumbers"))


def example(region, kind):  # the library's own example numbers: nobody's
    number = phonenumbers.example_number_for_type(region, kind)
    return phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)


seen = []
for region in ("CN", "TW", "DE", "GB"):
    landline = example(region, PhoneNumberType.FIXED_LINE)
    mobile = example(region, PhoneNumberType.MOBILE).replace(" ", "").replace("-", "")
    for between in (";", "/", ",", " "):
        text = landline + between + mobile
        try:
            number = phonenumbers.parse(text, region)
        except NumberParseException as error:
            number, said = None, f"refused: {error}"
        else:
            said = f"{phonenumbers.format_number(number, PhoneNumberFormat.E164)} extension={number.extension}"
            said += f" valid={phonenumbers.is_valid_number(number)}"
        is_taken = number is not None and phonenumbers.is_valid_number(number)
        seen.append((between == ";", is_taken, is_taken and number.extension == mobile))
        found = [match.raw_string for match in PhoneNumberMatcher(text, region)]
        print(f"{region} {text!r}: {said}; PhoneNumberMatcher {found}")
if any(is_taken is not has_semicolon or is_lost is not has_semicolon for has_semicolon, is_taken, is_lost in seen):
    sys.exit("CHANGED: what follows a semicolon is read in another way now")
print("AS STATED: a second number after a semicolon becomes the extension of the first")
PY

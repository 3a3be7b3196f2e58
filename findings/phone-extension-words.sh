#!/usr/bin/env bash
# What: phonenumbers 9.0.43 (Python), the port of libphonenumber.
#
# Expected: parse() takes a number as people write it and keeps the extension apart. It knows words for extensions in several
# languages: "ext", Russian "доб.", Spanish "anexo".
#
# Seen: not the Chinese, Japanese, Korean or French ones. "转 801", "分机 801", "内線 801" and "내선 801" make the whole
# number "did not seem to be a phone number". French "poste 801" is worse: its letters are read as a telephone keypad
# and become digits of the number (is_valid_number at least says no). "-801", usual in China, is glued to the number as well.
# PhoneNumberMatcher finds the number in the same text, and drops the extension without a word.
#
# In this field: the contact of an AED in an office is a switchboard with an extension. The field comes out empty, or the
# caller reaches a switchboard at night instead of the guard.
#
# Instead: split such words off before parsing (转, 分机, 轉, 分機, 内線, 내선, poste) and put "#801" in their place,
# which is understood; never store what is_valid_number refuses.
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


def example(region):  # the library's own example numbers: nobody's
    number = phonenumbers.example_number_for_type(region, PhoneNumberType.FIXED_LINE)
    return phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)


seen = {}
for region, words in (
    ("US", " ext 801"), ("RU", " доб. 801"), ("PE", " anexo 801"), ("CN", "#801"),
    ("CN", "转801"), ("CN", " 分机 801"), ("TW", " 分機 801"), ("JP", " 内線801"), ("KR", " 내선 801"),
    ("CN", "-801"), ("FR", " poste 801"),
):
    text = example(region) + words
    try:
        number = phonenumbers.parse(text, region)
    except NumberParseException as error:
        seen[region + words] = "refused"
        print(f"{region} {text!r}: refused: {error}")
    else:
        valid = phonenumbers.is_valid_number(number)
        seen[region + words] = number.extension if valid else "glued"
        print(f"{region} {text!r}: {phonenumbers.format_number(number, PhoneNumberFormat.E164)}"
              f" extension={number.extension} valid={valid}")
found = [(m.raw_string, m.number.extension) for m in PhoneNumberMatcher("tel " + example("CN") + "转801", "CN")]
print("PhoneNumberMatcher:", found)
if list(seen.values()) != ["801"] * 4 + ["refused"] * 5 + ["glued"] * 2 or found != [(example("CN"), None)]:
    sys.exit("CHANGED: other words for extensions are known now")
print("AS STATED: extensions in Chinese, Japanese, Korean and French are not understood")
PY

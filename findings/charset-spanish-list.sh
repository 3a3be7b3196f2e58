#!/usr/bin/env bash
# What: charset-normalizer 3.5.3 (Python), beside chardet 7.7.0.
#
# Expected: for a Spanish or Portuguese list in Windows-1252, the usual encoding of CSV from spreadsheets there, the detector
# says Windows-1252 (or ISO 8859-1). Its documents promise a text that can be read, if not always the very encoding.
#
# Seen: cp1250, Central Europe, also for long lists. "España" is read as "Espańa", "São" as "Săo". Yet it says that the
# language is Spanish, with a confidence of 1.0, in an encoding that has neither ñ nor ã. chardet is right.
#
# In this field: places and streets of a registry's AEDs get letters that no search finds and no dispatcher can read aloud.
# The file passes every check, since nothing fails to decode.
#
# Instead: ask chardet, or try UTF-8 and then the encodings of the country the list is from, and check that the letters are
# ones its language has.
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check charset-normalizer==3.5.3 chardet==7.7.0
"$work/venv/bin/python" - <<'PY'
import sys
from importlib.metadata import version

import chardet
import charset_normalizer

print("charset-normalizer", version("charset-normalizer"), "chardet", version("chardet"))
spanish = ["id;nombre;dirección;municipio"] + [
    f"{n};{name};{street} {n};{town}"
    for n, (name, street, town) in enumerate(
        [("Polideportivo La Peña", "Calle Mayor", "Logroño"), ("Estación de autobuses", "Plaza de España", "Cáceres"),
         ("Colegio Público San José", "Paseo del Niño", "Ávila"), ("Ayuntamiento", "Avenida de la Constitución", "A Coruña")] * 10, 1)
]
portuguese = ["id;nome;endereço;município"] + [
    f"{n};{name};{street} {n};{town}"
    for n, (name, street, town) in enumerate(
        [("Estação Central", "Praça da Sé", "São Paulo"), ("Câmara Municipal", "Rua da Conceição", "Guimarães"),
         ("Ginásio Escolar", "Avenida João", "Maranhão")] * 10, 1)
]
seen = []
for lines, word in ((spanish, "España"), (portuguese, "São Paulo")):
    raw = "\r\n".join(lines).encode("cp1252")
    found = charset_normalizer.detect(raw)
    text = str(charset_normalizer.from_bytes(raw).best())
    other = chardet.detect(raw)["encoding"]
    read_as = word.encode("cp1252").decode("cp1250")
    seen.append((found["encoding"], found["language"], word in text, read_as in text, other))
    print(f"{word}: charset-normalizer {found}, reads {read_as!r}: {read_as in text}; chardet {other}")
stated = [("windows-1250", "Spanish", False, True, "Windows-1252"), ("windows-1250", "Spanish", False, True, "Windows-1252")]
if seen != stated:
    sys.exit("CHANGED: other encodings are found now")
print("AS STATED: Spanish and Portuguese lists are taken for Central European ones")
PY

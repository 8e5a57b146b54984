#!/usr/bin/env bash
# Checks a Saku receipt (a .tlog-proof file) without Saku: needs bash, openssl, xxd and base64 only.
#
#   verify-receipt.sh FILE KEY
#
# KEY is the ledger's key as it hangs on the school's notice board, "saku/<school>/<term>+<key id>+<base64>", or a file
# that holds it. The formats are public: c2sp.org/tlog-proof, c2sp.org/tlog-checkpoint, c2sp.org/signed-note, RFC 9162.
# Says what the receipt states and exits with 0 only when the ledger's key signed a tree that holds exactly that entry.
set -euo pipefail
LC_ALL=C

refuse() {
  echo "NOT PROVEN: $1" >&2
  exit 1
}
[ $# -eq 2 ] || { echo "usage: $0 FILE KEY" >&2; exit 2; }
[ -f "$1" ] || refuse "there is no file $1"
[ "$(wc -c <"$1")" -le 16384 ] || refuse "the file is too large for a receipt"
key_text=$2
[ -f "$2" ] && key_text=$(tr -d '\r\n' <"$2")

hex_of_base64() {
  [[ $1 =~ ^[A-Za-z0-9+/]*={0,2}$ ]] || refuse "not base64: ${1:0:20}"
  local hex
  hex=$(printf %s "$1" | base64 -d 2>/dev/null | xxd -p -c 0) || refuse "not base64: ${1:0:20}"
  [ "$(printf %s "$hex" | xxd -r -p | base64 -w 0)" = "$1" ] || refuse "not the one spelling of base64"
  printf %s "$hex"
}
sha256() { printf %s "$1" | xxd -r -p | openssl dgst -sha256 -r | cut -d' ' -f1; }

# The file: proof lines, a blank line, the checkpoint's three lines, a blank line, signatures.
tail -c 1 "$1" | xxd -p | grep -q '^0a$' || refuse "the file does not end in a newline"
mapfile -t lines <"$1"
[ "${lines[0]}" = "c2sp.org/tlog-proof@v1" ] || refuse "this is not a c2sp.org/tlog-proof@v1"
[[ ${lines[1]} =~ ^extra\ (.+)$ ]] || refuse "no entry"
entry=$(hex_of_base64 "${BASH_REMATCH[1]}")
[[ ${lines[2]} =~ ^index\ (0|[1-9][0-9]{0,15})$ ]] || refuse "no index"
index=${BASH_REMATCH[1]}
path=()
at=3
while [ -n "${lines[at]-}" ]; do
  hash=$(hex_of_base64 "${lines[at]}")
  [ ${#hash} -eq 64 ] || refuse "a hash is not 32 bytes"
  path+=("$hash")
  at=$((at + 1))
done
origin=${lines[at + 1]-} size=${lines[at + 2]-} root_text=${lines[at + 3]-}
[ -n "$origin" ] && [ "${lines[at + 4]-x}" = "" ] || refuse "no checkpoint of three lines"
[[ $size =~ ^[1-9][0-9]{0,15}$ ]] || refuse "no tree size"
root=$(hex_of_base64 "$root_text")
[ ${#root} -eq 64 ] || refuse "the root is not 32 bytes"

# The key, its id, and the signature over the checkpoint's text.
name=${key_text%%+*} rest=${key_text#*+}
key_id=${rest%%+*} key=$(hex_of_base64 "${rest#*+}")
[ "${key:0:2}" = 01 ] && [ ${#key} -eq 66 ] || refuse "the key is not an Ed25519 key"
[ "$name" = "$origin" ] || refuse "the key is of another ledger: $name"
made_id=$(printf '%s\n' "$name" | xxd -p -c 0)
made_id=$(sha256 "$made_id$key")
[ "${made_id:0:8}" = "$key_id" ] || refuse "the key's id is not its own"
dash=$(printf '\xe2\x80\x94')
signature=""
for ((line = at + 5; line < ${#lines[@]}; line++)); do
  case ${lines[line]} in
    "$dash $origin "*)
      bytes=$(hex_of_base64 "${lines[line]#"$dash $origin "}")
      [ "${bytes:0:8}" = "$key_id" ] && signature=${bytes:8}
      ;;
    "$dash "*" "*) ;; # A witness's line: somebody else's business.
    *) refuse "a line that is not a signature" ;;
  esac
done
[ ${#signature} -eq 128 ] || refuse "the ledger's key has not signed this"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
printf '302a300506032b6570032100%s' "${key:2}" | xxd -r -p >"$work/key.der"
printf %s "$signature" | xxd -r -p >"$work/signature"
printf '%s\n%s\n%s\n' "$origin" "$size" "$root_text" >"$work/text"
openssl pkeyutl -verify -pubin -keyform DER -inkey "$work/key.der" -rawin -in "$work/text" \
  -sigfile "$work/signature" >/dev/null 2>&1 || refuse "the signature does not fit"

# RFC 9162, 2.1.3.2: from the entry to the root.
[ "$index" -lt "$size" ] || refuse "the entry lies outside the ledger"
node=$(sha256 "00$entry") fn=$index sn=$((size - 1))
for hash in ${path[@]+"${path[@]}"}; do
  [ $sn -ne 0 ] || refuse "the path is too long"
  if [ $((fn & 1)) -eq 1 ] || [ $fn -eq $sn ]; then
    node=$(sha256 "01$hash$node")
    while [ $((fn & 1)) -eq 0 ] && [ $fn -ne 0 ]; do fn=$((fn >> 1)) sn=$((sn >> 1)); done
  else
    node=$(sha256 "01$node$hash")
  fi
  fn=$((fn >> 1)) sn=$((sn >> 1))
done
[ $sn -eq 0 ] && [ "$node" = "$root" ] || refuse "the entry is not in the signed ledger"

# What the entry says: deterministic CBOR (RFC 8949), an array of whole numbers, texts and bytes.
labels=(version school number "cause kind" cause transaction "school day" "recorded at (ms)" "actor (salted hash)" salt)
offset=0
value=""
read_item() {
  local first=$((16#${entry:offset:2})) argument size_bytes
  local major=$((first >> 5)) info=$((first & 31))
  offset=$((offset + 2))
  argument=$info
  if [ $info -ge 24 ]; then
    size_bytes=$((1 << (info - 24)))
    argument=$((16#${entry:offset:size_bytes*2}))
    offset=$((offset + size_bytes * 2))
  fi
  case $major in
    0) value=$argument ;;
    1) value=$((-1 - argument)) ;;
    2) value=${entry:offset:argument*2} offset=$((offset + argument * 2)) ;;
    3) value=$(printf %s "${entry:offset:argument*2}" | xxd -r -p) offset=$((offset + argument * 2)) ;;
    4) value=$argument ;;
    *) refuse "the entry is not one of this ledger" ;;
  esac
}
read_item
echo "PROVEN: entry $((index + 1)) of $size in $origin"
for label in "${labels[@]}"; do
  read_item
  printf '  %-20s %s\n' "$label" "$value"
done
read_item
pairs=$((value / 2))
for ((pair = 0; pair < pairs; pair++)); do
  read_item
  account=$value
  read_item
  printf '  %-20s %+d  (rupiah; + debit, - credit)\n' "$account" "$value"
done

#!/usr/bin/env bash
# Copies the tables to files and back, with a token of Microsoft Entra ID over Table Storage's REST API: the account takes no
# keys, and azcopy knows no tables. It takes bash, curl, jq and a signed-in az.
#
#   infra/tables.sh export ENDPOINT FOLDER    one file of JSON lines per table, a row each
#   infra/tables.sh import ENDPOINT FOLDER    writes these rows; a row that is there is replaced, none is removed
#
# ENDPOINT is the output LATCHKEY_STORAGE_TABLE_ENDPOINT. export needs Storage Table Data Reader on the account, import
# Storage Table Data Contributor. What lives for hours is left out: sign-ins and sessions in progress, attempts, requests.
set -euo pipefail
export LC_ALL=C

short_lived='^(Sessions|SignIns|Requests|Attempts|Seen|InitialTokens|Visits)[0-9]{8}$|^UserSessions$'
rows_at_once=2000

fail() {
  echo "tables.sh: $1" >&2
  exit 1
}

# On the standard input, so that no list of processes shows the token.
ask() {
  printf 'header = "Authorization: Bearer %s"\nheader = "x-ms-version: 2020-12-06"\nheader = "Accept: application/json;odata=minimalmetadata"\n' "$token" |
    curl --silent --show-error --fail-with-body --retry 5 --config - "$@"
}

# Every page of a list, one value a line; the answer's headers say where the next one begins.
pages() {
  local url=$1 next='' before headers name value
  headers=$(mktemp)
  while :; do
    ask --dump-header "$headers" "$url?$next" | jq --compact-output '.value[]'
    before=$next next=''
    # A server may write a header's name in any case; of a query's name the case counts.
    for name in NextTableName NextPartitionKey NextRowKey; do
      value=$(tr -d '\r' < "$headers" | sed -n -E "s/^x-ms-continuation-$name: *//Ip")
      if [ -n "$value" ]; then next+="$name=$(jq --null-input --raw-output --arg value "$value" '$value | @uri')&"; fi
    done
    [ -n "$next" ] || break
    [ "$next" != "$before" ] || fail "$url gives the same page again"
  done
  rm "$headers"
}

export_tables() {
  mkdir -p "$folder"
  pages "$endpoint/Tables" | jq --raw-output '.TableName' | while read -r table; do
    if [[ $table =~ $short_lived ]]; then continue; fi
    pages "$endpoint/$table()" > "$folder/$table.jsonl"
    echo "$table: $(wc -l < "$folder/$table.jsonl") rows"
  done
}

import_tables() {
  for file in "$folder"/*.jsonl; do
    [ -e "$file" ] || fail "$folder has no .jsonl files"
    table=$(basename "$file" .jsonl)
    # 409: it is there.
    status=$(ask --no-fail-with-body --output /dev/null --write-out '%{http_code}' --request POST "$endpoint/Tables" \
      --header 'Content-Type: application/json' --data "{\"TableName\":\"$table\"}")
    [[ $status =~ ^(201|204|409)$ ]] || fail "table $table was not made: $status"
    # One process sends many rows, several at a time. A key's quote is doubled, then all of it is percent-encoded.
    while mapfile -n "$rows_at_once" -t rows && [ "${#rows[@]}" -gt 0 ]; do
      printf '%s\n' "${rows[@]}" | token=$token jq --raw-output --arg url "$endpoint/$table" '
        def key: gsub("\u0027"; "\u0027\u0027") | @uri;
        "url = \("\($url)(PartitionKey=\u0027\(.PartitionKey | key)\u0027,RowKey=\u0027\(.RowKey | key)\u0027)" | tojson)",
        "request = PUT", "fail", "silent", "show-error", "retry = 5", "output = /dev/null",
        "header = \("Authorization: Bearer \(env.token)" | tojson)",
        "header = \"x-ms-version: 2020-12-06\"", "header = \"Content-Type: application/json\"",
        "header = \"Accept: application/json;odata=nometadata\"",
        "data-binary = \(with_entries(select(.key | startswith("odata.") or . == "Timestamp" or . == "Timestamp@odata.type" | not)) | tojson | tojson)",
        "next"' | sed '$d' | curl --no-progress-meter --parallel --parallel-max 16 --fail-early --config -
    done < "$file"
    echo "$table: $(wc -l < "$file") rows"
  done
}

[ $# -eq 3 ] || fail 'usage: tables.sh export|import ENDPOINT FOLDER'
endpoint=${2%/} folder=$3
umask 077
token=${LATCHKEY_STORAGE_TOKEN:-$(az account get-access-token --resource https://storage.azure.com/ --query accessToken --output tsv)}
case $1 in
  export) export_tables ;;
  import) import_tables ;;
  *) fail "neither export nor import: $1" ;;
esac

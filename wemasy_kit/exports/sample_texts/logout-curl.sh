#!/usr/bin/env bash
# Logs out the customer whose token is in WEMASY_TOKEN, at Wemasy or WEMASY_BASE_URL. Needs curl 7.84 or later, and jq.
# Exit code: 0 revoked, 3 not accepted, 4 too many requests, 5 not the documented response, 6 not sent, 7 nobody knows.
[ -n "${WEMASY_TOKEN:-}" ] || { echo 'Set WEMASY_TOKEN.'; exit 2; }
base_url=${WEMASY_BASE_URL:-https://api.wemasy.nl/api}

# --disable: no ~/.curlrc. The token is handed over as a file: every user of the machine can see arguments.
answer=$(curl --disable --silent --request POST --max-time 10 \
  --write-out '\n%{http_code}|%header{x-ratelimit-limit}%header{x-ratelimit-remaining}'\
'|%header{age}|%header{retry-after}' \
  --header @<(printf 'Authorization: Bearer %s' "$WEMASY_TOKEN") --header 'Accept: application/json' \
  "$base_url/services/webshop/v1/customer/auth/logout")
case $? in
  0) ;;
  3 | 6 | 7) echo 'Nothing was sent.'; exit 6 ;;
  *) echo 'No complete response: treat the token as live.'; exit 7 ;;
esac

IFS='|' read -r status limit age retry_after <<< "${answer##*$'\n'}"
body_is() {
  jq --exit-status --slurp --arg limit "$limit" "length == 1 and (.[0] | $1)" \
    <<< "${answer%$'\n'*}" > /dev/null 2>&1
}
# Without a mark of the endpoint a 200 may be anyone's: a maintenance page, a catch-all.
is_revoked='(if has("error") then .error == false else true end) and (has("errors") | not)
  and if $limit == "" then .message == "Logged out." else .message | type == "string" or . == null end'

if [ "$status" = 429 ]; then
  echo "This request revoked nothing. Retry-After: ${retry_after:-not given}"; exit 4
elif [ "$status" = 401 ] && body_is 'type == "object"'; then
  echo 'Not accepted: never valid, expired, or already revoked.'; exit 3
elif [ "$status" = 200 ] && [ "${age:-0}" = 0 ] && body_is "$is_revoked"; then # Age: the response to another request.
  echo 'Revoked.'
else
  echo "Not the documented response ($status): assume that the token still works."; exit 5
fi

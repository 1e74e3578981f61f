#!/usr/bin/env bash
# Logs out the customer whose token is in WEMASY_TOKEN, at Wemasy or WEMASY_BASE_URL. Needs HTTPie 3, jq and perl.
# Exit code: 0 revoked, 3 not accepted, 4 too many requests, 5 not the documented response, 7 no complete response.
[ -n "${WEMASY_TOKEN:-}" ] || { echo 'Set WEMASY_TOKEN.'; exit 2; }
base_url=${WEMASY_BASE_URL:-https://api.wemasy.nl/api}

# The token is handed over as a file: every user of the machine can see arguments.
# The deadline is one of the whole call: HTTPie's --timeout is one between two bytes.
answer=$(perl -e 'alarm(10); exec @ARGV' http --ignore-stdin --ignore-netrc --no-follow --print=hb --pretty=none \
  POST "$base_url/services/webshop/v1/customer/auth/logout" \
  Accept:application/json Authorization:@<(printf 'Bearer %s' "$WEMASY_TOKEN") 2> /dev/null) ||
  { echo 'No complete response: treat the token as live.'; exit 7; }

head=${answer%%$'\r\n\r\n'*}
read -r _ status _ <<< "$head"
limit=$(grep -i '^X-RateLimit-' <<< "$head")
cached=$(grep -i '^Age: *0*[1-9]' <<< "$head") # The response to another request.
retry_after=$(grep -i '^Retry-After:' <<< "$head" | cut -d ' ' -f 2- | tr -d '\r')
body_is() {
  jq --exit-status --slurp --arg limit "$limit" "length == 1 and (.[0] | $1)" \
    <<< "${answer#*$'\r\n\r\n'}" > /dev/null 2>&1
}
# Without a mark of the endpoint a 200 may be anyone's: a maintenance page, a catch-all.
is_revoked='(if has("error") then .error == false else true end) and (has("errors") | not)
  and if $limit == "" then .message == "Logged out." else .message | type == "string" or . == null end'

if [ "$status" = 429 ]; then
  echo "This request revoked nothing. Retry-After: ${retry_after:-not given}"; exit 4
elif [ "$status" = 401 ] && body_is 'type == "object"'; then
  echo 'Not accepted: never valid, expired, or already revoked.'; exit 3
elif [ "$status" = 200 ] && [ -z "$cached" ] && body_is "$is_revoked"; then
  echo 'Revoked.'
else
  echo "Not the documented response ($status): assume that the token still works."; exit 5
fi

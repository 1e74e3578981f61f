set -o pipefail
headers=$(mktemp)
trap 'rm -f "$headers"' EXIT
body=$(curl -q -s --compressed --max-time 3 -D "$headers" -X POST \
  -H "Authorization: Bearer $WEMASY_TOKEN" -H "Accept: application/json" \
  "$WEMASY_BASE_URL/services/webshop/v1/customer/auth/logout" | head -c 65536) || exit 1
grep -q '^HTTP/1.1 200 ' "$headers" && ! grep -qiE '^Age: *[1-9]' "$headers" || exit 1
limited=$(grep -ciE '^X-RateLimit-Limit:' "$headers")
[[ $body ]] && jq -e --argjson limited "$limited" '(.error // false) == false and (has("errors") | not)
  and (.message == "Logged out." or $limited > 0)' <<<"$body" >/dev/null 2>&1

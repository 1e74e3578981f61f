# A logout as anyone would write it.
status=$(curl -s -L -o /dev/null -w '%{http_code}' -X POST \
  -H "Authorization: Bearer $WEMASY_TOKEN" -H "Accept: application/json" \
  "$WEMASY_BASE_URL/services/webshop/v1/customer/auth/logout")
[[ $status == 2* ]]

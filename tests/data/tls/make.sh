#!/bin/sh
# Makes the certificates beside this file anew. Needs openssl. The authority's own key is thrown away at the end.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
key() { openssl ecparam -name prime256v1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt -out "$1"; }

sign() { # file, subject, from, to, extensions, more options
  file=$1 subject=$2 from=$3 to=$4
  printf '%b' "$5" > "$work/extensions"
  shift 5
  : > "$work/index"
  printf '%s\n' '[a]' "database=$work/index" "new_certs_dir=$work" default_md=sha256 rand_serial=yes policy=p \
    '[p]' commonName=supplied > "$work/ca.conf"
  openssl req -new -key "$1" -subj "/CN=$subject" -out "$work/request.pem"
  openssl ca -batch -notext -config "$work/ca.conf" -name a -extfile "$work/extensions" -in "$work/request.pem" \
    -out "$file" -startdate "$from" -enddate "$to" -keyfile "$work/authority-key.pem" $2 2> /dev/null
}

leaf='basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\nsubjectAltName='
here=IP:127.0.0.1,DNS:localhost
key key.pem
key "$work/authority-key.pem"
sign authority.pem 'wemasy_kit test authority' 20200101000000Z 21200101000000Z \
  'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\nsubjectKeyIdentifier=hash\n' \
  "$work/authority-key.pem" -selfsign
by="-cert authority.pem"
sign good.pem 'wemasy_kit test' 20200101000000Z 21200101000000Z "$leaf$here\n" key.pem "$by"
sign wrong-host.pem 'wemasy_kit test' 20200101000000Z 21200101000000Z "${leaf}DNS:shop.example\n" key.pem "$by"
sign expired.pem 'wemasy_kit test' 20200101000000Z 20210101000000Z "$leaf$here\n" key.pem "$by"
cp key.pem "$work/authority-key.pem"
sign self-signed.pem 'wemasy_kit test' 20200101000000Z 21200101000000Z \
  "basicConstraints=critical,CA:FALSE\nsubjectKeyIdentifier=hash\nsubjectAltName=$here\n" key.pem -selfsign

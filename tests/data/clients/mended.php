<?php
$text = '';
$headers = [];
$curl = curl_init(getenv('WEMASY_BASE_URL') . '/services/webshop/v1/customer/auth/logout');
curl_setopt_array($curl, [
    CURLOPT_POST => true,
    CURLOPT_POSTFIELDS => '',
    CURLOPT_HTTPHEADER => ['Authorization: Bearer ' . getenv('WEMASY_TOKEN'), 'Accept: application/json'],
    CURLOPT_ENCODING => 'identity',
    CURLOPT_TIMEOUT => 3,
    CURLOPT_HEADERFUNCTION => function ($curl, $line) use (&$headers) {
        [$name, $value] = explode(':', "$line:");
        $headers[strtolower($name)] = trim($value);
        return strlen($line);
    },
    CURLOPT_WRITEFUNCTION => function ($curl, $piece) use (&$text) {
        $text .= $piece;
        return strlen($text) > 65536 ? -1 : strlen($piece);
    },
]);
$complete = curl_exec($curl);
$body = json_decode($text);
$said = $complete && curl_getinfo($curl, CURLINFO_RESPONSE_CODE) === 200 && is_object($body)
    && ($body->error ?? false) === false && !isset($body->errors) && is_string($body->message ?? '');
$ours = ($body->message ?? null) === 'Logged out.' || isset($headers['x-ratelimit-limit']);
$fresh = (int) ($headers['age'] ?? 0) === 0;
exit($said && $ours && $fresh ? 0 : 1); // Else nobody knows: the token may still work.

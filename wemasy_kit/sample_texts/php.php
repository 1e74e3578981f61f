<?php
// Logs out the customer whose token is in WEMASY_TOKEN. PHP 8 with its curl extension.
// Exit code: 0 revoked, 3 not accepted, 4 still logged in, 5 not the documented answer, 6 not sent, 7 nobody knows.
$token = getenv('WEMASY_TOKEN') ?: exit('Set WEMASY_TOKEN.');
$retryAfter = 'not given';
$curl = curl_init('https://api.wemasy.nl/api/services/webshop/v1/customer/auth/logout');
curl_setopt_array($curl, [
    CURLOPT_POST => true,
    CURLOPT_POSTFIELDS => '',
    CURLOPT_HTTPHEADER => ["Authorization: Bearer $token", 'Accept: application/json'],
    CURLOPT_FOLLOWLOCATION => false,
    CURLOPT_TIMEOUT => 10,
    CURLOPT_RETURNTRANSFER => true,
    CURLOPT_HEADERFUNCTION => function ($curl, string $line) use (&$retryAfter): int {
        if (stripos($line, 'Retry-After:') === 0) $retryAfter = trim(substr($line, 12));
        return strlen($line);
    },
]);
$text = curl_exec($curl);
$status = curl_getinfo($curl, CURLINFO_RESPONSE_CODE);
$body = json_decode((string) $text, true);
$revoked = is_array($body) && (array_key_exists('error', $body) ? $body['error'] === false : isset($body['message']));
[$code, $meaning] = match (true) {
    in_array(curl_errno($curl), [CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT]) => [6, 'Nothing was sent.'],
    $text === false => [7, 'No complete answer: treat the token as live.'],
    $status === 429 => [4, "Still logged in. Retry-After: $retryAfter"],
    $status === 401 && is_array($body) => [3, 'Not accepted: never valid, expired, or already revoked.'],
    $status === 200 && $revoked => [0, 'Revoked.'],
    default => [5, "Not the documented answer ($status): assume that the token still works."],
};
echo $meaning, PHP_EOL;
exit($code);

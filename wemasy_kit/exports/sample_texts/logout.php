<?php
// Logs out the customer whose token is in WEMASY_TOKEN, at Wemasy or WEMASY_BASE_URL. PHP 8 with its curl extension.
// Exit code: 0 revoked, 3 not accepted, 4 too many requests, 5 not the documented response, 6 not sent, 7 nobody knows.
function logOut(string $token): array
{
    if ($token === '') return [2, 'Set WEMASY_TOKEN.'];
    $baseUrl = getenv('WEMASY_BASE_URL') ?: 'https://api.wemasy.nl/api';
    $limited = $cached = false;
    $retryAfter = 'not given';
    $curl = curl_init("$baseUrl/services/webshop/v1/customer/auth/logout");
    curl_setopt_array($curl, [
        CURLOPT_CUSTOMREQUEST => 'POST',
        CURLOPT_HTTPHEADER => ["Authorization: Bearer $token", 'Accept: application/json'],
        CURLOPT_FOLLOWLOCATION => false,
        CURLOPT_TIMEOUT => 10,
        CURLOPT_RETURNTRANSFER => true,
        CURLOPT_HEADERFUNCTION => function ($curl, string $line) use (&$limited, &$cached, &$retryAfter): int {
            if (stripos($line, 'X-RateLimit-') === 0) $limited = true;
            if (stripos($line, 'Retry-After:') === 0) $retryAfter = trim(substr($line, 12));
            if (preg_match('/^Age:\s*0*[1-9]/i', $line)) $cached = true; // The response to another request.
            return strlen($line);
        },
    ]);
    $text = curl_exec($curl);
    $failed = curl_errno($curl);
    if (in_array($failed, [CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT])) return [6, 'Nothing was sent.'];
    if ($failed) return [7, 'No complete response: treat the token as live.'];
    $status = curl_getinfo($curl, CURLINFO_RESPONSE_CODE);
    $body = json_decode($text);
    if ($status === 429) return [4, "This request revoked nothing. Retry-After: $retryAfter"];
    if (is_object($body)) {
        if ($status === 401) return [3, 'Not accepted: never valid, expired, or already revoked.'];
        $message = $body->message ?? null;
        $clean = (!property_exists($body, 'error') || $body->error === false) && !property_exists($body, 'errors');
        $marked = $limited ? $message === null || is_string($message) : $message === 'Logged out.';
        if ($status === 200 && $clean && $marked && !$cached) return [0, 'Revoked.'];
    }
    return [5, "Not the documented response ($status): assume that the token still works."];
}

[$code, $meaning] = logOut((string) getenv('WEMASY_TOKEN'));
echo $meaning, PHP_EOL;
exit($code);

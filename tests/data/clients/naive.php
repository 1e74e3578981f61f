<?php // A logout as anyone would write it.
$curl = curl_init(getenv('WEMASY_BASE_URL') . '/services/webshop/v1/customer/auth/logout');
curl_setopt_array($curl, [
    CURLOPT_POST => true,
    CURLOPT_POSTFIELDS => '',
    CURLOPT_HTTPHEADER => ['Authorization: Bearer ' . getenv('WEMASY_TOKEN'), 'Accept: application/json'],
    CURLOPT_RETURNTRANSFER => true,
    CURLOPT_FOLLOWLOCATION => true,
]);
curl_exec($curl);
$status = curl_getinfo($curl, CURLINFO_RESPONSE_CODE);
exit($status >= 200 && $status < 300 ? 0 : 1);

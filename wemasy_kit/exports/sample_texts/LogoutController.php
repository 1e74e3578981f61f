<?php
// A logout to copy into your own server: a controller for Laravel 11 or later. Its syntax is checked; it was never run.
//   routes/web.php       Route::post('/logout', LogoutController::class);
//   routes/console.php   Schedule::call([LogoutController::class, 'revokePending'])->everyMinute();
// It reads the token from the session, where your own login put it: `wemasy_token`. PendingToken is a model of yours:
// a text column `token`, and `protected $casts = ['token' => 'encrypted'];`
// The call belongs on the server. In a browser every script of the page could read the token, and none could read
// Retry-After: no header of the shop is exposed to pages of another origin (CORS).
namespace App\Http\Controllers;

use App\Models\PendingToken;
use Illuminate\Http\RedirectResponse;
use Illuminate\Http\Request;
use Illuminate\Support\Facades\Cache;
use Illuminate\Support\Facades\Http;

class LogoutController
{
    /** Signs the customer out on this device, always. Whether the token is revoked at the shop is another fact. */
    public function __invoke(Request $request): RedirectResponse
    {
        $token = $request->session()->get('wemasy_token');
        $pending = $token && self::revoke($token)[0] === 'unconfirmed';
        if ($pending) PendingToken::forceCreate(['token' => $token]); // Before it leaves the session: it is never lost.
        $request->session()->invalidate();
        $request->session()->regenerateToken();
        $message = $pending ? 'Signed out on this device. The shop has not confirmed it yet.' : 'Signed out.';
        return redirect('/')->with('status', $message);
    }

    /** One pass over the tokens put aside; none before the shop lets us try again. */
    public static function revokePending(): void
    {
        if (Cache::has('wemasy_wait')) return;
        foreach (PendingToken::all() as $each) {
            [$state, $wait] = self::revoke($each->token);
            if ($state !== 'unconfirmed') $each->delete();
            if ($wait !== null) {
                Cache::put('wemasy_wait', true, $wait);
                return;
            }
        }
    }

    /**
     * Asks the shop to revoke a token, once. Returns a state, and the seconds to leave before the next try, or null.
     *
     * "revoked"; "not_accepted", it opens nothing any more; "unconfirmed", nobody knows: treat it as live.
     */
    public static function revoke(string $token): array
    {
        $url = 'https://api.wemasy.nl/api/services/webshop/v1/customer/auth/logout';
        try {
            // Not redirected: a login page at the end of a redirect answers 200.
            $response = Http::withToken($token)->acceptJson()->withoutRedirecting()->timeout(10)->post($url);
        } catch (\Exception) { // Not logged: its text may hold the token.
            return ['unconfirmed', null];
        }
        $status = $response->status();
        if ($status === 429 || $status === 503) {
            $told = $response->header('Retry-After');
            return ['unconfirmed', (preg_match('/^\d{1,9}$/D', $told) ? max(1, (int) $told) : 60) + 1];
        }
        $body = $response->object();
        if (!is_object($body)) return ['unconfirmed', null];
        // A gateway in front of the shop answers 401 too, and asks for a password of its own.
        $ofTheShop = preg_match('/^bearer\b/i', $response->header('WWW-Authenticate') ?: 'Bearer');
        if ($status === 401 && $ofTheShop) return ['not_accepted', null];
        $hasError = property_exists($body, 'error');
        $message = $body->message ?? null;
        $hasErrors = property_exists($body, 'errors');
        $clean = (!$hasError || $body->error === false) && !$hasErrors && ($message === null || is_string($message));
        // Without a mark of the endpoint a 200 may be anyone's: a maintenance page, a catch-all.
        $limited = $response->header('X-RateLimit-Limit') . $response->header('X-RateLimit-Remaining') !== '';
        $marked = $message === 'Logged out.' || ($limited && ($hasError || property_exists($body, 'message')));
        $cached = (int) $response->header('Age') > 0; // The response to another request.
        return [$status === 200 && $clean && $marked && !$cached ? 'revoked' : 'unconfirmed', null];
    }
}

<?php // Stands in for Laravel's facade: what the page's sample in PHP asks of it, with Guzzle's settings.
class Http
{
    private array $headers = [];
    private string $text = '';

    public static function withToken(string $token): self
    {
        $made = new self();
        $made->headers[] = "Authorization: Bearer $token";
        return $made;
    }

    public function accept(string $type): self
    {
        $this->headers[] = "Accept: $type";
        return $this;
    }

    public function post(string $url): self
    {
        $curl = curl_init($url);
        curl_setopt_array($curl, [
            CURLOPT_POST => true,
            CURLOPT_POSTFIELDS => '[]',
            CURLOPT_HTTPHEADER => [...$this->headers, 'Content-Type: application/json'],
            CURLOPT_FOLLOWLOCATION => true,
            CURLOPT_MAXREDIRS => 5,
            CURLOPT_TIMEOUT => 30,
            CURLOPT_RETURNTRANSFER => true,
        ]);
        $text = curl_exec($curl);
        if ($text === false) throw new Exception('ConnectionException: ' . curl_error($curl));
        $this->text = $text;
        return $this;
    }

    public function json(): mixed
    {
        return json_decode($this->text, true);
    }
}

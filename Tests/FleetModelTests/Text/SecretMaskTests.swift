import FleetModel
import Testing

@Suite("Secrets")
struct SecretMaskTests {
  @Test(
    "tokens with a known prefix are masked wherever they stand (contract §10)",
    arguments: ["mol_pk_", "cfut_", "sk-ant-", "sk-proj-", "ghp_", "gho_", "ghs_", "github_pat_", "xoxb-"])
  func prefixes(prefix: String) {
    let secret = prefix + "Ab3-dE_9xYz"
    for (before, after) in [
      ("", ""), ("error: ", " is invalid"), ("(", ")"), ("url?x=", "&y=1"), ("é", "é"), ("key_", "."),
      (
        "\"",
        "\""
      ),
    ] {
      #expect(SecretMask.mask(before + secret + after) == before + prefix + "•••" + after)
    }
  }

  @Test("AWS key ids are masked")
  func awsKeys() {
    #expect(SecretMask.mask("key AKIAIOSFODNN7EXAMPLE denied") == "key AKIA••• denied")
    #expect(SecretMask.mask("key ASIAIOSFODNN7EXAMPLE denied") == "key ASIA••• denied")
  }

  @Test(
    "what follows a word that announces a secret is masked",
    arguments: [
      ("Authorization: Bearer abc.def", "Authorization: •••"), ("bearer  abc", "bearer  •••"), ("BEARER\tabc next", "BEARER\t••• next"),
      ("curl -H 'Authorization: Bearer abc' https://x/", "curl -H 'Authorization: •••' https://x/"),
      ("Set-Cookie: s=1; Path=/\nNext: 2", "Set-Cookie: •••\nNext: 2"), ("cookie: a=b", "cookie: •••"),
      ("Proxy-Authorization: Basic dTpw", "Proxy-Authorization: •••"), ("X-Api-Key: k1\r\nA: b", "X-Api-Key: •••\r\nA: b"),
      (#"{"token":"abc def"}"#, #"{"token":"•••"}"#), (#"{"admin_token" : "abc"}"#, #"{"admin_token" : "•••"}"#),
      (#"{"auth_token":"a\"b","slug":"acme"}"#, #"{"auth_token":"•••","slug":"acme"}"#),
      (#"{"password":1234,"x":1}"#, #"{"password":•••,"x":1}"#),
      (#"{"a":"{\"secret\":\"s p\",\"b\":1}"}"#, #"{"a":"{\"secret\":\"•••\",\"b\":1}"}"#),
      (#"{"database_url_encrypted":"AAAA"}"#, #"{"database_url_encrypted":"•••"}"#),
      (#"{"token":{"v":"abc"},"x":1}"#, #"{"token":{•••},"x":1}"#),
      ("export CP_ADMIN_API_TOKEN=abc", "export CP_ADMIN_API_TOKEN=•••"),
      (
        "PROVISION_SHARED_SECRET='a b' run",
        "PROVISION_SHARED_SECRET='•••' run"
      ),
      ("AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "AWS_SECRET_ACCESS_KEY=•••"),
      ("aws_secret_access_key = wJalrXUtnFEMI", "aws_secret_access_key = •••"), ("AWS_SESSION_TOKEN=IQoJ//x==", "AWS_SESSION_TOKEN=•••"),
      ("<SecretAccessKey>wJalr</SecretAccessKey>", "<SecretAccessKey>•••</SecretAccessKey>"), ("SessionToken: abc", "SessionToken: •••"),
      ("?access_token=abc&slug=acme", "?access_token=•••&slug=acme"),
      (
        "login --password hunter2 --user x",
        "login --password ••• --user x"
      ),
      ("token := \"abc\"", "token := \"•••\""), ("PGPASSWORD=x psql", "PGPASSWORD=••• psql"), ("password: hunter2", "password: •••"),
      ("password=a,b", "password=•••,b"), ("{\"token\":\"never closed", "{\"token\":\"•••"),
      (
        "host=h password='p w' user=u",
        "host=h password='•••' user=u"
      ),
    ])
  func announced(text: String, masked: String) { #expect(SecretMask.mask(text) == masked) }

  @Test(
    "the password in a URL is masked, and nothing else of it",
    arguments: [
      ("postgresql://fleet_ro:s3cret@db.example.com/cp?sslmode=require", "postgresql://fleet_ro:•••@db.example.com/cp?sslmode=require"),
      ("https://user:p%40ss@host:8443/x", "https://user:•••@host:8443/x"), ("redis://:pw@h:6379", "redis://:•••@h:6379"),
      ("postgres://u:pa/ss#w@h/db next", "postgres://u:•••@h/db next"), ("postgres://u:p@ss@h/db", "postgres://u:•••@h/db"),
      ("https://ghp_abcdefgh:x-oauth@github.com/o/r", "https://ghp_•••:•••@github.com/o/r"),
      ("see https://u:p@h, then", "see https://u:•••@h, then"),
    ])
  func urls(text: String, masked: String) { #expect(SecretMask.mask(text) == masked) }

  @Test("a private key is masked from its header to its end, also when the end is missing")
  func privateKeys() {
    let key = "-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc\n-----END RSA PRIVATE KEY-----\nok"
    #expect(SecretMask.mask(key) == "-----BEGIN RSA PRIVATE KEY-----•••-----END RSA PRIVATE KEY-----\nok")
    #expect(SecretMask.mask("-----BEGIN PRIVATE KEY-----\nMIIE") == "-----BEGIN PRIVATE KEY-----•••")
    #expect(SecretMask.mask("-----BEGIN CERTIFICATE-----\nMIIE") == "-----BEGIN CERTIFICATE-----\nMIIE")
  }

  @Test("a JSON web token is masked with its claims and its signature")
  func webTokens() {
    #expect(SecretMask.mask("jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln- end") == "jwt eyJ••• end")
  }

  @Test(
    "ordinary words and figures are left alone",
    arguments: [
      "", "acme", "the tokenizer has 5 tokens", "tokens: 42", "total_tokens=12", "max_tokens: 4096", "basket", "risk-ant-hill",
      "AKIAlike", "ASIAN", "ASIAPACIFIC",
      "desk-proj-x", "molecule mol_pk", "ghp_", "github", "sk-learn", "hf_hub_download", "i-0abc12345678def01",
      "7c1e9b52-0000-4000-8000-00000000a4d1",
      "missing workspace auth token", "invalid token", "bearer", "Bearer", "secretary: Ann", "passwordless: yes", "cookies: 3",
      "authorizations: 2",
      "https://api.example.com:8443/x@y", "http://127.0.0.1:5000/", "https://user@host/", "http://[::1]:80/a@b", "mailto:a@b.example",
      "10:30:00", "a=b",
      "token_type: x", "{\"has_token\":true,\"token\":null}", "token=", "password: ", "-----BEGIN", "--token", "--tokens 5", "api",
      "auth", "x --", "sweep 3/4: 1 of 3",
    ])
  func ordinary(text: String) { #expect(SecretMask.mask(text) == text) }

  @Test(
    "names of secrets are known however they are spelled",
    arguments: [
      "token", "TOKEN", "admin_token", "adminToken", "admin-token", "X-Auth-Token", "password", "PGPASSWORD", "passwd", "secret",
      "client_secret", "clientSecret",
      "api_key", "apiKey", "X-API-Key", "secret_key", "SecretAccessKey", "aws_secret_access_key", "SessionToken", "private_key",
      "database_url_encrypted",
      "authorization", "Authorization", "Cookie", "set-cookie", "refresh_token",
    ])
  func secretNames(name: String) { #expect(SecretMask.isSecret(name: name)) }

  @Test(
    "names that only resemble them are not",
    arguments: [
      "", "_", "tokens", "tokenizer", "total_tokens", "token_type", "secretary", "password_set_at", "key", "key_id", "name",
      "slug", "author", "id", "cookies",
    ])
  func otherNames(name: String) { #expect(!SecretMask.isSecret(name: name)) }

  @Test("secrets in the middle of a long text are found, all of them")
  func longText() {
    let filler = String(repeating: "boot step ok; ", count: 1_000)
    let text = filler + "ghp_abcdefgh " + filler + "token=xyz " + filler + "postgres://u:hunter2@h/"
    #expect(SecretMask.mask(text) == filler + "ghp_••• " + filler + "token=••• " + filler + "postgres://u:•••@h/")
  }

  @Test(
    "text made to be slow is read in one pass",
    arguments: [
      "://", "a://b:", "a://a:b/", "token", "token:", "token=\"", "=", ":::", "eyJ-", "Bearer ", "-----BEGIN PRIVATE KEY-----", "\\",
      "{token:{", "--token ", "<token>", "AKIA",
    ])
  func adversarial(unit: String) {
    let text = String(repeating: unit, count: 20_000)
    let masked = SecretMask.mask(text)
    #expect(SecretMask.mask(masked) == masked)
  }
}

"""The words of which names of secrets consist, and those that make something else of a name."""

from __future__ import annotations

__all__ = [
    "CREDENTIALS",
    "DESCRIBING",
    "KEYS",
    "NETWORKS",
    "OTHER_TOKENS",
    "OWNERS",
    "PASSWORDS",
    "PLACES",
    "QUESTIONS",
    "SECRETS",
    "STEMS",
    "STRONG_KEYS",
    "TOKENS",
    "TRAILING",
    "WEAK_KEYS",
]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# In other languages without their accents.
PASSWORDS = _words(
    """
    password passwords passwd passphrase passcode pwd passwort passworter kennwort kennworter contrasena
    contrasenas contrasenya senha senhas parola motdepasse wachtwoord losenord salasana adgangskode
    kodeord passord heslo haslo jelszo sifre sandi mdp пароль пароли 密码 密碼 口令 パスワード 暗証番号 비밀번호 암호 passkey
    """
)
KEYS = _words(
    """
    apikey accesskey secretkey privatekey authkey apikeys encryptionkey signingkey secretaccesskey
    """
)
TOKENS = _words(
    """
    authtoken accesstoken apitoken refreshtoken sessiontoken bearertoken idtoken usertoken bottoken jwt
    """
)
SECRETS = _words(
    """
    secret clientsecret appsecret apisecret consumersecret
    """
)
CREDENTIALS = _words(
    """
    credential credentials creds auth authorization authkey
    """
)
# Before "psk", which is short for phase-shift keying, too.
NETWORKS = _words(
    """
    sec security wifi wlan wpa wpa2 wpa3 wireless network ap hotspot ipsec ike vpn
    """
)
# What "pass" and "pw" are preceded by where they are short for a password.
OWNERS = _words(
    """
    account admin api app auth basic cert client connection ctx conn database db default dba elastic
    email ftp git guest host http https imap jenkins key keystore ldap login mail master mongo mongodb
    my mysql neo4j new old oracle pg pop pop3 postgres postgresql proxy rabbitmq redis remote root
    server service sftp smtp sql ssh ssl store sudo svc system test truststore user username usr vpn web
    wifi wlan zip pgp gpg encrypted private ansible become enable bind relay mqtt broker smb nas domain
    wallet rpc device router wp wordpress gmail twitter
    """
)
# Before "key": the value is a secret whatever it looks like.
STRONG_KEYS = _words(
    """
    api access private secret auth encryption encrypt decryption signing preshared psk wep
    """
)
# Before "key": the value must look random.
WEAK_KEYS = _words(
    """
    account admin aes anthropic app application azure client cohere consumer crypto deepseek deploy
    deployment dev gemini github gitlab google groq hf hmac license licence master mistral openai
    recovery root rsa sendgrid service session shared ssh ssl storage stripe subscription supabase tls
    twilio webhook developer functions
    """
)
# Before "token": one of a language model or a list, or the hash of a public key.
OTHER_TOKENS = _words(
    """
    page next continuation key publickey pad eos bos unk mask sep cls start end stop special image first
    last previous prev current word sub subword sync cancellation each every one single input output
    target source new no punctuation begin padding unknown separator vocab lexer parser design fungible
    erc20 governance text speech audio predicted label gold
    """
)
# What a field of several secrets says of them, where it is none itself.
DESCRIBING = _words(
    """
    name type kind file path id ids uri url host hostname port user username login email project region scope scopes
    provider backend engine version method enabled external source target description title label environment env
    driver namespace account tenant issuer audience algorithm model date created expires expiry updated count key keys
    class format role domain address endpoint server database db bucket
    """
)
# Where something runs: what a dict of tokens has for keys.
PLACES = _words(
    """
    prod production staging live dev slack discord telegram jira bitbucket
    """
)
# Names that begin so tell whether, how many, or what is done.
QUESTIONS = _words(
    """
    is has had have use uses using show hide need needs require requires required no without can should
    allow allows enable enabled disable disabled check verify validate reset forgot forgotten change
    update get generate make create hash find count num n max min total len remember ask prompt read
    load parse strip supports missing invalid wrong bad expired avg mean
    """
)
# Behind the word that counts.
TRAILING = _words(
    """
    base prod production live test dev staging old new current previous value plain plaintext raw clear
    cleartext b64 base64
    """
)
# What occurs in every name of a secret, in lower case: texts are long, and these are rare in them.
STEMS = _words(
    """
    pass pwd pw secret token key cred auth psk _pat jwt kennwort contrase senha parola haslo hasło
    wachtwoord losenord lösenord salasana adgangskode kodeord heslo jelsz sifre şifre mdp парол 密码 密碼 口令
    パスワード 暗証番号 비밀번호 암호
    """
)

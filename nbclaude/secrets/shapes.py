"""The table of the shapes that credentials have: providers' prefixes, keys, what headers hold.

A shape is a provider's own, so that hashes, ids and data pass. What only a name gives away (`DB_PASSWORD=…`) is in
`assigned`.
"""

from __future__ import annotations

import re

from nbclaude.frozen import frozen

__all__ = ["MAX_LENGTH", "MIN_LENGTH", "MIXED", "SHAPES", "Shape"]

MAX_LENGTH = 200  # characters of a password; a token may be longer


@frozen
class Shape:
    """A shape of a credential. `hint` stands in every text that holds one, and is quick to look for.

    Group 1, if there is one, is the secret. `bounded` is for shapes so short of marks that they also occur inside longer
    words.
    """

    kind: str
    hint: str
    pattern: re.Pattern[str]
    bounded: bool = False


# A token is at least this long: a word after "Bearer" need not be one.
MIN_LENGTH = {"bearer token": 20}

# Their shape alone is also that of dotted names, long words and long numbers.
MIXED = frozenset({"Artifactory token", "Discord token", "Telegram token", "Voyage key"})

# Longer words of letters, digits, _ and - that hold a digit: a name made of words holds none.
_LONG = r"(?=[A-Za-z_-]*\d)[A-Za-z0-9_-]"

# Whole words that begin with a provider's prefix: the kind, the prefix, and what follows it.
_PREFIXED = (
    ("Google API key", "AIza", r"[0-9A-Za-z_-]{35}"),
    ("Google access token", "ya29.", r"[A-Za-z0-9_-]{30,}"),
    ("npm token", "npm_", r"[A-Za-z0-9]{36}"),
    ("Hugging Face token", "hf_", r"[A-Za-z0-9]{34,}"),
    ("Hugging Face token", "api_org_", r"[A-Za-z0-9]{34,}"),
    ("Databricks token", "dapi", r"[0-9a-f]{32}(?:-\d)?"),
    ("Groq key", "gsk_", r"[A-Za-z0-9]{32,}"),
    ("xAI key", "xai-", r"[A-Za-z0-9]{40,}"),
    ("Replicate token", "r8_", r"[A-Za-z0-9]{37,}"),
    ("Perplexity key", "pplx-", r"[A-Za-z0-9]{32,}"),
    ("NVIDIA key", "nvapi-", rf"{_LONG}{{40,}}"),
    ("Fireworks key", "fw_", r"[A-Za-z0-9]{22,24}(?![A-Za-z0-9])"),
    ("Cerebras key", "csk-", r"[a-z0-9]{40,}"),
    ("Tavily key", "tvly-", rf"{_LONG}{{24,}}"),
    ("Pinecone key", "pcsk_", rf"{_LONG}{{40,}}"),
    ("LangSmith key", "lsv2_", r"(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}"),
    ("Langfuse key", "sk-lf-", r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"),
    ("DigitalOcean token", "do", r"[opr]_v1_[0-9a-f]{32,}"),
    ("Shopify token", "shp", r"(?:at|ca|pa|ss)_[0-9a-fA-F]{32}"),
    ("Docker token", "dckr_", rf"(?:pat|oat)_{_LONG}{{24,}}"),
    ("Vault token", "hv", rf"[sbr]\.{_LONG}{{24,}}"),
    ("Grafana token", "glsa_", r"[A-Za-z0-9]{32}_[0-9a-fA-F]{8}"),
    ("Grafana token", "glc_", r"eyJ[A-Za-z0-9+/]{32,}={0,2}"),
    ("Notion token", "secret_", r"[A-Za-z0-9]{43}"),
    ("Notion token", "ntn_", r"[A-Za-z0-9]{40,}"),
    ("Linear key", "lin_", r"(?:api|oauth)_[A-Za-z0-9]{32,}"),
    ("New Relic key", "NRAK-", r"[A-Z0-9]{27}"),
    ("New Relic key", "NRJS-", r"[0-9a-f]{19}"),
    ("age key", "AGE-SECRET-KEY-1", r"[0-9A-Z]{40,}"),
    ("Sentry token", "sntry", r"[su]_[A-Za-z0-9_+/=-]{40,}"),
    ("Supabase token", "sbp_", r"[0-9a-f]{40}"),
    ("Supabase key", "sb_secret_", rf"{_LONG}{{20,}}"),
    ("Postman key", "PMAK-", r"[0-9a-f]{24}-[0-9a-f]{34}"),
    ("Doppler token", "dp.", r"(?:pt|st|ct|sa|scim|audit)\.(?:[a-z0-9_-]{2,35}\.)?[A-Za-z0-9]{40,44}"),
    ("PlanetScale token", "pscale_", rf"(?:tkn|pw|oauth)_{_LONG}{{32,}}"),
    ("Netlify token", "nfp_", r"[A-Za-z0-9]{36,}"),
    ("Fly.io token", "fm2_", r"[A-Za-z0-9+/=]{60,}"),
    ("Airtable token", "pat", r"[A-Za-z0-9]{14}\.[0-9a-f]{64}"),
    ("Figma token", "figd_", rf"{_LONG}{{36,}}"),
    ("Mapbox secret", "sk.", r"eyJ[A-Za-z0-9_-]{40,}\.[A-Za-z0-9_-]{20,}"),
    ("Brevo key", "xkeysib-", r"[0-9a-f]{64}-[A-Za-z0-9]{16}"),
    ("Resend key", "re_", r"[A-Za-z0-9]{8}_[A-Za-z0-9]{24}"),
    ("Atlassian token", "ATATT3", rf"{_LONG}{{60,}}=?[0-9A-F]{{0,8}}"),
    ("Bitbucket token", "ATBB", r"[A-Za-z0-9]{28,}"),
    ("RubyGems key", "rubygems_", r"[0-9a-f]{48}"),
    ("Pulumi token", "pul-", r"[0-9a-f]{40}"),
    ("Prefect key", "pn", r"[ub]_[A-Za-z0-9]{36}"),
    ("Dynatrace token", "dt0", r"[a-z]\d\d\.[A-Z0-9]{24}\.[A-Z0-9]{64}"),
    ("Heroku key", "HRKU-", rf"{_LONG}{{36,}}"),
    ("Contentful token", "CFPAT-", rf"{_LONG}{{40,}}"),
    ("Buildkite token", "bkua_", r"[0-9a-f]{40}"),
    ("CircleCI token", "CCIPAT_", r"[A-Za-z0-9]{22}_[0-9a-f]{40}"),
    ("1Password token", "ops_", r"eyJ[A-Za-z0-9_=-]{60,}"),
    ("Alibaba key", "LTAI", r"(?=[A-Za-z]*\d)[A-Za-z0-9]{17,24}"),
    ("Square token", "EAAA", rf"{_LONG}{{56,60}}"),
    ("Flutterwave key", "FLWSECK", r"(?:_TEST)?-[A-Za-z0-9]{12,32}(?:-X)?"),
    ("Slack token", "xox", r"[ecd][.-](?=[A-Za-z.-]*\d)[A-Za-z0-9.-]{20,}"),
    ("Cloudflare key", "v1.0-", r"[0-9a-f]{24}-[0-9a-f]{146}"),
    ("ElevenLabs key", "sk_", r"[0-9a-f]{48}"),
    ("Voyage key", "pa-", rf"{_LONG}{{40,}}"),
    ("Jina key", "jina_", rf"{_LONG}{{40,}}"),
    ("Tailscale key", "tskey-", r"[a-z]{3,12}-[A-Za-z0-9]{10,}-[A-Za-z0-9]{20,}"),
    ("SonarQube token", "sq", r"[pua]_[0-9a-f]{40}"),
    ("PostHog key", "phx_", r"[A-Za-z0-9]{40,}"),
    ("Sourcegraph token", "sgp_", r"(?:[0-9a-f]{16}_|local_)?[0-9a-f]{40}"),
    ("Google refresh token", "1//0", rf"{_LONG}{{40,}}"),
    ("Mailgun key", "key-", r"[0-9a-f]{32}"),
    ("OpenShift token", "sha256~", rf"{_LONG}{{43}}"),
    ("EasyPost key", "EZ", r"[AT]K(?=[A-Za-z]*\d)[A-Za-z0-9]{54,}"),
    ("Shippo token", "shippo_", r"(?:live|test)_[0-9a-f]{40}"),
    ("Clojars token", "CLOJARS_", r"[0-9a-f]{60}"),
)

# The rest: what has no prefix, stands in an address or a header, or is known by its end.
_OTHERS = (
    (
        "private key",
        "PRIVATE KEY",
        r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----(?=[\s\S]{0,400}?[A-Za-z0-9+/=]{24})"
        r"(?:[\s\S]{0,20000}?-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|[A-Za-z0-9+/=\s\\:,.⏎#>|-]*)",
        False,
    ),
    ("Anthropic key", "sk-ant-", r"sk-ant-[A-Za-z0-9_-]{16,}", False),
    ("OpenAI key", "sk-", r"sk-(?:proj|svcacct|admin|None)-[A-Za-z0-9_-]{20,}", False),
    ("OpenRouter key", "sk-or-", r"sk-or-v1-[0-9a-f]{32,}", False),
    ("API key", "sk-", r"sk-[A-Za-z0-9]{32,}", True),
    ("OpenAI key", "T3BlbkFJ", r"sk-[A-Za-z0-9_-]{0,200}[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}", False),
    ("AWS key", "A", r"(?:A3T[A-Z0-9]|ABIA|ACCA|AKIA|ASIA)[0-9A-Z]{16}", True),
    ("Artifactory token", "AKC", r"AKC[A-Za-z0-9]{10,}", True),
    ("Artifactory token", "AP", r"AP[0-9A-F][A-Za-z0-9]{20,}(?![A-Za-z0-9/+=])", True),
    (
        "GitLab token",
        "gl",
        r"gl(?:pat|dt|ft|ffct|soat|rt|cbt|ptt|imt|agent|oas)-[A-Za-z0-9_-]{20,}(?:\.[A-Za-z0-9_-]{2,})*",
        True,
    ),
    ("GitLab token", "GR1348941", r"GR1348941[A-Za-z0-9_-]{20,}", True),
    ("Mailchimp key", "-us", r"[0-9a-z]{32}-us[0-9]{1,2}", True),
    ("Slack token", "xox", r"xox[abposr]-(?:[0-9]{1,20}-){1,6}[A-Za-z0-9]+", False),
    (
        "Slack token",
        "hooks.slack.com/",
        r"https://hooks\.slack\.com/services/T[A-Za-z0-9_]+/B[A-Za-z0-9_]+/[A-Za-z0-9_]+",
        False,
    ),
    ("Square secret", "sq0csp-", r"sq0csp-[0-9A-Za-z_\\-]{43}", False),
    ("Square token", "sq0atp-", r"sq0atp-[0-9A-Za-z_-]{22}", False),
    ("Telegram token", ":", r"[0-9]{8,10}:[0-9A-Za-z_-]{35}", True),
    ("Twilio key", "", r"(?:AC|SK)(?=[a-z]*[0-9])(?=[0-9]*[a-z])[a-z0-9]{32}", True),
    ("Google OAuth secret", "GOCSPX-", r"GOCSPX-[A-Za-z0-9_-]{28}", False),
    ("GitHub token", "github_pat_", r"github_pat_[A-Za-z0-9_]{20,}", False),
    ("GitHub token", "gh", r"gh[pousr]_[A-Za-z0-9_]{36,}", False),
    ("PyPI token", "pypi-", r"pypi-Ag[A-Za-z0-9_-]{30,}", False),
    ("Discord token", ".", r"[MNO][A-Za-z\d_-]{23,25}\.[A-Za-z\d_-]{6}\.[A-Za-z\d_-]{16,}", True),
    ("Slack token", "xapp-", r"xapp-\d-[A-Z0-9]+-\d+-[a-z0-9]{32,}", False),
    ("Stripe key", "_", r"(?:[sr]k_(?:live|test)|whsec)_[0-9A-Za-z]{20,}", False),
    ("npm token", "_authToken", r"_authToken\s*=\s*[\"']?([^\s\"'$]{16,})", False),
    ("SendGrid key", "SG.", r"SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}", True),
    ("Terraform token", ".atlasv1.", r"[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,}", True),
    ("Azure client secret", "Q~", r"[A-Za-z0-9_~.]{3}\dQ~[A-Za-z0-9_~.-]{31,34}", True),
    # The file that the console of AWS offers: the name of the key, and the key.
    (
        "AWS secret key",
        "A",
        r"\b(?:AKIA|ASIA)[A-Z0-9]{16}[\"']?[,;\t ][ \t\"']{0,3}([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])",
        False,
    ),
    (
        "AWS secret key",
        "",
        r"(?i:aws_?secret_?(?:access_?)?key|secret_?access_?key)[\"']?\s*[:=]\s*[\"']?"
        r"([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])",
        False,
    ),
    (
        "AWS key",
        "",
        r"(?i:aws).{0,20}?(?i:key|pwd|pw|pass|token).{0,20}?[\"']([0-9A-Za-z/+]{40})[\"']",
        False,
    ),
    ("Azure storage key", "Key=", r"(?:Account|SharedAccess)Key=([A-Za-z0-9+/]{20,}={0,2})", False),
    ("Azure access signature", "sig=", r"[?&]sig=([A-Za-z0-9%+/]{30,}={0,2})", False),
    (
        "JSON web token",
        "eyJ",
        r"(?:(?<![A-Za-z0-9_-])|(?<=\\[nrt]))"
        r"eyJ[A-Za-z0-9_-]{8,}={0,2}\.eyJ[A-Za-z0-9_-]{8,}={0,2}(?:\.[A-Za-z0-9_+/=-]*)?",
        True,
    ),
    # Webhooks: whoever knows the address may write there.
    ("Discord webhook", "/webhooks/", r"discord(?:app)?\.com/api/webhooks/\d+/([A-Za-z0-9_-]{40,})", False),
    (
        "Slack webhook",
        "slack.com/",
        r"hooks\.slack\.com/(?:workflows|triggers)/([A-Za-z0-9/_+-]{20,})",
        False,
    ),
    ("Teams webhook", "/IncomingWebhook/", r"/IncomingWebhook/([0-9a-f]{32}/[0-9a-f-]{36}[\w/-]*)", False),
    ("Sentry DSN", "@", r"https?://([0-9a-f]{32}(?::[0-9a-f]{32})?)@(?=[\w.-]+/)", False),
    ("Telegram token", "/bot", r"/bot(\d{3,12}:[A-Za-z0-9_-]{30,})", False),
    ("token in a URL", "@", r"https?://((?=[A-Za-z_-]*\d)[A-Za-z0-9_-]{20,})@(?=[\w.-]+/)", False),
    # Of a database's address people do not escape the password: it goes on to the last @.
    (
        "password in a URL",
        "://",
        r"(?:postgres(?:ql)?|mysql|mariadb|mongodb|redis|rediss|amqps?|mssql|oracle|clickhouse|snowflake|s?ftp)"
        rf"(?:\+\w{{1,20}})?://[^\s:/@\"'<>]{{0,80}}:([^\s\"'<>{{}}]{{1,{MAX_LENGTH}}})@(?=[\w\[])",
        False,
    ),
    # The scheme is short and known to be before: a long word is looked at once, not from each of its letters.
    ("password in a URL", "://", r"://[^\s:/?#@\"'<>\[\]{}]*:([^\s/\"'<>{}]{3,})@(?=[\w\[])", False),
    ("bearer token", "earer", r"\b[Bb]earer\s+([A-Za-z0-9._~+/-]*\d[A-Za-z0-9._~+/-]*={0,2})", False),
    (
        "token in a header",
        "uthorization",
        r"(?i:authorization)[\"']?\s{0,3}[:=]\s{0,3}[\"']?(?i:token|apikey|bot|key|ssws|geniekey|splunk)\s+(?=[A-Za-z._~+/-]*\d)"
        r"([A-Za-z0-9._~+/=-]{16,})",
        False,
    ),
    (
        "basic credentials",
        "Basic",
        r"(?i:authorization)[\"']?\s*[:=]\s*[\"']?Basic\s+([A-Za-z0-9+/]{8,}={0,2})",
        False,
    ),
)

SHAPES = (
    *(Shape(kind, hint, re.compile(pattern), bounded) for kind, hint, pattern, bounded in _OTHERS[:5]),
    *(Shape(kind, prefix, re.compile(re.escape(prefix) + rest), True) for kind, prefix, rest in _PREFIXED),
    *(Shape(kind, hint, re.compile(pattern), bounded) for kind, hint, pattern, bounded in _OTHERS[5:]),
)

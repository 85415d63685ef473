"""Passwords that commands are given on their line: behind an option, or as a word of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nbclaude.secrets.values import is_placeholder, is_stand_in

__all__ = ["command_secrets"]

Span = tuple[int, int, str]

# Between two words: spaces, or the quotes and the comma of a list of arguments.
_GAP = r"(?:[ \t]{1,3}|[\"'],\s{0,3}[\"'])"
_GAP_OR_NONE = rf"(?:{_GAP}|=|)"
_WORD = r"[^\s\"'\\|;&<>]{1,120}"
_USER = r"[\"']?[^\s:\"'\\$<]{1,80}:"
# A word, or what stands in quotes.
_VALUE = r"(?:\"([^\"\\\n]{1,200})\"|'([^'\\\n]{1,200})'|(?![-$<{`])[\"']?([^\s\"'\\|;&]{3,200}))"
# The password of MySQL: not its known default, and no long option that has one dash only.
_MYSQL = r"-p(?![\"']{0,4}(?:root|ort|rotocol|lugin-dir|ager|rint-defaults)(?![^\s\"'\\=]))"

# Programs, the words that follow their names, and what stands before the password on their line.
_COMMANDS: tuple[tuple[str, str, str], ...] = (
    ("mysql mysqldump mysqladmin mysqlimport mysqlcheck mariadb mariadb-dump mariadb-admin", "", _MYSQL),
    ("curl", "", rf"(?:-[a-zA-Z]{{0,6}}[uU]|--user|--proxy-user){_GAP_OR_NONE}{_USER}"),
    ("http https xh", "", rf"(?:-a|--auth){_GAP_OR_NONE}{_USER}"),
    ("sshpass", "", rf"-p{_GAP_OR_NONE}"),
    (
        "docker podman nerdctl buildah skopeo helm crane oras az oc",
        "(?:registry )?login",
        rf"-p{_GAP_OR_NONE}",
    ),
    ("redis-cli", "", rf"-a{_GAP}"),
    ("ldapsearch ldapmodify ldapadd ldapwhoami ldapdelete ldappasswd kadmin vsql", "", rf"-w{_GAP}"),
    ("smbclient rpcclient", "", rf"-U{_GAP_OR_NONE}[\"']?[^\s%\"'\\]{{1,80}}%"),
    ("openssl", "", rf"-(?:passin|passout|password|pass){_GAP}pass:"),
    ("openssl", r"(?:enc|aes-\S{1,20}|des\S{0,20})", rf"-k{_GAP}"),
    ("zip unzip sqlcmd bcp isql tsql ipmitool mosquitto_pub mosquitto_sub", "", rf"-P{_GAP_OR_NONE}"),
    ("7z 7za 7zz rar unrar", "", r"-h?p"),
    (
        "mongo mongosh mongodump mongorestore mongoexport mongoimport cqlsh beeline rdesktop psexec evil-winrm",
        "",
        rf"-p{_GAP}",
    ),
    ("twine", "upload", rf"-p{_GAP}"),
    ("useradd usermod", "", rf"-p{_GAP}"),
    ("ssh-keygen", "", rf"-[NP]{_GAP}"),
    ("snmpwalk snmpget snmpset", "", rf"-[AX]{_GAP}"),
    ("security", "add-(?:generic|internet)-password", rf"-w{_GAP}"),
    ("lftp", "", rf"-u{_GAP}[^\s,\"'\\$<]{{1,80}},"),
    ("htpasswd", "", rf"-(?=[a-zA-Z]*b)(?=[a-zA-Z]*n)[a-zA-Z]{{2,6}}{_GAP}{_WORD}{_GAP}"),
    ("htpasswd", "", rf"-(?=[a-zA-Z]*b)(?![a-zA-Z]*n)[a-zA-Z]{{1,6}}{_GAP}{_WORD}{_GAP}{_WORD}{_GAP}"),
    ("xfreerdp xfreerdp3 wfreerdp", "", r"/p:"),
    ("nmcli", "", rf"(?:password|(?:wifi-sec|802-11-wireless-security)\.(?:psk|wep-key\d)){_GAP}"),
    ("wpa_passphrase", "", rf"(?:\"[^\"\n]{{1,40}}\"|'[^'\n]{{1,40}}'|{_WORD}){_GAP}"),
    ("netsh", "wlan", r"key="),
    ("sqlplus sqlldr expdp impdp", "", r"[\"']?[A-Za-z][\w$#]{0,40}/(?=[^\s@]{1,80}(?:@|\s|$))"),
    ("net", "user", rf"{_WORD}{_GAP}(?!/)"),
    ("rclone", "obscure", ""),
    ("ngrok", "(?:config add-)?authtoken", ""),
    ("vault", "login", ""),
    ("vault", "kv (?:put|patch)", r"[\w.-]{0,40}(?:pass|pw|secret|token|key)[\w.-]{0,40}="),
    (
        "kubectl",
        r"(?:-\S{1,40} (?:[\w.-]{1,40} )?)?create secret",
        rf"--from-literal{_GAP_OR_NONE}[\"']?[\w.-]{{1,60}}=",
    ),
    ("mount mount.cifs", "", rf"-o{_GAP}\S{{0,120}}?pass(?:word)?="),
    ("pdftk", "", rf"(?:user|owner|input)_pw{_GAP}"),
    ("ConvertTo-SecureString", "", rf"(?:-String{_GAP})?"),
)
# The rest of a line that goes on behind a backslash, or with an option.
_REST = r"(?:[^\n|;&]|(?<=\\)\n|\n(?=[ \t]+-)|&(?!&))"
# What reads a password from its input.
_ITS_OPTIONS = r"\b[^\n|;&<]{0,200}?[ \t]"
_READERS = (
    r"(?:docker|podman|nerdctl|buildah|skopeo|helm|crane|oras|cosign|oc|az|argocd|gh|glab|vault|snyk|flyctl)"
    + _ITS_OPTIONS
    + r"(?:--password-stdin|--with-token|--stdin|login[ \t]-)(?![\w-])",
    r"(?:docker|podman)[ \t]secret[ \t]create[ \t]+\S+[ \t]+-",
    rf"sudo{_ITS_OPTIONS}(?:-\w{{0,4}}S|--stdin)(?!\w)",
    rf"smbpasswd{_ITS_OPTIONS}-s",
    rf"gpg2?{_ITS_OPTIONS}--passphrase-fd[ =]0",
    rf"openssl{_ITS_OPTIONS}-pass(?:in|out)?[ \t]+stdin",
    r"(?:kinit|passwd|ConvertTo-SecureString|cryptsetup|gocryptfs|restic|vncpasswd|keepassxc-cli|secret-tool[ \t]store"
    r"|pass[ \t]insert)\b",
)
_READER = f"(?:{'|'.join(_READERS)})"
_CHANGER = r"(?:sudo[ \t]+)?chpasswd\b"
# Before what is said: `echo -n`, `printf '%s'`, `cat <<<`, or nothing before a text in quotes.
_SAY = (
    r"(?:\b(?:echo|printf|Write-Output|Write-Host)(?:[ \t]+-[neE]+)*(?:[ \t]+[\"']?%s(?:\\n)?[\"']?)?[ \t]+"
    r"|\bcat[ \t]+<<<[ \t]*|(?<![^\n=(;!])[ \t]*(?=[\"']))"
)
_SAID = r"(?:\"([^\"\n]{1,200})\"|'([^'\n]{1,200})'|(?![-$<{`])([^\s\"'|;&]{1,200}))"
_PIPED = re.compile(rf"{_SAY}{_SAID}[ \t]*\|[ \t(]*(?:sudo[ \t]+)?{_READER}")
_CHANGED = re.compile(
    rf"{_SAY}[\"']?[\w.-]{{1,60}}:(?![$<{{`])([^\s\"'|;&:]{{1,200}})[\"']?[ \t]*\|[ \t]*{_CHANGER}"
)
_HERE = re.compile(rf"{_READER}[^\n|;&<]{{0,200}}<<<[ \t]*{_SAID}")
_BELOW = re.compile(
    rf"{_READER}[^\n|;&<]{{0,200}}<<-?[ \t]*[\"']?(?:\w{{1,20}})[\"']?[^\n]{{0,40}}\n[ \t]*(?![$<{{`])([^\n]{{1,200}})\n"
)
_CHANGED_HERE = re.compile(
    rf"{_CHANGER}[ \t]*<<<[ \t]*[\"']?[\w.-]{{1,60}}:(?![$<{{`])([^\s\"'|;&:]{{1,200}})"
)
_INPUT = re.compile(
    r"--password-stdin[\"'][^)]{0,300}?\binput[ ]?=[ ]?[bruf]{0,2}(?:\"([^\"\n]{1,200})\"|'([^'\n]{1,200})')"
)
_PIPES = (
    ("|", _PIPED),
    ("chpasswd", _CHANGED),
    ("chpasswd", _CHANGED_HERE),
    ("<<<", _HERE),
    ("<<", _BELOW),
    ("--password-stdin", _INPUT),
)


def _rows() -> Iterator[tuple[tuple[str, ...], str, re.Pattern[str]]]:
    for programs, words, option in _COMMANDS:
        names = tuple(programs.split())
        kind = f"password of {names[0]}" if len(names) == 1 else "password"
        first = _GAP + words.replace(" ", _GAP) if words else ""
        program = rf"(?<![\w-])(?:{'|'.join(map(re.escape, names))})(?:\.exe)?{first}(?={_GAP})"
        yield names, kind, re.compile(rf"{program}{_REST}{{0,300}}?{_GAP}{option}{_VALUE}")


_ROWS = tuple(_rows())


def command_secrets(text: str) -> Iterator[Span]:
    """Yield start, end and kind of each password on the line of a command, or in what is piped to it."""
    for names, kind, pattern in _ROWS:
        if any(name in text for name in names):
            for match in pattern.finditer(text):
                yield from _found(match, kind)
    for hint, pattern in _PIPES:
        if hint in text:
            for match in pattern.finditer(text):
                yield from _found(match, "password")


def _found(match: re.Match[str], kind: str) -> Iterator[Span]:
    for number, value in enumerate(match.groups(), 1):
        if value is not None and not is_stand_in(value) and not is_placeholder(value):
            yield (*match.span(number), kind)

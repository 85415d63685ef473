import pytest

from nbclaude.conversation.screening import key_in_prompt
from nbclaude.options.spelling import spell
from nbclaude.secrets.keys import Secret, find_keys

CANARY = "sk-ant-api03-canary-7f3e9b1d5c"
SECRET = Secret(CANARY)


class TestFindKeys:
    REAL = "sk-ant-api03-" + "aZ3_-xQ9kL0pRt5vB7nM" * 4 + "QwErTyUiO12AA"

    @pytest.mark.parametrize(
        "key",
        [
            REAL,
            CANARY,
            "sk-ant-oat01-Ab3dEf9hIjKlMnOpQrSt",
            "sk-ant-admin01-Ab3dEf9hIjKlMnOpQrSt",
            "sk-ant-sid02-Ab3dEf9hIjKlMnOpQrSt",
            "sk-ant-Ab3dEf9hIjKlMnOpQrStUv",
        ],
    )
    @pytest.mark.parametrize(
        "text", ["{}", "my key is {}.", "key='{}'", "KEY={}\nnext", "Bearer {}, please", "({})"]
    )
    def test_found(self, key: str, text: str) -> None:
        assert find_keys(text.format(key)) == [key]

    def test_several_in_order_and_each_once(self) -> None:
        text = f"{CANARY} and {self.REAL} and {CANARY}"
        assert find_keys(text) == [CANARY, self.REAL]

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "my key starts with sk-ant-",
            "it looks like sk-ant-... or sk-ant-api03-...",
            "sk-ant-api03-<your key here>",
            "export ANTHROPIC_API_KEY=sk-ant-your-api-key-goes-here",
            "sk-ant-api03-your-api-key-goes-here",
            "sk-ant-api03-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "sk-ant-api03-XXXXXXXXXXXXXXXX00000000",
            "sk-ant-api03-****************************",
            "the regular expression sk-ant-[a-z]+[0-9]{2}-[A-Za-z0-9_-]{93}AA finds them",
            "a task-ant-farm1-2-3-4-5-6-7-8-9-0 is no key",
            "sk-ant-api03-short1",
            "sk-ant-api03-1212121212121212121212",
        ],
    )
    def test_no_key(self, text: str) -> None:
        assert find_keys(text) == []

    def test_a_known_one_by_its_value(self) -> None:
        known = [Secret("gateway-key-0000"), Secret("no-key"), Secret("k"), Secret("")]
        assert find_keys("use gateway-key-0000, no-key, k", known) == ["gateway-key-0000"]
        assert find_keys("use nothing", known) == []
        assert find_keys(f"twice {CANARY}", [SECRET]) == [CANARY]

    def test_a_long_text_takes_no_time(self) -> None:
        assert find_keys("sk-ant-" * 100_000 + "-_" * 100_000) == []

    def test_the_message_masks_them(self) -> None:
        one = key_in_prompt([CANARY]).said(spell)
        assert "(sk-ant-api…)" in one and "canary" not in one
        for part in (
            "https://platform.claude.com/settings/keys",
            "in the notebook",
            "delete it",
            "%claude_login",
        ):
            assert part in one
        both = str(key_in_prompt([CANARY, self.REAL]))
        assert "(sk-ant-api…, sk-ant-api…)" in both and "revoke them" in both

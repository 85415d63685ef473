"""detect-secrets, which shares no code with us, is asked about our tables: what it knows by its form, we mask."""

from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
from detect_secrets.plugins.base import RegexBasedDetector

from nbclaude.secrets.masking import mask
from tests.secrets.corpus import SECRETS
from tests.secrets.test_masking import SECRETS as FORMS

# By words around them alone, and addresses, which are no secrets.
_NOT_ASKED = {
    "PublicIPDetector",
    "IbmCloudIamDetector",
    "IbmCosHmacDetector",
    "CloudantDetector",
    "SoftlayerDetector",
}


def _detectors() -> list[RegexBasedDetector]:
    classes = get_mapping_from_secret_type_to_class().values()
    return [
        found()
        for found in classes
        if issubclass(found, RegexBasedDetector) and found.__name__ not in _NOT_ASKED
    ]


def test_what_the_referee_finds_is_masked() -> None:
    detectors = _detectors()
    assert len(detectors) >= 15
    texts = [*(text for text, _ in SECRETS), *FORMS.values(), *(f"key = '{form}'" for form in FORMS.values())]
    found = [
        (type(detector).__name__, secret, text)
        for text in texts
        for detector in detectors
        for line in text.splitlines()
        for secret in detector.analyze_string(line)
    ]
    assert len({name for name, _, _ in found}) >= 10
    assert [each for each in found if len(each[1]) > 8 and each[1] in mask(each[2])[0]] == []

"""What channels say: in both languages, for every kind, and as short as templates want it."""

import pytest

from dispatch.channels.port import Kind
from dispatch.channels.texts import Language, short_text_of, text_of, title_of

TEMPLATE_FIELD = 20
"""Characters that WeChat takes in a field of text."""


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_kind_has_its_words_and_they_fit(kind: Kind, language: Language) -> None:
    assert 0 < len(short_text_of(kind, language)) <= TEMPLATE_FIELD
    assert title_of(kind, language)
    assert text_of(kind, language, url="https://circle.example/volunteer/")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_trial_is_never_taken_for_a_call(language: Language) -> None:
    told = [title_of(Kind.TEST, language), short_text_of(Kind.TEST, language)]
    told.append(text_of(Kind.TEST, language, url=""))

    assert all(("测试呼叫" if language == "zh" else "test") in text.lower() for text in told)

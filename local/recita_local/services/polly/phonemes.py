"""espeak's phonemes in Kokoro's alphabet, and which of them belong to which word."""

# ruff: noqa: RUF001 - the phonetic alphabet looks like Latin

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from recita_local.services.polly.script import Word

TIED = {
    "a^ɪ": "I", "a^ʊ": "W", "e^ɪ": "A", "o^ʊ": "O", "ə^ʊ": "Q", "ɔ^ɪ": "Y",
    "d^ʒ": "ʤ", "t^ʃ": "ʧ", "t^s": "ʦ", "d^z": "ʣ",
}  # fmt: skip
ENGLISH = {
    "ɚ": "əɹ", "ɜːɹ": "ɜɹ", "ɜː": "ɜɹ", "r": "ɹ", "ɐ": "ə", "ɪə": "iə", "ː": "", "e": "A",
    "ʲ": "", "ɬ": "l",
}  # fmt: skip
"""What Kokoro's English was trained on instead of espeak's symbols."""

MAX_MERGE = 3
"""espeak joins at most so many words in one group, or makes so many groups of one word."""


@dataclass(frozen=True)
class Group:
    """Phonemes between two spaces, the punctuation after them, and the words they speak.

    ``words`` are indices; with several, ``shares`` says how much of the group is whose.
    """

    phonemes: str
    words: tuple[int, ...]
    shares: tuple[float, ...]
    stop: str = ""


def translate(ipa: str, language_code: str) -> str:
    """Kokoro's symbols for espeak's tied IPA; espeak's language switches are dropped."""
    text = re.sub(r"\([a-z^-]+\)", "", ipa)
    for tied, symbol in TIED.items():
        text = text.replace(tied, symbol)
    text = text.replace("^", "").replace("-", "")
    if language_code.startswith("en"):
        for theirs, ours in ENGLISH.items():
            text = text.replace(theirs, ours)
    return text


def groups(words: Sequence[Word], phonemise: Callable[[str], str]) -> list[Group]:
    """Phoneme groups of a phrase, clause by clause, tied to the words' indices."""
    found: list[Group] = []
    clause: list[int] = []
    for index, word in enumerate(words):
        clause.append(index)
        if word.stop or index == len(words) - 1:
            found.extend(_clause(words, clause, phonemise))
            clause = []
    return found


def _clause(
    words: Sequence[Word], clause: list[int], phonemise: Callable[[str], str]
) -> list[Group]:
    owners = [index for index in clause for _ in words[index].spoken]
    spoken = [part for index in clause for part in words[index].spoken]
    said = phonemise(" ".join(spoken)).split()
    if not said:
        return []
    if len(said) == len(spoken):
        blocks: list[Block] = [((i,), (i,)) for i in range(len(said))]
    else:
        alone = [phonemise(part).replace(" ", "") for part in spoken]
        blocks = align(said, alone)
    found = []
    for group_indices, word_indices in blocks:
        for number in group_indices:
            shares = _shares(word_indices, spoken)
            found.append(Group(said[number], tuple(owners[w] for w in word_indices), shares))
    last = found[-1]
    found[-1] = Group(last.phonemes, last.words, last.shares, words[clause[-1]].stop)
    return found


def _shares(word_indices: tuple[int, ...], spoken: list[str]) -> tuple[float, ...]:
    lengths = [len(spoken[index]) for index in word_indices]
    return tuple(length / sum(lengths) for length in lengths)


Block = tuple[tuple[int, ...], tuple[int, ...]]


def align(said: Sequence[str], alone: Sequence[str]) -> list[Block]:
    """Which groups speak which words, where espeak made more or fewer groups than words.

    ``alone`` holds each word's phonemes on its own. The cheapest cut into blocks of one group
    and several words, or one word and several groups, judged by the difference in phonemes.
    """
    best: dict[tuple[int, int], tuple[float, list[Block]]] = {(0, 0): (0.0, [])}
    for g in range(len(said) + 1):
        for w in range(len(alone) + 1):
            if (g, w) in best:
                _extend(best, (g, w), said, alone)
    end = best.get((len(said), len(alone)))
    return end[1] if end else _evenly(len(said), len(alone))


def _extend(
    best: dict[tuple[int, int], tuple[float, list[Block]]],
    place: tuple[int, int],
    said: Sequence[str],
    alone: Sequence[str],
) -> None:
    g, w = place
    cost, blocks = best[place]
    sizes = [(1, n) for n in range(1, MAX_MERGE + 1)] + [(n, 1) for n in range(2, MAX_MERGE + 1)]
    for more_g, more_w in sizes:
        target = (g + more_g, w + more_w)
        if target[0] > len(said) or target[1] > len(alone):
            continue
        difference = _difference("".join(said[g : target[0]]), "".join(alone[w : target[1]]))
        total = cost + difference + 0.1 * (more_g + more_w - 2)
        if target not in best or total < best[target][0]:
            block = (tuple(range(g, target[0])), tuple(range(w, target[1])))
            best[target] = (total, [*blocks, block])


def _difference(left: str, right: str) -> float:
    """Cheap distance: unequal counts of each phoneme, stress marks aside."""
    a, b = (re.sub(r"[ˈˌː]", "", text) for text in (left, right))
    return float(sum(abs(a.count(char) - b.count(char)) for char in set(a + b)))


def _evenly(groups_count: int, words_count: int) -> list[Block]:
    """Last resort: spread the groups over the words."""
    return [
        ((g,), (min(words_count - 1, g * words_count // groups_count),))
        for g in range(groups_count)
    ]

"""What the event models look at in a trigger and in a time beside it: the names of the features that are present."""

from __future__ import annotations

from bisect import bisect_left
from functools import cache

from dabir.acts.frames import Trigger, find_cues, frames
from dabir.acts.setting import Setting, day_of
from dabir.acts.verbforms import Form, forms

PREPOSITIONS = frozenset(
    [
        "با",
        "به",
        "از",
        "در",
        "بر",
        "علیه",
        "برای",
        "میان",
        "بین",
        "توسط",
        "نزد",
        "ضد",
        "درباره",
        "سوی",
        "را",
        "و",
        "که",
        "مقابل",
        "برابر",
        "قبال",
        "نسبت",
        "میزبانی",
        "میانجیگری",
        "وساطت",
        "حضور",
        "همراه",
    ]
)
BREAKS = frozenset(["،", "؛", ":", ".", "!", "؟", "(", ")", "که", "«"])
WINDOW = 4
VERB_REACH = 12
NEAR = 8  # triggers on either side that may overlap one


@cache
def mutual(act: str) -> bool:
    """Whether all sides of an act are alike."""
    return frames()[act].mutual


def verb_after(s: Setting, token: int, stop: int) -> tuple[int, Form] | None:
    """The first verb form at or after a token, before `stop`, within reach. A participle takes the auxiliary after it along."""
    table = forms()
    for n in range(token, min(stop, token + VERB_REACH)):
        form = table.get(s.words[n])
        if form is not None and form.tense != "infinitive":
            return n, form
    return None


class Cues:
    """Status cues by sentence with their places, searched once a sentence."""

    def __init__(self, s: Setting) -> None:
        self._found = tuple(tuple(find_cues(s.text.key, *bounds)) for bounds in s.text.sentences)

    def __getitem__(self, sentence: int) -> tuple[tuple[str, int, int], ...]:
        return self._found[sentence]


def trigger_features(s: Setting, n: int, sentence_cues: Cues) -> list[str]:
    """Features of trigger n for keeping it, for its status and for whether it is the main act."""
    t = s.triggers[n]
    act = t.act
    sentence = s.sentence(t.start)
    first, last = s.token(t.start), s.token(t.end)
    low, high = s.tokens_of(sentence)
    out = [f"a={act}", f"r={t.rule_id}", f"k={t.kind}", f"a={act}&k={t.kind}", f"t={s.text.key[t.start : t.end]}"]
    if t.status_hint:
        out += [f"hint={t.status_hint}", f"a={act}&hint={t.status_hint}"]
    out += _window(s, act, first, last, low, high)
    out += _verb(s, act, last, high)
    out += _position(s, t, sentence)
    out += _company(s, n, sentence)
    out += _cued(s, t, sentence_cues[sentence])
    out += _speech(s, t)
    if s.whens_in[sentence]:
        out.append(f"dated&a={act}")
    return out


def _cued(s: Setting, t: Trigger, found: tuple[tuple[str, int, int], ...]) -> list[str]:
    """The status cues of the sentence: which, on which side, how near, and whether a verb stands between."""
    out = []
    table = forms()
    for name, start, end in found:
        side = "in" if start < t.end and end > t.start else "L" if end <= t.start else "R"
        a, b = (s.token(end), s.token(t.start)) if side == "L" else (s.token(t.end), s.token(start))
        gap = max(0, b - a) if side != "in" else 0
        near = "0-1" if gap <= 1 else "2-4" if gap <= 4 else "5-9" if gap <= 9 else "far"
        verbs = any(w in table for w in s.words[a:b]) if side != "in" else False
        out += [
            f"cue={name}",
            f"cue={name}&{side}",
            f"cue={name}&{side}{near}",
            f"cue={name}&{side}&verb={verbs}",
            f"a={t.act}&cue={name}&{side}",
        ]
        if near != "far":
            out.append(f"k={t.kind}&cue={name}&{side}")
    return sorted(set(out))


def _window(s: Setting, act: str, first: int, last: int, low: int, high: int) -> list[str]:
    out = []
    for d in range(1, WINDOW + 1):
        before = s.words[first - d] if first - d >= low else "<s>"
        after = s.words[last + d - 1] if last + d - 1 < high else "</s>"
        if d <= 2:
            out += [f"w-{d}={before}", f"w+{d}={after}"]
        if d == 1:
            out += [f"a={act}&w-1={before}", f"a={act}&w+1={after}"]
        out += [f"near={before}", f"near={after}"]
    return out


def _verb(s: Setting, act: str, last: int, high: int) -> list[str]:
    found = verb_after(s, last, high)
    if found is None:
        return ["v=none", f"a={act}&v=none"]
    n, form = found
    tense = form.tense + ("-neg" if form.negated else "")
    near = "0" if n == last else "1-3" if n - last <= 3 else "far"
    out = [
        f"v={form.lemma}",
        f"vt={tense}",
        f"vd={near}",
        f"vt={tense}&vd={near}",
        f"a={act}&vt={tense}",
        f"v={form.lemma}&vt={tense}&vd={near}",
    ]
    if near != "far":
        out.append(f"a={act}&v={form.lemma}")
    if any(w.startswith("خواه") for w in s.words[last : n + 2]):
        out += ["will", f"a={act}&will"]
    return out


def _position(s: Setting, t: Trigger, sentence: int) -> list[str]:
    titled = t.start < s.title_end
    body_first = s.sentence(s.title_end) if s.title_end else 0
    offset = sentence - body_first
    place = (
        "title"
        if titled
        else "lead"
        if offset <= 0
        else "second"
        if offset == 1
        else "third"
        if offset == 2
        else "rest"
    )
    start, end = s.text.sentences[sentence]
    part = (t.start - start) / max(1, end - start)
    where = "start" if part < 0.25 else "end" if part > 0.75 else "middle"
    out = [f"pos={place}", f"a={t.act}&pos={place}", f"in={where}"]
    length = len(s.text.sentences)
    return [*out, f"len={'short' if length <= 4 else 'mid' if length <= 10 else 'long'}"]


def _company(s: Setting, n: int, sentence: int) -> list[str]:
    t = s.triggers[n]
    out = []
    states = {s.mentions[m].state for m in s.mentions_in[sentence] if s.mentions[m].state}
    out += [f"nst={min(3, len(states))}", f"a={t.act}&nst={min(3, len(states))}"]
    near = [s.mentions[m] for m in s.mentions_in[sentence]]
    if any(0 <= m.start - t.end <= 1 for m in near):
        out += ["ezafe", f"a={t.act}&ezafe"]
    if any(0 <= t.start - m.end <= 2 for m in near):
        out.append("touch")
    for k in range(max(0, n - NEAR), min(len(s.triggers), n + NEAR + 1)):
        other = s.triggers[k]
        if k == n:
            continue
        if other.start < t.end and other.end > t.start:
            out += [f"ov={other.act}", f"a={t.act}&ov={other.act}"]
            if other.end - other.start > t.end - t.start:
                out.append("ov-longer")
    same = s.of_act[t.act]
    index = bisect_left(same, n)
    out += [f"nth={min(index, 4)}", f"same={min(len(same), 4)}", f"a={t.act}&nth={min(index, 2)}"]
    if s.triggers[same[0]].start < s.title_end:
        out += ["act-in-title", f"a={t.act}&act-in-title"]
    return out


def _speech(s: Setting, t: Trigger) -> list[str]:
    speech = s.speech_at(t.start)
    out = []
    if speech is not None:
        out += ["said", f"a={t.act}&said"] + (["said-direct"] if speech.direct else [])
    for sp in (s.speeches[k] for k in s.speeches_in[s.sentence(t.start)]):
        if sp.cue and sp.cue[0] < t.end and sp.cue[1] > t.start:
            out += ["is-cue", f"a={t.act}&is-cue"]
    return out


def when_features(s: Setting, n: int, w: int) -> list[str]:
    """Features of time expression w as the date of trigger n's event; none where it cannot be one (too far, no date)."""
    t, when = s.triggers[n], s.whens[w]
    value = day_of(when.time)
    if value is None:
        return []
    ts, ws = s.sentence(t.start), s.sentence(when.start)
    if abs(ts - ws) > 1 and not (t.start < s.title_end and ws <= ts + 2):
        return []
    shape = "interval" if "/" in value else f"len{len(value)}" if "T" not in str(when.time.value) else "clock"
    out = [f"a={t.act}", f"shape={shape}", f"rule={when.time.rule}", f"k={t.kind}", f"titled={t.start < s.title_end}"]
    if ts != ws:
        rank = sum(1 for k in s.whens_in[ws] if s.whens[k].start < when.start)
        side = "after" if ws > ts else "before"
        return [*out, f"sent={side}", f"sent={side}&rank={min(rank, 2)}", f"titled={t.start < s.title_end}&sent={side}"]
    side = "L" if when.end <= t.start else "R"
    a, b = (s.token(when.end), s.token(t.start)) if side == "L" else (s.token(t.end), s.token(when.start))
    between = s.words[a:b]
    breaks, found = sum(x in BREAKS for x in between), sum(x in forms() for x in between)
    low, high = min(when.end, t.end), max(when.start, t.start)
    rivals = sum(low <= s.whens[k].start and s.whens[k].end <= high for k in s.whens_in[ts])
    around = s.triggers[max(0, n - 4 * NEAR) : n + 4 * NEAR]
    others = sum(1 for o in around if min(when.end, t.end) <= o.start and o.end <= max(when.start, t.start))
    gap = max(0, b - a)
    distance = "0" if gap <= 1 else "2-3" if gap <= 3 else "4-8" if gap <= 8 else "9-16" if gap <= 16 else "far"
    speech = s.speech_at(t.start)
    if speech is not None:
        out.append(f"said&inside={speech.start <= when.start < speech.end}")
    return [
        *out, f"side={side}", f"d={side}{distance}", f"breaks={side}{min(breaks, 3)}", f"verbs={side}{min(found, 2)}",
        f"rivals={min(rivals, 2)}", f"others={side}{min(others, 3)}", f"ke={side}{'که' in between}",
        f"a={t.act}&side={side}", f"d={side}{distance}&breaks={min(breaks, 2)}&verbs={min(found, 2)}",
    ]  # fmt: skip

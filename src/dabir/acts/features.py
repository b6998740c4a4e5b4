"""What the event models look at: names of present features, for a trigger alone and for a trigger with a mention."""

from __future__ import annotations

from collections import Counter
from functools import cache

from msgspec import Struct

from dabir.acts.frames import Trigger, find_cues, frames
from dabir.acts.setting import Setting
from dabir.acts.verbforms import Form, forms
from dabir.names.mentions import Mention

PREPOSITIONS = frozenset(
    "با به از در بر علیه برای میان بین توسط نزد ضد درباره سوی را و که مقابل برابر قبال نسبت میزبانی میانجیگری وساطت حضور همراه".split()
)
BREAKS = frozenset("، ؛ : . ! ؟ ( ) که «".split())
WINDOW = 4
VERB_REACH = 12


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
    if any(w.start >= s.text.sentences[sentence][0] and w.end <= s.text.sentences[sentence][1] for w in s.whens):
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
        out += [f"cue={name}", f"cue={name}&{side}", f"cue={name}&{side}{near}", f"cue={name}&{side}&verb={verbs}", f"a={t.act}&cue={name}&{side}"]
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
    out = [f"v={form.lemma}", f"vt={tense}", f"vd={near}", f"vt={tense}&vd={near}", f"a={act}&vt={tense}", f"v={form.lemma}&vt={tense}&vd={near}"]
    if near != "far":
        out.append(f"a={act}&v={form.lemma}")
    if any(w.startswith("خواه") for w in s.words[last : n + 2]):
        out += ["will", f"a={act}&will"]
    return out


def _position(s: Setting, t: Trigger, sentence: int) -> list[str]:
    titled = t.start < s.title_end
    body_first = s.sentence(s.title_end) if s.title_end else 0
    offset = sentence - body_first
    place = "title" if titled else "lead" if offset <= 0 else "second" if offset == 1 else "third" if offset == 2 else "rest"
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
    for k, other in enumerate(s.triggers):
        if k == n:
            continue
        if other.start < t.end and other.end > t.start:
            out += [f"ov={other.act}", f"a={t.act}&ov={other.act}"]
            if other.end - other.start > t.end - t.start:
                out.append("ov-longer")
    same = [o for o in s.triggers if o.act == t.act]
    index = same.index(t)
    out += [f"nth={min(index, 4)}", f"same={min(len(same), 4)}", f"a={t.act}&nth={min(index, 2)}"]
    if any(o.start < s.title_end for o in same):
        out += ["act-in-title", f"a={t.act}&act-in-title"]
    return out


def _speech(s: Setting, t: Trigger) -> list[str]:
    speech = s.speech_at(t.start)
    out = []
    if speech is not None:
        out += ["said", f"a={t.act}&said"] + (["said-direct"] if speech.direct else [])
    for sp in s.speeches:
        if sp.cue and sp.cue[0] < t.end and sp.cue[1] > t.start:
            out += ["is-cue", f"a={t.act}&is-cue"]
    return out


def prepositions(s: Setting) -> list[str]:
    """For each mention the words that mark its role: the preposition before it, that of the phrase it is joined to by «و»,
    `start` at the beginning of a clause, `noun` behind another word (an ezafe)."""
    marks: list[str] = []
    ends = {p.end: p for p in s.places}
    for n, m in enumerate(s.mentions):
        at = s.token(m.start)
        before = s.words[at - 1] if at else "<s>"
        low, _ = s.tokens_of(s.sentence(m.start))
        if at - 1 < low:
            before = "<s>"
        if before in ("«", '"') and at - 2 >= low:
            before = s.words[at - 2]
        # «استانبول ترکیه»، «ریاض پایتخت عربستان»: the country only says where the town is.
        town = ends.get(m.start - 1) or (ends.get(s.token_starts[at - 1] - 1) if at and before == "پایتخت" else None)
        if town is not None and town.kind != "country" and town.country == m.state:
            marks.append("town")
            continue
        joined = n and before in ("و", "،") and s.mentions[n - 1].end >= s.text.tokens[at - 1].start - 1
        if n and s.mentions[n - 1].start == m.start:
            marks.append(marks[-1])
        elif joined and n:
            marks.append(marks[-1].removesuffix("+") + "+")
        elif before in PREPOSITIONS:
            two = s.words[at - 2] if at - 2 >= low else ""
            marks.append(f"{two}_{before}" if two in ("از", "در", "به") and before in PREPOSITIONS else before)
        elif before == "<s>" or before in BREAKS:
            marks.append("start")
        else:
            two = s.words[at - 2] if at - 2 >= low else ""
            marks.append(f"{two}_{before}" if two == "به" and before in PREPOSITIONS else "noun")
    return marks


class Party(Struct, frozen=True):
    """One party that may have a part in an event: its mentions (indexes), the nearest to the trigger first."""

    mentions: tuple[int, ...]


def parties(s: Setting, n: int) -> list[Party]:
    """The parties near trigger n: those of its sentence, of the ones around it, of title and lead, and the speaker of the words
    it stands in. Mentions that act for one state are one party."""
    t = s.triggers[n]
    sentence = s.sentence(t.start)
    body = s.sentence(s.title_end) if s.title_end else 0
    found = dict.fromkeys(s.mentions_in[sentence])
    for other in (sentence - 1, sentence - 2, sentence + 1, 0, body):
        if 0 <= other < len(s.mentions_in):
            found.update(dict.fromkeys(s.mentions_in[other]))
    speech = s.speech_at(t.start)
    if speech is not None and speech.speaker is not None:
        found[speech.speaker] = None
    groups: dict[str, list[int]] = {}
    for m in found:
        groups.setdefault(identity(s.mentions[m]), []).append(m)
    return [Party(tuple(sorted(g, key=lambda m: _distance(s, sentence, t, s.mentions[m])))) for g in groups.values()]


def identity(m: Mention) -> str:
    """What makes two mentions one party: the state that both act for, or the actor where there is none."""
    return m.state or f"actor:{m.actor}"


def _distance(s: Setting, sentence: int, t: Trigger, m: Mention) -> tuple[int, int, int]:
    away = abs(s.sentence(m.start) - sentence)
    gap = t.start - m.end if m.end <= t.start else m.start - t.end
    return away, max(0, gap), m.start


def role_features(s: Setting, n: int, party: Party, marks: list[str], counts: Counter[str]) -> list[str]:
    """Features of a party's role in trigger n's event. `marks` are `prepositions(s)`, `counts` the states' mentions in the article.

    The nearest mention is described in full; the others in the sentence by mark and side; the article by shares.
    """
    t = s.triggers[n]
    mention = s.mentions[party.mentions[0]]
    act, kind = t.act, "mutual" if mutual(t.act) else "directed"
    out = [f"a={act}", f"g={kind}", f"k={mention.kind}", f"via={mention.via}", f"a={act}&k={mention.kind}"]
    ts = s.sentence(t.start)
    out += _first_mention(s, t, party.mentions[0], marks, kind)
    for m in party.mentions[1:]:
        other = s.mentions[m]
        if s.sentence(other.start) == ts:
            side = "L" if other.end <= t.start else "R"
            mark = marks[m].rstrip("+")
            out += [f"also&g={kind}&{side}{mark}", f"also&a={act}&{side}{mark}"]
    out += _speaking(s, t, party, kind)
    out += _subjects(s, t, party)
    out += _standing(s, t, mention, kind, counts)
    return out


def _first_mention(s: Setting, t: Trigger, m: int, marks: list[str], kind: str) -> list[str]:
    mention, mark, act = s.mentions[m], marks[m], t.act
    bare = mark.rstrip("+")
    at = s.token(mention.end)
    after = s.words[at] if at < len(s.words) else ""
    ts, ms = s.sentence(t.start), s.sentence(mention.start)
    if ts == ms:
        return [f"next={after}" if after in PREPOSITIONS else f"next={after in BREAKS}", *_same_sentence(s, t, mention, kind, mark)]
    far = "prev" if ms == ts - 1 else "prev2" if ms == ts - 2 else "after" if ms > ts else "title" if mention.start < s.title_end else "lead"
    here = {s.mentions[x].state for x in s.mentions_in[ts] if s.mentions[x].state}
    out = [f"sent={far}", f"g={kind}&sent={far}&mark={bare}", f"a={act}&sent={far}", f"g={kind}&sent={far}&here={min(2, len(here))}"]
    first = s.mentions_in[ms] and s.mentions_in[ms][0] == m
    return [*out, f"a={act}&sent={far}&here={min(2, len(here))}", f"g={kind}&sent={far}&first={bool(first)}&here={min(2, len(here))}"]


def _subjects(s: Setting, t: Trigger, party: Party) -> list[str]:
    """Whether the party opens the sentence before, for a sentence whose own subject is left out."""
    ts = s.sentence(t.start)
    own = [s.mentions[m] for m in s.mentions_in[ts] if s.mentions[m].start < t.start]
    low, _ = s.tokens_of(ts)
    opens = bool(own) and s.token(own[0].start) - low <= 2
    out = []
    for back in (1, 2):
        before = s.mentions_in[ts - back] if ts - back >= 0 else ()
        if before:
            lead = before[0] in party.mentions
            out += [f"led{back}={lead}&opens={opens}", f"g={mutual(t.act)}&led{back}={lead}&own={min(2, len(own))}"]
            break
    return out


def _speaking(s: Setting, t: Trigger, party: Party, kind: str) -> list[str]:
    """Whether the party speaks the words that hold the trigger, or the trigger is its reporting verb."""
    out = []
    mine = {s.mentions[m].actor for m in party.mentions}
    speech = s.speech_at(t.start)
    if speech is not None and speech.speaker is not None:
        same = s.mentions[speech.speaker].actor in mine or identity(s.mentions[speech.speaker]) == identity(s.mentions[party.mentions[0]])
        inside = any(speech.start <= s.mentions[m].start < speech.end for m in party.mentions)
        out += [f"a={t.act}&speaker={same}", f"g={kind}&speaker={same}", f"g={kind}&speaker={same}&inside={inside}", f"a={t.act}&speaker={same}&inside={inside}"]
    for sp in s.speeches:
        if sp.cue and sp.speaker in party.mentions and sp.cue[0] < t.end and sp.cue[1] > t.start:
            out += ["cued", f"a={t.act}&cued"]
        elif sp.speaker in party.mentions and s.sentence(sp.start) == s.sentence(t.start):
            out += ["speaks", f"a={t.act}&speaks"]
    return out


def _standing(s: Setting, t: Trigger, mention: Mention, kind: str, counts: Counter[str]) -> list[str]:
    """The party's place in the article as a whole."""
    order = [state for state, _ in counts.most_common()]
    place = order.index(mention.state) if mention.state in order else 9
    share = counts[mention.state or ""] / max(1, sum(counts.values()))
    size = "top" if share > 0.4 else "mid" if share > 0.15 else "low"
    titled = any(m.state == mention.state and m.start < s.title_end for m in s.mentions) if mention.state else False
    here = {s.mentions[x].state for x in s.mentions_in[s.sentence(t.start)] if s.mentions[x].state}
    known = "none" if mention.state is None else "state"
    return [
        f"share={size}", f"place={min(place, 4)}", f"g={kind}&place={min(place, 3)}&here={mention.state in here}", f"titled={titled}",
        f"home={mention.state == s.home}", f"state={mention.state}", f"a={t.act}&state={mention.state}", f"rank={mention.rank}",
        f"known={known}", f"known={known}&k={mention.kind}", f"nstates={min(4, len(counts))}&here={mention.state in here}",
        f"a={t.act}&share={size}",
    ]  # fmt: skip


def _same_sentence(s: Setting, t: Trigger, m: Mention, kind: str, mark: str) -> list[str]:
    act = t.act
    inside = m.start < t.end and m.end > t.start
    side = "in" if inside else "L" if m.end <= t.start else "R"
    a, b = (s.token(m.end), s.token(t.start)) if side == "L" else (s.token(t.end), s.token(m.start))
    gap = max(0, b - a)
    distance = "0" if gap == 0 else "1" if gap == 1 else "2-3" if gap <= 3 else "4-8" if gap <= 8 else "9+"
    between = s.words[a:b]
    breaks = sum(w in BREAKS for w in between)
    verbs = sum(w in forms() for w in between)
    rivals = sum(1 for o in s.mentions if min(m.end, t.end) <= o.start and o.end <= max(m.start, t.start)) if not inside else 0
    bare = mark.rstrip("+")
    out = [
        f"side={side}", f"g={kind}&side={side}&mark={mark}", f"a={act}&side={side}&mark={bare}", f"d={side}{distance}",
        f"g={kind}&d={side}{distance}&mark={bare}", f"a={act}&d={side}{distance}", f"breaks={min(breaks, 3)}&side={side}",
        f"verbs={min(verbs, 2)}&side={side}", f"rivals={side}{min(rivals, 4)}", f"g={kind}&rivals={side}{min(rivals, 3)}&mark={bare}",
        f"k={t.kind}&side={side}&mark={bare}", f"r={t.rule_id}&side={side}", f"t={t.kind}&d={side}{distance}",
    ]  # fmt: skip
    if "که" in between:
        out += [f"ke&side={side}", f"g={kind}&ke&side={side}&mark={bare}"]
    at = s.token(m.start)
    low, _ = s.tokens_of(s.sentence(m.start))
    if at == low or (at - 1 == low and s.words[low] in ("«", '"')):
        out += [f"first&side={side}", f"g={kind}&first", f"a={act}&first"]
    if at - 1 >= low:
        out += [f"g={kind}&prev={s.words[at - 1]}", f"a={act}&prev={s.words[at - 1]}&side={side}"]
    return out


def when_features(s: Setting, n: int, w: int) -> list[str]:
    """Features of time expression w as the date of trigger n's event; none where it cannot be one (too far, no date)."""
    t, when = s.triggers[n], s.whens[w]
    if when.time.kind not in ("date", "time") or when.time.value in (None, "PAST", "PRESENT", "FUTURE"):
        return []
    ts, ws = s.sentence(t.start), s.sentence(when.start)
    if abs(ts - ws) > 1 and not (t.start < s.title_end and ws <= ts + 2):
        return []
    value = str(when.time.value)
    shape = "interval" if "/" in value else f"len{min(len(value), 11)}"
    out = [f"a={t.act}", f"shape={shape}", f"rule={when.time.rule}", f"k={t.kind}", f"titled={t.start < s.title_end}"]
    if ts != ws:
        rank = sum(1 for o in s.whens if s.sentence(o.start) == ws and o.start < when.start)
        side = "after" if ws > ts else "before"
        return [*out, f"sent={side}", f"sent={side}&rank={min(rank, 2)}", f"titled={t.start < s.title_end}&sent={side}"]
    side = "L" if when.end <= t.start else "R"
    a, b = (s.token(when.end), s.token(t.start)) if side == "L" else (s.token(t.end), s.token(when.start))
    between = s.words[a:b]
    breaks, found = sum(x in BREAKS for x in between), sum(x in forms() for x in between)
    rivals = sum(1 for o in s.whens if min(when.end, t.end) <= o.start and o.end <= max(when.start, t.start))
    others = sum(1 for o in s.triggers if min(when.end, t.end) <= o.start and o.end <= max(when.start, t.start))
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

"""The parties near a trigger and what the model sees of each: the names of the features that are present."""

from __future__ import annotations

from collections import Counter

from msgspec import Struct

from dabir.acts.features import BREAKS, PREPOSITIONS, mutual
from dabir.acts.frames import Trigger
from dabir.acts.setting import Setting
from dabir.acts.verbforms import forms
from dabir.names.mentions import Mention


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
        return [
            f"next={after}" if after in PREPOSITIONS else f"next={after in BREAKS}",
            *_same_sentence(s, t, mention, kind, mark),
        ]
    far = (
        "prev"
        if ms == ts - 1
        else "prev2"
        if ms == ts - 2
        else "after"
        if ms > ts
        else "title"
        if mention.start < s.title_end
        else "lead"
    )
    here = {s.mentions[x].state for x in s.mentions_in[ts] if s.mentions[x].state}
    out = [
        f"sent={far}",
        f"g={kind}&sent={far}&mark={bare}",
        f"a={act}&sent={far}",
        f"g={kind}&sent={far}&here={min(2, len(here))}",
    ]
    first = s.mentions_in[ms] and s.mentions_in[ms][0] == m
    return [
        *out,
        f"a={act}&sent={far}&here={min(2, len(here))}",
        f"g={kind}&sent={far}&first={bool(first)}&here={min(2, len(here))}",
    ]


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
        same = s.mentions[speech.speaker].actor in mine or identity(s.mentions[speech.speaker]) == identity(
            s.mentions[party.mentions[0]]
        )
        inside = any(speech.start <= s.mentions[m].start < speech.end for m in party.mentions)
        out += [
            f"a={t.act}&speaker={same}",
            f"g={kind}&speaker={same}",
            f"g={kind}&speaker={same}&inside={inside}",
            f"a={t.act}&speaker={same}&inside={inside}",
        ]
    for sp in (s.speeches[k] for k in s.speeches_in[s.sentence(t.start)]):
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
    titled = mention.state in s.titled
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
    rivals = (
        sum(
            1
            for o in (s.mentions[k] for k in s.mentions_in[s.sentence(t.start)])
            if min(m.end, t.end) <= o.start and o.end <= max(m.start, t.start)
        )
        if not inside
        else 0
    )
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



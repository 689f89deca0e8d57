"""What kind of message a line is, told by its words: exports have dropped the field that said so.

Programs write into chats in the language of the account. What is known here is the English of Messenger and
Instagram, with German, Spanish, French, Portuguese and Korean for the commonest; a line of another language that a
program wrote passes as said by its sender. Patterns match whole messages, so that a sentence about a call is kept.
"""

from __future__ import annotations

import re

SYSTEM = re.compile(
    r"""
      .{1,80}\ (?:added|removed)\ .{1,200}\ (?:to|from)\ the\ group\.?
    | .{1,80}\ (?:left|joined|created|ended)\ the\ (?:group|video\ chat|call|poll.{0,200})\.?
    | .{1,80}\ (?:named|renamed)\ the\ group\b.{0,200}
    | .{1,80}\ (?:changed|set|removed|cleared|turned\ o(?:n|ff))\ (?:the|your|his|her|their|.{1,60}'s)\ (?:own\ )?
      (?:group\ photo|nickname|chat\ theme|theme|emoji|quick\ reaction|quick\ emoji|admin|message\ timer
      |group\ name)\b.{0,200}
    | .{1,80}\ (?:pinned|unpinned)\ a\ message\.?
    | .{1,80}\ (?:started|joined)\ (?:a|the)\ (?:video\ chat|call|audio\ call|video\ call|plan)\.?
    | .{1,80}\ (?:created|voted\ for|changed\ (?:his|her|their|the)\ vote)\b.{0,200}\b(?:poll|plan)\b.{0,200}
    | .{1,80}\ (?:is\ now\ an\ admin|made\ .{1,80}\ an?\ (?:group\ )?admin)\.?
    | (?:You\ are\ now\ connected\ on\ Messenger|Say\ hi\ to\ your\ new\ (?:Facebook\ )?(?:friend|connection).{0,100}
      |You\ can\ now\ (?:message|call)\b.{0,160}|You(?:'re|\ are)\ now\ friends\ on\ Facebook.{0,80})
    | .{1,80}\ (?:waved\ at\ you|waved\ hello)[.!]? | You\ waved\ at\ .{1,80}[.!]?
    | .{1,80}\ (?:hat\ die\ Gruppe\ verlassen|hat\ die\ Gruppe\ .{1,80}\ genannt
      |hat\ .{1,80}\ zur\ Gruppe\ hinzugefügt)\.?
    | .{1,80}\ (?:a\ quitté\ le\ groupe|a\ nommé\ le\ groupe\b.{0,120}|a\ ajouté\ .{1,80}\ au\ groupe)\.?
    | .{1,80}\ (?:abandonó|salió\ d)el?\ (?:el\ )?grupo\.? | .{1,80}\ (?:agregó|añadió)\ a\ .{1,80}\ al\ grupo\.?
    | .{1,80}\ (?:saiu\ do\ grupo|adicionou\ .{1,80}\ ao\ grupo)\.?
    | .{1,80}님이\ (?:그룹을\ 나갔습니다|.{1,80}님을\ 그룹에\ 추가했습니다|그룹\ 이름을\ .{1,80})\.?
    """,
    re.VERBOSE | re.IGNORECASE,
)
CALL = re.compile(
    r"(?:.{1,80}\ (?:called\ you|missed\ (?:your|a)\ (?:video\ |audio\ )?(?:call|chat)(?:\ from\ .{1,80})?)"
    r"|You\ (?:called\ .{1,80}|missed\ a\ (?:video\ |audio\ )?(?:call|chat)\ from\ .{1,80})"
    r"|(?:The|Your)\ (?:video\ |audio\ )?(?:chat|call)\ (?:with\ .{1,80}\ )?(?:ended|started)"
    r"|Missed\ (?:voice|video|audio|group)\ (?:voice\ |video\ )?call)\.?".replace("\\ ", " "),
    re.IGNORECASE,
)
REACTION = re.compile(
    r"(?:Reacted .{1,12} to your message|.{1,80} reacted .{1,12} to (?:your|a|his|her|their) message|"
    r"Liked a message|You liked a message)\s*",
    re.IGNORECASE,
)
PLACEHOLDER = re.compile(
    r".{1,80} sent (?:an attachment|a (?:photo|video|sticker|GIF|voice message|file|link|location|live location))\.?"
    r"|.{1,80} (?:shared a (?:story|post|reel|memory))\.?"
    r"|.{1,80} hat (?:einen Anhang|ein Foto|ein Video) gesendet\.?|.{1,80} a envoyé une pièce jointe\.?"
    r"|.{1,80} (?:envió un archivo adjunto|enviou um anexo)\.?|.{1,80}님이 첨부 파일을 보냈습니다\.?",
    re.IGNORECASE,
)
UNSENT = re.compile(
    r"(?:.{1,80} unsent a message|This message was (?:unsent|deleted)|You deleted this message)\.?", re.I
)
GAMES = re.compile(r"8 Ball Pool|Chess:|Robinhood|Words With Friends|\bplayed .{1,60} in Instant Games|EverWing", re.I)
GAME_STATE = re.compile(r"Last update\b")


def kind_of(text: str) -> str:
    """Return the kind that a message's own words give away: "text" for everything that a person might say.

    A line of the program begins with a name or a capital: "who left the group" is a question.
    """
    line = text.strip()
    if not line:
        return "empty"
    if line[0].islower():
        return "text"
    for pattern, kind in ((UNSENT, "unsent"), (CALL, "call"), (REACTION, "reaction"), (PLACEHOLDER, "attachment")):
        if pattern.fullmatch(line):
            return kind
    return "system" if len(line) < 300 and SYSTEM.fullmatch(line) else "text"


def is_game(text: str, shared: str) -> bool:
    """Tell a game's request or its state, which are sent in the player's name."""
    return bool(GAMES.search(text) or GAMES.search(shared) or GAME_STATE.match(shared.strip()))

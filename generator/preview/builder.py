"""Builder: the one thread's work on the session, with its news; a bug of ours costs one rebuild, never the preview."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from generator.preview.news import News
from generator.preview.session import Session


class Builder:
    """Keeps a site up to date, and tells what changed."""

    def __init__(self, session: Session, news: News, bug: Callable[[Exception], None]) -> None:
        self._session, self._news, self.bug = session, news, bug
        self._is_behind = False  # a rebuild failed: nobody knows what it left undone

    def rebuild(self, paths: Sequence[str], passing: Collection[str] = (), *, everything: bool = False) -> None:
        """Take in the files that changed, those `passing` unnamed; `everything`: they are too many to list."""
        try:
            change = self._session.refresh(None if everything or self._is_behind else paths)
            self._is_behind = False
            self._news.tell(change, [path for path in paths if path not in passing])
        except Exception as error:
            self._is_behind = True
            self.bug(error)

    def look_at_runs(self) -> None:
        """Take in how far experiments are."""
        try:
            self._news.tell(self._session.refresh(()))
        except Exception as error:
            self.bug(error)

    def work(self) -> bool:
        """Do a little of what can wait; return whether there is more."""
        try:
            if self._session.busy and (change := self._session.work()):
                self._news.tell(change)
        except Exception as error:
            self.bug(error)
            return False
        return self._session.busy

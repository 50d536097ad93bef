"""Room for the frames of a request, in one piece."""

from collections.abc import Callable

# In words of memory (128 KB): more than a page with its deepest template takes. Pages of it that are not touched cost
# nothing.
_ROOM = 16_500


def in_one_piece[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Let all that a function calls find room in one piece of memory, by declaring its own frame larger than it is.

    CPython keeps the frames of a thread in pieces of 16 KB and gives each back as soon as it is empty. Where the rows of
    a table happen to be drawn across such an edge, every row asks the system for memory: some hundred times a page, a
    tenth of its time. A piece is never smaller than the frame it is asked for.
    """
    function.__code__ = function.__code__.replace(co_stacksize=_ROOM)  # type: ignore[attr-defined]
    return function

"""Files of people, as the tests import them."""

from accounts.models import Membership
from activity.models import Run, RunRow
from activity.runs import finish
from contacts.imports.columns import guess
from contacts.imports.importing import Plan, begin
from contacts.imports.uploads import take_in
from contacts.models import Upload
from tests.cast import acting


def uploaded(who: Membership, text: str | bytes, name: str = "people.csv") -> Upload:
    content = text if isinstance(text, bytes) else text.encode()
    return take_in(actor=acting(who), name=name, content=content)


def imported(who: Membership, text: str | bytes, *targets: str, **plan: object) -> Run:
    """The run, done. Without targets, the columns are what is guessed of them."""
    upload = uploaded(who, text)
    chosen = list(targets) or guess(upload.columns, [])
    return finish(begin(actor=acting(who), upload=upload, plan=Plan(chosen, **plan)))  # type: ignore[arg-type]


def counts(run: Run) -> tuple[int, int, int]:
    """Done, skipped, failed."""
    return run.done_count, run.skipped_count, run.failed_count


def told(run: Run) -> dict[int, tuple[str, str]]:
    """What became of each row, and the words, by its number."""
    return {row.number: (row.outcome, row.words) for row in RunRow.objects.filter(run=run)}

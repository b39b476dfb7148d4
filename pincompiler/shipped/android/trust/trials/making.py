"""Objects whose checks are tried, as the code of the app makes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.android.running.starts import enter
from pincompiler.android.running.values import NULL, Instance, NotKnown, StoppedError, ThrownError
from pincompiler.shipped.android.trust.trials.outcomes import NONE_MADE
from pincompiler.shipped.android.trust.trials.watching import WHICH_ONE, HandedOverError

if TYPE_CHECKING:
    from pincompiler.android.dex.method import MethodBody
    from pincompiler.android.running.machine import Machine
    from pincompiler.shipped.android.trust.trials.watching import TrialWatch


def made_by(machine: Machine, watch: TrialWatch, start: MethodBody) -> Instance:
    """An object of the wanted class that a method makes, whatever becomes of the method then: each in a run of its own.

    Raises:
        StoppedError: It makes none.
    """
    before, why = len(machine.frames), NONE_MADE
    try:
        enter(machine, start)
    except StoppedError as stopped:
        why = str(stopped)
    except ThrownError:
        pass
    except HandedOverError as end:
        watch.made = {end.made: watch.made[end.made]}
    del machine.frames[before:]
    if not watch.made:
        raise StoppedError(why)
    machine.decisive = None
    which = machine.decide(len(watch.made), 0, WHICH_ONE) if len(watch.made) > 1 else 0
    made, first = list(watch.made.items())[which]
    for cls in machine.image.program.ancestry(made.cls):
        for ref in (field.ref for field in cls.fields if not field.is_static):
            value = made.fields.get(ref, NULL)
            if value is first.get(ref, NULL) and machine.image.writers(ref):
                made.fields[ref] = NotKnown(ref.descriptor, f"the field {ref.name}")
    return made

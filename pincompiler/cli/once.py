"""Commands whose options are given once, unless they say that they may be repeated."""

from __future__ import annotations

from typing import Any

from typer.core import TyperCommand

from pincompiler.base.errors import UsageError


class OnceCommand(TyperCommand):
    """A command that refuses to drop a value: the parser would take the last of two and say nothing of the first."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the arguments.  UsageError for an option with a value that is given again."""
        _, _, given = self.make_parser(ctx).parse_args(args=list(args))
        for one in given:
            valued = one.param_type_name == "option" and not getattr(one, "is_flag", False)
            if valued and not one.multiple and given.count(one) > 1:
                raise UsageError(f"{one.opts[-1]} is given twice, and takes one value")
        return super().parse_args(ctx, args)

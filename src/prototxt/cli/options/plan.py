"""Options of the fast engine's plan: its threads, its measurement, its display."""

from __future__ import annotations

from dataclasses import dataclass

import click

from prototxt.cli.options.group import option_group
from prototxt.cli.options.output import OutputChoice


@dataclass(frozen=True)
class PlanChoice:
    """The values of the plan options."""

    threads: int | None
    plan: bool
    profile: bool
    autotune: bool

    @property
    def shows_plan(self) -> bool:
        """Whether the plan is shown or profiled instead of a run."""
        return self.plan or self.profile

    @property
    def measures(self) -> bool:
        """Whether times are measured, which other programs would disturb."""
        return self.profile or self.autotune

    def check(self, engine: str, output: OutputChoice) -> None:
        """Raise click.UsageError for options that exclude each other."""
        given = [f"--{name}" for name in ("plan", "profile", "autotune") if getattr(self, name)]
        if not given:
            return
        option = given[0]
        if self.plan and self.profile:
            raise click.UsageError("--plan shows the steps, --profile times them too: give one of them")
        if engine != "fast":
            raise click.UsageError(f"{option} is about the fast engine's plan: the {engine} engine has none")
        if self.shows_plan and output.given:
            raise click.UsageError(f"{option} runs no image, so there is nothing for {output.given[0]}")


plan_options = option_group(
    "planned",
    "Engine and plan",
    PlanChoice,
    [
        click.option(
            "--threads", type=click.IntRange(1, 256), metavar="N",
            help="Worker threads per forward pass; with several images, the number of batches run in parallel.  "
            "[default: PROTOTXT_NUM_THREADS, else every core]",
        ),
        click.option(
            "--plan", is_flag=True,
            help="Show the steps of a forward pass, their kernels, shapes, cost and memory, without running it.",
        ),
        click.option(
            "--profile", is_flag=True,
            help="Time every step and compare it with this machine's roofline bound.",
        ),
        click.option(
            "--autotune", is_flag=True,
            help="First measure which kernels are fastest for this net's layers. Later runs on this machine use the "
            "results, with or without this option.",
        ),
    ],
)  # fmt: skip

"""Options that say how the fast engine plans a run, and that show the plan."""

from __future__ import annotations

from dataclasses import dataclass

import click

from prototxt.cli.options.net import option_group
from prototxt.cli.options.output import OutputChoice


@dataclass(frozen=True)
class PlanChoice:
    """What the plan options say."""

    threads: int | None
    plan: bool
    profile: bool
    autotune: bool

    @property
    def looks(self) -> bool:
        """Whether the plan is looked at, in place of a run."""
        return self.plan or self.profile

    @property
    def measures(self) -> bool:
        """Whether times are measured to be compared."""
        return self.profile or self.autotune

    def check(self, engine: str, output: OutputChoice) -> None:
        """Raises click.UsageError for what does not go together."""
        said = [f"--{name}" for name in ("plan", "profile", "autotune") if getattr(self, name)]
        if not said:
            return
        option = said[0]
        if self.plan and self.profile:
            raise click.UsageError("--plan shows the steps, --profile times them too: give one of them")
        if engine != "fast":
            raise click.UsageError(f"{option} is about the fast engine's plan: the {engine} engine has none")
        if self.looks and output.said:
            raise click.UsageError(f"{option} runs no image, so there is nothing for {output.said[0]}")


plan_options = option_group(
    "planned",
    "Engine and plan",
    PlanChoice,
    [
        click.option(
            "--threads", type=click.IntRange(1, 256), metavar="N",
            help="Threads of one image's forward; of many images as many batches at once.  "
            "[default: PROTOTXT_NUM_THREADS, else every core]",
        ),
        click.option(
            "--plan", is_flag=True,
            help="Show the steps of a forward, their kernels, shapes, cost and memory, and run none.",
        ),
        click.option(
            "--profile", is_flag=True,
            help="Time every step, beside the least that this machine could take for it.",
        ),
        click.option(
            "--autotune", is_flag=True,
            help="Measure first which kernels are fastest for this net's layers. It is remembered for every later "
            "run on this machine, with this option or without.",
        ),
    ],
)  # fmt: skip

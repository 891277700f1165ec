"""howship: an agent-based simulator of the osteolytic vicious cycle of bone metastasis.

>>> import howship
>>> run = howship.Scenario.load("scenarios/vicious_cycle_2d.toml").run()
>>> run.series["bv_tv"][-1], run.digest, run.field("tgf_beta").mean()

Arrays over the lattice are copies with axes (z, y, x); times are days from day 0 on, lengths um, signals pM, as the
unit that stands beside each says. The compiled half is the same program as the command line: the same scenario and
seed end in the same digest.
"""

from howship._field import Field
from howship._howship import HowshipError, RunError, ScenarioError, __version__
from howship._many import (
    Dissection,
    Study,
    StudyResult,
    Trial,
    TrialResult,
    read_dissection,
    read_trial,
)
from howship._runs import Result, Run, Simulation, read_run
from howship._scenario import Outlook, Scenario
from howship._specimen import Specimen, specimen
from howship._table import Table

__all__ = [
    "Dissection",
    "Field",
    "HowshipError",
    "Outlook",
    "Result",
    "Run",
    "RunError",
    "Scenario",
    "ScenarioError",
    "Simulation",
    "Specimen",
    "Study",
    "StudyResult",
    "Table",
    "Trial",
    "TrialResult",
    "__version__",
    "read_dissection",
    "read_run",
    "read_trial",
    "specimen",
]

"""The upstream services, played from recordings over real HTTP: for demo, tests and benchmarks."""

from hallofshame.replay.history import HistoryPlan, HistoryPlans
from hallofshame.replay.manifest import SHIPPED_RECORDINGS, load_tapes
from hallofshame.replay.server import ReplayServer
from hallofshame.replay.tape import Tape, TapeInfo, TapeState

__all__ = [
    "SHIPPED_RECORDINGS",
    "HistoryPlan",
    "HistoryPlans",
    "ReplayServer",
    "Tape",
    "TapeInfo",
    "TapeState",
    "load_tapes",
]

"""The upstream services, played from recordings over real HTTP: for demo, tests and benchmarks."""

from hallofshame.feeds.replay.faults import Fault, FaultOrder
from hallofshame.feeds.replay.history import HistoryPlan, HistoryPlans
from hallofshame.feeds.replay.manifest import SHIPPED_RECORDINGS, load_tapes
from hallofshame.feeds.replay.server import ReplayServer
from hallofshame.feeds.replay.tape import Tape, TapeInfo, TapeState

__all__ = [
    "SHIPPED_RECORDINGS",
    "Fault",
    "FaultOrder",
    "HistoryPlan",
    "HistoryPlans",
    "ReplayServer",
    "Tape",
    "TapeInfo",
    "TapeState",
    "load_tapes",
]

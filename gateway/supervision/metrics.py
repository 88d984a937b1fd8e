"""What /metrics tells: read from the parts when asked, so that nothing is counted twice."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from gateway.ports import LineState


class GatewayCollector(Collector):
    """`lines`, `answers`, `queued` and `alarms` read the gateway as it is at the scrape."""

    def __init__(
        self,
        lines: Callable[[], Sequence[LineState]],
        answers: Mapping[str, int],
        queued: Callable[[], Mapping[str, int]],
        alarms: Callable[[], int],
    ) -> None:
        self._lines = lines
        self._answers = answers
        self._queued = queued
        self._alarms = alarms

    def collect(self) -> Iterable[Metric]:
        answers = CounterMetricFamily("bakjour_events", "Events by their answer", labels=["answer"])
        for answer, count in self._answers.items():
            answers.add_metric([answer], count)
        up = GaugeMetricFamily("bakjour_line_up", "1 while the line works", labels=["line", "kind"])
        counters = CounterMetricFamily("bakjour_line", "What happened on a line", labels=["line", "what"])
        for line in self._lines():
            up.add_metric([line.name, line.kind], float(line.up))
            for what, count in line.counters.items():
                counters.add_metric([line.name, what], count)
        queued = GaugeMetricFamily("bakjour_pages_queued", "Pages that wait for a carrier", labels=["line"])
        for name, count in self._queued().items():
            queued.add_metric([name], count)
        alarms = GaugeMetricFamily("bakjour_alarms_standing", "Technical alarms that stand")
        alarms.add_metric([], self._alarms())
        return [answers, up, counters, queued, alarms]


def registry(collector: GatewayCollector) -> CollectorRegistry:
    """A registry that holds the gateway and nothing else of the process."""
    made = CollectorRegistry(auto_describe=False)
    made.register(collector)
    return made
